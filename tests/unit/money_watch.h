/* money_watch: after each block the lines of every home's money are the change of its balance, to
 * the micro-cent (invariant L6), and no home owes more than it has. */
#ifndef LEM_TESTS_MONEY_WATCH_H
#define LEM_TESTS_MONEY_WATCH_H
#include <string.h>
#include "core/market.h"

/* Between market_close() and market_chain(); first: of a new market. */
static inline void money_watch(const struct market *m, bool first)
{
	static int64_t before_uc[HOMES_MAX];

	if (first)
		memset(before_uc, 0, sizeof before_uc);
	for (uint32_t i = 0; i < m->homes.count; i++) {
		const struct home *h = &m->homes.rows[i];
		struct wallet wallet = market_wallet(m, h);
		int64_t balance_uc = wallet.balance_uc;
		if (h->kind != CLIENT_HOME)
			continue;
		assert_int_equal(balance_uc - before_uc[i], home_money_change_uc(&h->money));
		before_uc[i] = balance_uc;
		/* What was held covered what came of it, fees and penalties included. */
		assert_true(balance_uc >= wallet.held_uc);
	}
}

#endif
