/* `hem bid` and `hem offer`: one order by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hem-client/commands.h"
#include "hem-client/commands_cli.h"
#include "hem-client/commands_errand.h"
#include "hem-client/ems/address_keys.h"
#include "hem-client/ems/orders.h"
#include "hem-client/ems/spool.h"
#include "hem-client/replica/ledger_view.h"
#include "wire/quantity.h"

enum { NO_SLOT = -1, PARAMETERS_MAX = 1024 };

/* What the command line asks for. */
struct wish {
	enum side side;
	int64_t energy_wh, price_mc_per_kwh;
	int64_t auction; /* 0: open one */
	int64_t slot;    /* NO_SLOT: found out */
	bool waits;
};

/* "2.5kWh" or "2500Wh". */
static bool read_energy(const char *text, int64_t *ret_wh)
{
	size_t n = strspn(text, "0123456789.");
	char value[32];

	if (n == 0 || n >= sizeof value)
		return false;
	memcpy(value, text, n);
	value[n] = '\0';
	return energy_read(text[n] ? text + n : "kWh", value, ret_wh);
}

/* The terms of the auction that is answered, as far as the home's copy of the ledger tells. */
static void find_contract(const struct errand *e, uint64_t auction, struct contract *ret)
{
	struct db db;

	*ret = (struct contract){.slot = NO_SLOT, .measure = MEASURE_STORAGE};
	if (!e->config.replica.ledger[0] ||
		ledger_view_open(&db, e->config.replica.ledger) != ERR_OK)
		return;
	if (ledger_view_auction(&db, auction, ret) != ERR_OK)
		ret->slot = NO_SLOT;
	db_close(&db);
}

/* The defaults in force now, as the home's copy of the ledger tells; else by the operator's word.
 */
static struct gate_defaults find_defaults(const struct errand *e, int64_t now_ms)
{
	const struct params *p = &e->params;
	struct gate_defaults d = {.lead_s = p->gate_lead_s,
		.lead_min_s = p->gate_lead_min_s,
		.measure = (enum measure)p->measure};
	struct db db;

	if (!e->config.replica.ledger[0] ||
		ledger_view_open(&db, e->config.replica.ledger) != ERR_OK)
		return d;
	(void)!ledger_view_defaults(&db, params_slot_at(p, now_ms), &d);
	db_close(&db);
	return d;
}

/* Fill in what the wish leaves open. 0, or the exit code after a complaint. */
static int settle_terms(struct errand *e, struct wish *w, struct contract *c)
{
	const struct params *p = &e->genesis.params;
	int64_t now_ms = errand_now_ms(e);
	struct gate_defaults d = find_defaults(e, now_ms);

	if (w->auction)
		find_contract(e, (uint64_t)w->auction, c);
	else
		*c = (struct contract){.slot = NO_SLOT, .measure = d.measure};
	if (w->slot == NO_SLOT)
		w->slot = c->slot;
	if (w->slot == NO_SLOT && w->auction) {
		(void)fprintf(stderr,
			"hem: auction %lld is not in this home's ledger yet: say its "
			"delivery slot with --slot\n",
			(long long)w->auction);
		return HEM_EXIT_REFUSED;
	}
	if (w->slot == NO_SLOT) /* the first whose default gate is not past */
		w->slot = params_slot_at(p, now_ms + d.lead_s * 1000) + 1;
	if (c->gate_ms == 0)
		c->gate_ms = params_slot_start_ms(p, w->slot) - d.lead_min_s * 1000;
	c->slot = w->slot;
	return 0;
}

/* Write and sign the message, and keep it with its order before it is sent. */
static enum err make_order(
	struct errand *e, const struct wish *w, const struct contract *c, struct message *m)
{
	struct address_key_pair pair;
	struct signer signer = {.secret = &pair.secret};
	struct my_order order = {.auction = (uint64_t)w->auction,
		.slot = w->slot,
		.side = w->side,
		.measure = c->measure,
		.gate_ms = c->gate_ms,
		.quantity_wh = w->energy_wh,
		.price_mc_per_kwh = w->price_mc_per_kwh};
	char text[PARAMETERS_MAX];
	struct out out;
	enum err err = address_keys_get(&e->db, w->slot, e->genesis.address_alg, &pair);
	const struct message_bid bid = {.address = pair.address.text,
		.side = w->side,
		.energy_wh = w->energy_wh,
		.price_mc_per_kwh = w->price_mc_per_kwh,
		.auction = (uint64_t)w->auction};

	if (err != ERR_OK)
		return err;
	out_init(&out, text, sizeof text);
	message_write_bid(&out, &bid);
	err = message_make(OPERATION_BID_OFFER, e->config.market.client_id, e->genesis.market,
		errand_now_ms(e), &out, &signer, m);
	explicit_bzero(&pair, sizeof pair);
	if (err == ERR_OK)
		err = hem_db_begin(&e->db);
	if (err != ERR_OK)
		return err;
	memcpy(order.req_id, m->req_id, sizeof order.req_id);
	err = orders_add(&e->db, &order);
	if (err == ERR_OK)
		err = spool_put(&e->db, m, c->gate_ms);
	return hem_db_end(&e->db, err);
}

static int await_award(struct errand *e, const struct wish *w)
{
	const struct params *p = &e->genesis.params;
	int64_t wait_ms = params_slot_start_ms(p, w->slot + 1) - errand_now_ms(e);
	char cents[QUANTITY_TEXT_MAX];

	if (w->auction == 0) {
		(void)fprintf(stderr, "hem: --wait: an auction's end is published under auctions/, "
				      "not awarded\n");
		return HEM_EXIT_OK;
	}
	if (!errand_wait(e, &e->has_award, wait_ms / 1000 / p->rate + 10)) {
		(void)fprintf(stderr, "hem: no award came: the block will tell\n");
		return HEM_EXIT_UNREACHABLE;
	}
	decimal_write(e->award.price_mc_per_kwh, 3, cents);
	(void)printf("%s: %lld Wh at %s cents/kWh\n",
		e->award.outcome == ORDER_AWARDED ? "awarded"
		: e->award.outcome == ORDER_LOST  ? "lost"
						  : "void",
		(long long)e->award.quantity_wh, cents);
	return e->award.outcome == ORDER_AWARDED ? HEM_EXIT_OK : HEM_EXIT_REFUSED;
}

static int order(struct errand *e, struct wish *w)
{
	struct message m = {.text = NULL};
	struct contract c;
	int code = errand_connect(e, "order", NULL, false);
	enum err err;

	if (code == 0)
		code = settle_terms(e, w, &c);
	if (code != 0)
		return code;
	err = make_order(e, w, &c, &m);
	if (err != ERR_OK) {
		(void)fprintf(stderr, "hem: %s\n",
			err == ERR_NOT_FOUND ? "there is no address of that slot yet: `hem run` "
					       "enrols them some slots ahead"
			: e->db.db.why[0]    ? e->db.db.why
					     : err_text(err));
		return HEM_EXIT_REFUSED;
	}
	code = errand_send(e, &m, true);
	message_release(&m);
	if (code != 0)
		return code;
	(void)printf("%s %llu for slot %lld: receipt for block %llu\n",
		w->auction ? "order" : "auction", (unsigned long long)e->receipt.seq,
		(long long)w->slot, (unsigned long long)e->receipt.height);
	e->wanted_order = e->receipt.seq;
	return w->waits ? await_award(e, w) : HEM_EXIT_OK;
}

int hem_bid(int argc, char **argv)
{
	bool sells = strcmp(argv[0], "offer") == 0;
	const char *config = NULL, *energy = NULL, *price = NULL;
	struct wish w = {.side = sells ? SIDE_SELL : SIDE_BUY, .slot = NO_SLOT};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &config, "FILE", "the configuration file", 0},
		{"energy", 'e', CLI_TEXT, &energy, "ENERGY", "2.5kWh or 2500Wh (required)", 0},
		{"price", 'p', CLI_TEXT, &price, "CENTS", "a kWh (required)", 0},
		{"auction", 'a', CLI_INT, &w.auction, "N", "answer that one; else open one",
			INT64_C(1) << 52},
		{"slot", 's', CLI_INT, &w.slot, "S", "of delivery; else the next possible",
			INT32_MAX},
		{"wait", 'w', CLI_FLAG, &w.waits, "", "until the award is in", 0},
	};
	struct cli cli = {.usage = sells ? "hem offer --energy ENERGY --price CENTS [OPTION...]"
					 : "hem bid --energy ENERGY --price CENTS [OPTION...]",
		.about = sells ? "Sell energy: answer an auction, or open one."
			       : "Buy energy: answer an auction, or open one.",
		.options = options,
		.count = sizeof options / sizeof *options};
	struct errand e;
	int code = cli_parse(&cli, argc, argv);

	if (code >= 0)
		return code;
	if (!energy || !read_energy(energy, &w.energy_wh) || !price ||
		!decimal_read(price, 3, &w.price_mc_per_kwh)) {
		(void)fprintf(stderr, "hem: --energy needs Wh or kWh as 2.5kWh, --price cents/kWh "
				      "with at most three decimals\n");
		return HEM_EXIT_USAGE;
	}
	code = errand_open(&e, config);
	if (code != 0)
		return code;
	code = order(&e, &w);
	errand_close(&e);
	return code;
}
