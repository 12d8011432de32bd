/* odd_days: slots of a little market in which nearly everything happens that the rules allow: every
 * rule on both sides, sealed and open books, cancels, silence, short deliveries, seals, an outage.
 */
#ifndef LEM_TESTS_ODD_DAYS_H
#define LEM_TESTS_ODD_DAYS_H
#include "core/cpf.h"
#include "tests/unit/books.h"
#include "tests/unit/little_market.h"

enum { ODD_SLOTS = 10, ODD_OUTAGE = 5, ODD_ANSWERS = 3 };

struct odd_days {
	struct little_market *m;
	uint64_t seed;
	struct registers registers[LITTLE_HOMES];
	int cpf[LITTLE_HOMES]; /* of the last slot; 0: not metered */
	char text[2048];
	struct out out;
};

static inline int64_t odd_upto(struct odd_days *d, int64_t max)
{
	return random_upto(&d->seed, max);
}

/* Registers of a home for the slot that is over; sometimes it is silent. */
static inline void odd_reading(struct odd_days *d, int n, int64_t slot)
{
	struct little_home *h = &d->m->homes[n];
	struct reading r = {.slot = slot, .taken_ms = little_slot_ms(slot + 1)};
	int64_t pv = odd_upto(d, 1500), import = odd_upto(d, 900), discharge = odd_upto(d, 900);
	char serial[16];

	d->cpf[n] = 0;
	if (slot >= 0 && odd_upto(d, 5) == 0)
		return;
	d->registers[n].wh[REGISTER_PV] += pv;
	d->registers[n].wh[REGISTER_IMPORT] += import;
	d->registers[n].wh[REGISTER_DISCHARGE] += discharge;
	d->registers[n].wh[REGISTER_CHARGE] += odd_upto(d, 900);
	r.registers = d->registers[n];
	(void)snprintf(serial, sizeof serial, "SN%d", n);
	out_init(&d->out, d->text, sizeof d->text);
	assert_int_equal(
		message_write_reading(&d->out, d->m->genesis.market, serial, &r, h->meter), ERR_OK);
	little_send(d->m, h->id, OPERATION_STATE, &d->out, &(struct signer){.key = h->ems});
	d->cpf[n] = cpf_hundredths(pv, pv + import + discharge);
}

/* The ledger sequence in the receipt of the last message; 0 if it was refused. */
static inline uint64_t odd_seq(const struct odd_days *d, size_t from)
{
	const struct publication *p = little_find(d->m, "/receipt", from);
	const char *seq = p ? strstr(p->payload, "\"seq\":") : NULL;

	return seq ? strtoull(seq + 6, NULL, 10) : 0;
}

/* An auction of the aggregator for `slot`, or, of a home, under its address of that slot. */
static inline uint64_t odd_open(
	struct odd_days *d, int home, int64_t slot, enum rule rule, enum side side)
{
	struct address own =
		home < 0 ? d->m->genesis.params.roles[0].address : little_address(d->m, home, slot);
	int64_t wh = 100 + odd_upto(d, 900);
	size_t from = d->m->count;

	out_init(&d->out, d->text, sizeof d->text);
	out_printf(&d->out,
		"{\"address\":\"%s\",\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%d\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"10\"},\"type\":\"%s\"}",
		own.text, (int)wh, side == SIDE_BUY ? "buy" : "sell");
	out_printf(&d->out, ",\"contract\":{\"book\":\"%s\",\"limit_inclusive\":%s",
		odd_upto(d, 1) ? "open" : "sealed", odd_upto(d, 3) ? "true" : "false");
	if (odd_upto(d, 2) == 0)
		out_printf(&d->out, ",\"min_quantity\":{\"unit\":\"Wh\",\"value\":\"%d\"}",
			(int)odd_upto(d, wh) + 1);
	out_printf(&d->out,
		",\"penalty\":{\"unit\":\"cents/kWh\",\"value\":\"%d\"},\"rule\":\"%s\"",
		(int)odd_upto(d, 12), rule_name(rule));
	if (home < 0)
		out_printf(&d->out, ",\"slot\":%d", (int)slot);
	out_printf(&d->out, "}}");
	if (home < 0)
		little_send(d->m, "aggregator", OPERATION_BID_OFFER, &d->out,
			&(struct signer){.key = d->m->aggregator_key});
	else
		little_by_address(d->m, home, slot, OPERATION_BID_OFFER, &d->out);
	return odd_seq(d, from);
}

/* An answer near the auction's limit; sometimes taken back. */
static inline void odd_answer(
	struct odd_days *d, int home, int64_t slot, uint64_t auction, enum side side)
{
	struct address own = little_address(d->m, home, slot);
	int64_t mc = 10000 + (side == SIDE_SELL ? -100 : 100) * odd_upto(d, 40);
	size_t from = d->m->count;
	uint64_t seq;

	out_init(&d->out, d->text, sizeof d->text);
	out_printf(&d->out, "{\"address\":\"%s\"", own.text);
	if (odd_upto(d, 4) == 0)
		out_printf(&d->out, ",\"all_or_nothing\":true");
	out_printf(&d->out,
		",\"auction\":%llu,\"bid\":{\"energy\":{\"unit\":\"Wh\",\"value\":\"%d\"},"
		"\"price\":{\"unit\":\"cents/kWh\",\"value\":\"%d.%d\"},\"type\":\"%s\"}}",
		(unsigned long long)auction, 20 + (int)odd_upto(d, 500), (int)(mc / 1000),
		(int)(mc % 1000 / 100), side == SIDE_SELL ? "sell" : "buy");
	little_by_address(d->m, home, slot, OPERATION_BID_OFFER, &d->out);
	seq = odd_seq(d, from);
	if (seq == 0 || odd_upto(d, 5) != 0)
		return;
	out_init(&d->out, d->text, sizeof d->text);
	message_write_cancel(&d->out, own.text, seq);
	little_by_address(d->m, home, slot, OPERATION_CANCEL, &d->out);
}

static inline void odd_auctions(struct odd_days *d, int64_t slot)
{
	for (int rule = RULE_PAY_AS_BID; rule <= RULE_VICKREY; rule++) {
		for (int side = SIDE_BUY; side <= SIDE_SELL; side++) {
			int opener = odd_upto(d, 3) == 0 ? 0 : -1;
			uint64_t a = odd_open(d, opener, slot, (enum rule)rule, (enum side)side);
			for (int i = 0; a && i < LITTLE_HOMES * ODD_ANSWERS; i++)
				odd_answer(d, i % LITTLE_HOMES, slot, a,
					side == SIDE_BUY ? SIDE_SELL : SIDE_BUY);
		}
	}
}

/* The last block is sealed: that of slot 1 always, for its money, others nearly always. */
static inline void odd_seal(struct odd_days *d, int64_t slot)
{
	if (slot == 2 || odd_upto(d, 4) > 0)
		little_seal(d->m);
}

/* The operator's hand: money in and, when it is sealed, out, and parameters that change twice. */
static inline void odd_office(struct odd_days *d, int64_t slot)
{
	size_t from = d->m->count;

	if (slot == 1) {
		little_money(d->m, OPERATION_DEPOSIT, "aggregator", 200000000);
		little_params(d->m, 3,
			"\"credit_limits_uc\":{\"aggregator\":2000000000},"
			"\"date_window_s\":60,\"penalty_mc_per_kwh\":1500,"
			"\"reward_uc\":7000000,\"seal_wait_s\":30");
		little_params(d->m, 9,
			"\"date_window_s\":600,\"rule\":\"uniform\","
			"\"tariff\":{\"import_mc_per_kwh\":23000}");
	}
	if (slot == 2)
		little_money(d->m, OPERATION_WITHDRAW, "aggregator", 1000);
	if (little_find(d->m, "operator/reject", from))
		fail_msg("%s", little_find(d->m, "operator/reject", from)->payload);
}

static inline void odd_slot(struct odd_days *d, int64_t slot)
{
	little_advance(d->m, little_slot_ms(slot) + 1000);
	for (int n = 0; n < LITTLE_HOMES; n++)
		odd_reading(d, n, slot - 1);
	if (slot > 0)
		odd_seal(d, slot);
	odd_office(d, slot);
	for (int n = 0; n < LITTLE_HOMES; n++)
		little_cpf(d->m, n, slot, d->cpf[n] ? d->cpf[n] : 50);
	odd_auctions(d, slot + 1);
	if (slot != ODD_OUTAGE) /* else its gates come too late */
		little_advance(d->m, little_slot_ms(slot + 1) - 1200 * 1000 + 1000);
}

/* ODD_SLOTS slots, two of them slept through, in a market just opened. */
static inline void odd_days(struct odd_days *d, struct little_market *m)
{
	memset(d, 0, sizeof *d);
	d->m = m;
	d->seed = random_seed();
	for (int64_t slot = 0; slot < ODD_SLOTS; slot++) {
		odd_slot(d, slot);
		if (slot == ODD_OUTAGE)
			slot += 2;
	}
	little_advance(m, little_slot_ms(ODD_SLOTS) + 1000);
}

#endif
