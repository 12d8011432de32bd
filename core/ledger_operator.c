#include "core/ledger_operator.h"
#include <stddef.h>

static enum verdict check_clock(const struct ledger *l, const struct tx *tx)
{
	int64_t due_ms = tx->u.clock.due_ms;
	int64_t end_ms = ledger_slot_end_ms(l);

	if (due_ms > tx->market_ms || due_ms > end_ms)
		return VERDICT_BAD_TIME;
	if (due_ms < end_ms && auctions_next_gate_ms(&l->auctions) > due_ms)
		return VERDICT_BAD_TIME;
	return VERDICT_OK;
}

static enum verdict check_admit(const struct ledger *l, const struct tx *tx)
{
	int64_t slot = tx->u.admit.slot;
	const struct accounts *accounts = &l->accounts;
	uint64_t live = accounts->next - accounts->first;

	if (slot < ledger_slot(l) || slot > ledger_slot(l) + l->params.horizon_slots)
		return VERDICT_HORIZON;
	if (tx->u.admit.count == 0 || tx->u.admit.count > TX_ADMIT_KEYS_MAX ||
		tx->u.admit.count > ACCOUNTS_MAX - live)
		return VERDICT_TOO_MANY;
	for (size_t i = 0; i < tx->u.admit.count; i++) {
		const struct address *a = &tx->u.admit.addresses[i];
		if (i > 0 && address_compare(&a[-1], a) >= 0)
			return VERDICT_UNORDERED;
		/* Those that index alike are neighbours in this order. */
		if (i > 0 && address_index_key(&a[-1]) == address_index_key(a))
			return VERDICT_UNORDERED;
		/* Only the first is compared with those before; the rest follow it. */
		if (i == 0 ? !account_fits(accounts, slot, a)
			   : account_find_like(accounts, a) != NULL)
			return VERDICT_UNORDERED;
	}
	return VERDICT_OK;
}

static enum verdict check_standing(const struct ledger *l, const struct tx *tx)
{
	const struct account *a = account_find(&l->accounts, &tx->address);

	if (l->due_next > 0)
		return VERDICT_OUT_OF_PHASE;
	if (!a || a->cpf_hundredths == 0 || a->cpf_hundredths != tx->cpf_hundredths)
		return VERDICT_BAD_ATTESTATION;
	return a->number > l->last_standing ? VERDICT_OK : VERDICT_UNORDERED;
}

static enum verdict check_delivery(const struct ledger *l, const struct tx *tx)
{
	const struct order *due = ledger_delivery_due(l);
	int64_t wh = tx->u.delivery.delivered_wh;

	if (!due || due->seq != tx->u.delivery.order)
		return VERDICT_BAD_ATTESTATION;
	if (wh < 0 || wh > ENERGY_WH_MAX || !delivery_why_name(tx->u.delivery.why))
		return VERDICT_OUT_OF_RANGE;
	if (tx->u.delivery.why != DELIVERY_METERED && wh != 0)
		return VERDICT_BAD_ATTESTATION;
	return VERDICT_OK;
}

/* Money enters and leaves by the common wallets and the roles. What leaves is there: no credit, and
 * nothing that an order or award may still need. */
static enum verdict check_money(const struct ledger *l, const struct tx *tx, const char **field)
{
	const struct address *address = &tx->u.money.account;
	int64_t issuer_uc = l->accounts.fixed[ACCOUNT_ISSUER].balance_uc;
	int64_t uc = tx->u.money.amount_uc;
	const struct account *a = &l->accounts.fixed[ACCOUNT_WALLETS];

	*field = "amount_uc";
	if (uc < 1 || uc > AMOUNT_UC_MAX)
		return VERDICT_OUT_OF_RANGE;
	if (tx->kind == TX_DEPOSIT ? issuer_uc < -MONEY_UC_MAX + uc : issuer_uc > JSON_INT_MAX - uc)
		return VERDICT_OUT_OF_RANGE;
	if (!address_is_empty(address))
		a = account_find(&l->accounts, address);
	if (!a || account_is_address(a)) {
		*field = "account";
		return VERDICT_UNKNOWN_ADDRESS;
	}
	if (tx->kind == TX_WITHDRAWAL && a->balance_uc - a->held_uc < uc)
		return VERDICT_FUNDS_TOO_LOW;
	*field = "";
	return VERDICT_OK;
}

enum verdict ledger_operator_check(const struct ledger *l, const struct tx *tx, const char **field)
{
	*field = "";
	if (tx->kind == TX_CLOCK)
		return check_clock(l, tx);
	if (tx->kind == TX_ADMIT)
		return check_admit(l, tx);
	if (tx->kind == TX_STANDING)
		return check_standing(l, tx);
	if (tx->kind == TX_DELIVERY)
		return check_delivery(l, tx);
	if (tx->kind == TX_PARAMS)
		return params_schedule_check(l, tx, field);
	if (tx->kind == TX_IMBALANCE)
		return imbalance_check(l, tx, field);
	return check_money(l, tx, field);
}
