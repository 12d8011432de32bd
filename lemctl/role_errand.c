#include "lemctl/role_errand.h"
#include <stdio.h>
#include "wire/date.h"
#include "wire/text.h"

const char *role_errand_usage(char text[static ROLE_USAGE_MAX], const char *role, const char *words)
{
	(void)snprintf(text, ROLE_USAGE_MAX, "lemctl %s %s", role, words);
	return text;
}

static void print_receipt(const struct receipt *r, bool json)
{
	char id[TEXT_HEX_LEN(HASH_LEN) + 1];

	(void)!text_hex_write(r->tx_id, HASH_LEN, id, sizeof id);
	if (json)
		(void)printf("{\"height\":%llu,\"market_ms\":%lld,\"seq\":%llu,\"tx_id\":\"%s\"}\n",
			(unsigned long long)r->height, (long long)r->market_ms,
			(unsigned long long)r->seq, id);
	else
		(void)printf("accepted: %llu in the ledger, block %llu\n",
			(unsigned long long)r->seq, (unsigned long long)r->height);
}

int role_errand_send(
	struct role_door *d, enum operation operation, const struct out *parameters, bool json)
{
	int code = d->link ? 0 : role_door_connect(d, NULL);

	if (code == 0)
		code = role_door_send(d, operation, parameters);
	if (code == 0)
		print_receipt(&d->receipt, json);
	return code;
}

int role_errand_slot(const struct params *p, const char *date, int64_t *slot)
{
	int64_t ms;

	if (!date)
		return 0;
	if (date_read(date, &ms)) {
		*slot = params_slot_at(p, ms);
		if (params_slot_start_ms(p, *slot) < ms)
			(*slot)++;
		if (*slot >= 0)
			return 0;
	}
	(void)fprintf(
		stderr, "lemctl: --from: needs \"YYYY-MM-DD HH:MM:SS\", not before the market\n");
	return EXIT_REFUSED;
}
