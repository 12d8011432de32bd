#include "core/home_money.h"
#include <stddef.h>

static const struct {
	const char *name;
	bool adds;
} lines[MONEY_LINES] = {
	[MONEY_BOUGHT] = {"bought_uc", false},
	[MONEY_DEPOSITED] = {"deposited_uc", true},
	[MONEY_FEES] = {"fees_uc", false},
	[MONEY_PENALTIES_PAID] = {"penalties_paid_uc", false},
	[MONEY_PENALTIES_RECEIVED] = {"penalties_received_uc", true},
	[MONEY_REWARDS] = {"rewards_uc", true},
	[MONEY_SOLD] = {"sold_uc", true},
	[MONEY_WITHDRAWN] = {"withdrawn_uc", false},
};

const char *money_line_name(enum money_line line)
{
	return lines[line].name;
}

bool money_line_adds(enum money_line line)
{
	return lines[line].adds;
}

void home_money_note(struct home_money *m, enum transfer_why why, bool pays, int64_t amount_uc)
{
	switch (why) {
	case TRANSFER_DEPOSIT:
		m->uc[MONEY_DEPOSITED] += amount_uc;
		break;
	case TRANSFER_PAYMENT:
		m->uc[pays ? MONEY_BOUGHT : MONEY_SOLD] += amount_uc;
		break;
	case TRANSFER_PENALTY:
		m->uc[pays ? MONEY_PENALTIES_PAID : MONEY_PENALTIES_RECEIVED] += amount_uc;
		break;
	case TRANSFER_REWARD:
		m->uc[MONEY_REWARDS] += amount_uc;
		break;
	case TRANSFER_WITHDRAWAL:
		m->uc[MONEY_WITHDRAWN] += amount_uc;
		break;
	case TRANSFER_FEE:
		m->uc[MONEY_FEES] += pays ? amount_uc : 0;
		break;
	case TRANSFER_CLOSE:
	case TRANSFER_IMBALANCE: /* not of homes, as the next */
	case TRANSFER_REGULATION:
		break;
	}
}

void home_money_energy(struct home_money *m, enum side home_side, int64_t wh)
{
	if (home_side == SIDE_BUY)
		m->bought_wh += wh;
	else
		m->sold_wh += wh;
}

int64_t home_money_change_uc(const struct home_money *m)
{
	int64_t change_uc = 0;

	for (int i = 0; i < MONEY_LINES; i++)
		change_uc += lines[i].adds ? m->uc[i] : -m->uc[i];
	return change_uc;
}

bool home_money_is_still(const struct home_money *m)
{
	for (int i = 0; i < MONEY_LINES; i++) {
		if (m->uc[i] != 0)
			return false;
	}
	return m->bought_wh == 0 && m->sold_wh == 0;
}
