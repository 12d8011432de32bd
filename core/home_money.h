/* home_money: what moved a home's money in one block, by reason. Its lines, with their signs, are
 * the change of the home's balance to the micro-cent (invariant L6). */
#ifndef LEM_CORE_HOME_MONEY_H
#define LEM_CORE_HOME_MONEY_H
#include <stdbool.h>
#include <stdint.h>
#include "core/result.h"

/* The lines, in the order of their names. */
enum money_line {
	MONEY_BOUGHT,    /* paid for energy */
	MONEY_DEPOSITED, /* came in */
	MONEY_FEES,      /* paid on energy traded */
	MONEY_PENALTIES_PAID,
	MONEY_PENALTIES_RECEIVED, /* as the opener of an auction */
	MONEY_REWARDS,            /* for sealing blocks */
	MONEY_SOLD,               /* was paid for energy */
	MONEY_WITHDRAWN,          /* went out */
	MONEY_LINES,
};

/* Micro-cents by line, none below zero; and the energy that was paid for, in Wh. */
struct home_money {
	int64_t uc[MONEY_LINES];
	int64_t bought_wh, sold_wh;
};

/* The line's name in messages and tables ("bought_uc"); static. */
const char *money_line_name(enum money_line line);

/* Whether the line adds to the balance. */
bool money_line_adds(enum money_line line);

/* Note a transfer that the home pays or is paid; what only moves between its own accounts
 * (TRANSFER_CLOSE) is none. */
void home_money_note(struct home_money *money, enum transfer_why why, bool pays, int64_t amount_uc);

/* Note energy that was delivered under an award and is paid for. */
void home_money_energy(struct home_money *money, enum side home_side, int64_t wh);

/* By how much the lines change the balance. */
int64_t home_money_change_uc(const struct home_money *money);

/* Whether nothing moved and nothing was delivered. */
bool home_money_is_still(const struct home_money *money);

#endif
