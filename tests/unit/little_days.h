/* little_days: some slots of the little market's life, with all that happens in them. */
#ifndef LEM_TESTS_LITTLE_DAYS_H
#define LEM_TESTS_LITTLE_DAYS_H
#include "tests/unit/little_market.h"

/*
 * Slots 0..3, so that blocks 1..4 are closed: readings each slot (P 900, C 1000: CPF 0.9), an
 * auction in each slot for the next that homes 0 and 1 answer and deliver, CPFs of homes 0 and 2.
 */
static inline void little_days_work(struct little_market *m)
{
	int64_t discharge_wh = 0;

	for (int64_t slot = 0; slot < 4; slot++) {
		uint64_t auction;
		little_advance(m, little_slot_ms(slot) + 1000);
		for (int n = 0; n < LITTLE_HOMES; n++)
			little_reading(m, n, slot - 1, slot ? 900 : 0,
				slot ? 100 - (n < 2 ? discharge_wh : 0) : 0,
				slot && n < 2 ? discharge_wh : 0);
		auction = little_auction(m, slot + 1, 150);
		little_offer(m, 0, slot + 1, auction, 60, 9000, slot ? 90 : 0);
		little_offer(m, 1, slot + 1, auction, 60, 10000, 0);
		if (slot)
			little_cpf(m, 2, slot, 90);
		discharge_wh = slot ? 60 : 0;
		little_advance(m, little_slot_ms(slot + 1) - 1200 * 1000 + 1000); /* the gate */
	}
	little_advance(m, little_slot_ms(4) + 1000);
}

#endif
