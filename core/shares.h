/* shares: how what a home's meter saw in a slot is shared among its awards: in order of (gate,
 * sequence), and each Wh once, whichever of the contracts' measures it shows up in. The market
 * attests by it, and each home checks by it. */
#ifndef LEM_CORE_SHARES_H
#define LEM_CORE_SHARES_H
#include <stdbool.h>
#include <stdint.h>
#include "core/meter.h"

enum { SHARES_MEASURES = MEASURE_BEFORE_AFTER + 1 };

/* What is left for the answers that sell and for those that buy, by measure, in Wh. */
struct shares {
	int64_t sold_wh[SHARES_MEASURES], bought_wh[SHARES_MEASURES];
	/* Given to awards of the whole slot. */
	bool sold_whole, bought_whole;
};

/* Before the first award. delta: of a metered slot. baseline_wh: the home's scheduled net;
 * changed_wh: as quarters_change_wh(); NULL: there is none, and nothing is delivered from it. */
void shares_begin(struct shares *shares, const struct registers *delta, const int64_t *baseline_wh,
	const int64_t *changed_wh);

/* What an answer to that contract has delivered of its award. It is taken out of every measure of
 * its side that the same energy shows up in. Once an award of the whole slot has got something, the
 * change of the second half counts only as far as the battery passed more than that, and not at all
 * if it was of the other side: what was sold for the slot may have been moved into its end. */
int64_t shares_take(struct shares *shares, const struct contract *contract, int64_t awarded_wh);

#endif
