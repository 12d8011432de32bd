/* preference: a home's wish to take part in another mode from a slot on (paper, V-E), its own or by
 * the operator. */
#ifndef LEM_CORE_PREFERENCE_H
#define LEM_CORE_PREFERENCE_H
#include "core/market.h"

/* Judge a change of a registered home's mode. OUT_OF_RANGE: its slot has begun or is too far ahead;
 * ORDERS_STAND: the new mode does not trade, and an order of the home for that slot or a later one
 * waits for its gate. What the home has won is no obstacle: it is delivered and settled. *field is
 * `from_slot`. */
enum verdict preference_check_change(const struct market *market, const struct home *home,
	const struct mode_span *span, const char **field);

/* Judge what a home says itself: the same, and TOO_MANY: it has said its mode PREFERENCES_MAX
 * times in the open slot. */
enum verdict preference_check(const struct market *market, const struct home *home,
	const struct mode_span *span, const char **field);

/* Take in what preference_check() lets in. */
void preference_apply(const struct market *market, struct home *home, const struct mode_span *span);

#endif
