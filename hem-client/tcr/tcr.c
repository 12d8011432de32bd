#include "hem-client/tcr/tcr.h"
#include <assert.h>

static const struct {
	const char *name;
	const char *equation;
	const char *text;
} bounds[] = {
#define TCR_BOUND_ENTRY(name, equation, text) {#name, equation, text},
	TCR_BOUNDS(TCR_BOUND_ENTRY)
#undef TCR_BOUND_ENTRY
};

const char *tcr_bound_name(enum tcr_bound bound)
{
	return (unsigned)bound < TCR_BOUND_COUNT ? bounds[bound].name : "";
}

const char *tcr_bound_equation(enum tcr_bound bound)
{
	return (unsigned)bound < TCR_BOUND_COUNT ? bounds[bound].equation : "";
}

const char *tcr_bound_text(enum tcr_bound bound)
{
	return (unsigned)bound < TCR_BOUND_COUNT ? bounds[bound].text : "";
}

void tcr_quote_init(struct tcr_quote *quote, const struct tcr_view *view)
{
	*quote = (struct tcr_quote){.side = view->side};
}

void tcr_quote_because(struct tcr_quote *quote, enum tcr_bound bound, bool of_price)
{
	for (size_t i = 0; i < quote->reason_count; i++)
		if (quote->reasons[i].bound == bound && quote->reasons[i].of_price == of_price)
			return;
	assert(quote->reason_count < TCR_REASONS_MAX);
	quote->reasons[quote->reason_count++] = (struct tcr_reason){bound, of_price};
}

void tcr_quote_refuse(struct tcr_quote *quote, enum tcr_bound bound, bool of_price)
{
	*quote = (struct tcr_quote){.side = quote->side};
	tcr_quote_because(quote, bound, of_price);
}
