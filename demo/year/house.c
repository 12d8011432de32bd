#include "demo/year/house.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "demo/year/prices.h"
#include "wire/digest.h"

enum { CONF_MAX = 8192, PARAMETERS_MAX = 4096, CODE_MAX = 24 };

/* The home's hem.conf: the demo's, with its own battery. */
static void configure(struct house *h, const struct house_source *source)
{
	const struct house_ratings *r = &h->ratings;
	double eta = sqrt(r->battery_round_trip);
	char text[CONF_MAX], why[CONFIG_WHY_MAX];
	int len = snprintf(text, sizeof text,
		"[home]\nmode = %s\n"
		"[battery]\ncapacity_wh = %.0f\neta_charge = %.6f\neta_discharge = %.6f\n"
		"power_charge_max_w = %lld\npower_discharge_max_w = %lld\n"
		"[tcr]\nstrategy = %s\noffer_price_min = 17\noffer_price_max = 22\nbid_price_min = "
		"6.5\n"
		"bid_price_max = 9\nmargin = 2.%u5\n"
		"[sim]\nday = %s\nhome = %u\nsoc = 0.5\n%s%s%s",
		r->trades ? "RE+TE" : "RE", r->battery_wh, eta, eta, (long long)r->battery_w,
		(long long)r->battery_w, source->strategy, h->number % 10, source->day, h->number,
		source->profile ? "source = profile\nprofile = " : "",
		source->profile ? source->profile : "", source->profile ? "\n" : "");
	FILE *in = len > 0 && (size_t)len < sizeof text ? fmemopen(text, (size_t)len, "r") : NULL;
	enum err err = in ? config_read(in, "/", &h->config, why) : ERR_NOMEM;

	if (err != ERR_OK)
		town_die(h->id, in ? why : "its configuration is too long");
	(void)fclose(in);
}

static void quote(const void *self, const struct tcr_view *view, struct tcr_quote *ret_quote)
{
	const struct house_strategy *s = self;

	s->strategy->quote(s->self, view, ret_quote);
	if (ret_quote->reason_count > 0)
		s->quotes->n[view->side - SIDE_BUY][ret_quote->trades]
			    [ret_quote->reasons[0].bound]++;
}

/* The profile's retail price, hour by hour, or the market's. */
static struct retail_prices prices(const void *self, int64_t start_s)
{
	const struct house *h = self;

	return prices_of_slot(h->town, start_s / h->town->engine.genesis.params.slot_s);
}

static void open_trader(struct house *h)
{
	static const struct tcr_strategy counted = {.name = "counted", .quote = quote};
	struct trader_ops ops = house_ops(h);
	struct trader_config c = {.params = &h->town->engine.market->ledger.params,
		.battery = &h->config.battery,
		.tariff = &h->tariff,
		.past = &h->past,
		.modes = &h->modes,
		.surplus_min_wh = h->config.tcr.surplus_min_wh,
		.surplus_margin_mc_per_kwh = h->config.tcr.curve.margin_mc_per_kwh};

	h->tariff = (struct retail_tariff){h, prices};
	past_init(&h->past, c.params->slot_s);
	home_modes_init(&h->modes, h->config.home.mode);
	h->strategy.quotes = &h->quotes;
	h->strategy.strategy = config_tcr_strategy(&h->config, &h->strategy.self);
	c.strategy = &counted;
	c.strategy_self = &h->strategy;
	trader_init(&h->trader, &c, &ops, -1);
}

void house_open(struct house *h, struct town *town, unsigned number,
	const struct house_source *source, const struct house_ratings *ratings)
{
	char why[DEVICE_WHY_MAX];

	memset(h, 0, sizeof *h);
	h->town = town;
	h->number = number;
	h->ratings = *ratings;
	h->read_slot = INT64_MIN;
	(void)snprintf(h->id, sizeof h->id, "home%04u", number);
	(void)snprintf(h->serial, sizeof h->serial, "SIM%u", number);
	for (size_t i = 0; i < HOUSE_KEYS_MAX; i++)
		h->keys[i].slot = INT64_MIN;
	h->ragged_percent = source->ragged_percent;
	configure(h, source);
	if (home_device_open(&h->device, &h->config, &town->engine.genesis.params,
		    town->engine.genesis.params.start_ms - 1, "", why) != ERR_OK)
		town_die(h->id, why);
	if (private_key_generate(KEY_P256, &h->ems) != ERR_OK ||
		private_key_generate(KEY_P256, &h->meter) != ERR_OK)
		town_die(h->id, "its keys could not be drawn");
	open_trader(h);
}

void house_close(struct house *h)
{
	home_device_close(&h->device);
	private_key_free(h->ems);
	private_key_free(h->meter);
}

static void write_home_add(struct house *h, const char *code, struct out *out)
{
	uint8_t hash[HASH_LEN];

	digest_sha256(code, strlen(code), hash);
	out_printf(out, "{\"battery_w\":%lld,\"clientId\":\"%s\",\"code_hash\":",
		(long long)h->ratings.battery_w, h->id);
	out_hex(out, hash, HASH_LEN);
	out_printf(out,
		",\"fuse_w\":%lld,\"meter_serial\":\"%s\",\"meter_type\":\"sim\",\"pv_w\":%lld}",
		(long long)h->ratings.fuse_w, h->serial, (long long)h->ratings.pv_w);
}

void house_join(struct house *h, int64_t deposit_uc)
{
	struct town *t = h->town;
	const char *market = t->engine.genesis.market;
	struct signer boss = {.key = t->operator_key}, self = {.key = h->ems};
	struct message_key keys[] = {{.role = "ems", .key = *private_key_public(h->ems)},
		{.role = "meter", .key = *private_key_public(h->meter)}};
	char text[PARAMETERS_MAX], code[CODE_MAX], req_id[REQ_ID_MAX + 1];
	struct out out;

	(void)snprintf(code, sizeof code, "%016llx", (unsigned long long)h->number);
	out_init(&out, text, sizeof text);
	write_home_add(h, code, &out);
	town_send(t, "operator", OPERATION_HOME_ADD, &out, &boss, req_id);
	if (message_prove(h->id, market, "ems", &self, &keys[0]) != ERR_OK ||
		message_prove(h->id, market, "meter", &(struct signer){.key = h->meter},
			&keys[1]) != ERR_OK)
		town_die(h->id, "its keys could not be proven");
	out_init(&out, text, sizeof text);
	message_write_register(&out, code, h->config.home.mode, keys, 2);
	town_send(t, h->id, OPERATION_REGISTER, &out, &self, req_id);
	out_init(&out, text, sizeof text);
	out_printf(&out, "{\"amount_uc\":%lld,\"clientId\":\"%s\"}", (long long)deposit_uc, h->id);
	town_send(t, "operator", OPERATION_DEPOSIT, &out, &boss, req_id);
}

void house_step(struct house *h)
{
	int64_t next_ms;

	do {
		next_ms = trader_step(&h->trader, &h->plan, h->town->now_ms);
	} while (next_ms <= h->town->now_ms);
	h->due_ms = next_ms;
}

struct house_key *house_key(struct house *h, int64_t slot)
{
	struct house_key *k = slot < 0 ? NULL : &h->keys[slot % HOUSE_KEYS_MAX];

	return k && k->slot == slot ? k : NULL;
}

struct house_key *house_key_of(struct house *h, const struct address *address)
{
	for (size_t i = 0; i < HOUSE_KEYS_MAX; i++) {
		if (h->keys[i].slot >= 0 && address_equal(&h->keys[i].address, address))
			return &h->keys[i];
	}
	return NULL;
}

/* Give the device the awards that it does not have yet. */
static void write_setpoints(struct house *h)
{
	const struct device *d = &h->device.device;
	char why[DEVICE_WHY_MAX];

	for (int64_t slot = h->plan.first; slot < h->plan.first + PLAN_SLOTS_MAX; slot++) {
		const struct plan_slot *now = plan_slot(&h->plan, slot);
		const struct plan_slot *old = plan_slot(&h->written, slot);
		struct device_setpoint s = {.slot = slot,
			.charge_wh = now->awarded_charge_wh,
			.discharge_wh = now->awarded_discharge_wh,
			.deadline_ms =
				params_slot_start_ms(&h->town->engine.genesis.params, slot + 1)};
		enum err err;
		s.has_half_net = h->trader.quarter_slot == slot &&
				 plan_half_net(now, h->trader.quarter.net_wh, &s.half_net_wh);
		if (s.charge_wh == old->awarded_charge_wh &&
			s.discharge_wh == old->awarded_discharge_wh &&
			now->awarded_rise_wh == old->awarded_rise_wh &&
			now->awarded_fall_wh == old->awarded_fall_wh)
			continue;
		err = d->ops->write(d->self, &s, why);
		if (err != ERR_OK && err != ERR_LIMIT)
			town_die(h->id, why);
	}
	h->written = h->plan;
}

void house_replan(struct house *h)
{
	int64_t slot = params_slot_at(&h->town->engine.genesis.params, h->town->now_ms);
	size_t kept = 0;

	plan_init(&h->plan, slot - 1); /* the slot before may not have been read yet */
	for (size_t i = 0; i < h->order_count; i++) {
		if (h->orders[i].slot < slot - ORDERS_KEEP_SLOTS)
			continue;
		plan_add(&h->plan, &h->orders[i]);
		if (kept != i)
			h->orders[kept] = h->orders[i];
		kept++;
	}
	h->order_count = kept;
	write_setpoints(h);
}

static struct my_order *order_by_request(struct house *h, const char *req_id)
{
	for (size_t i = 0; i < h->order_count; i++) {
		if (strcmp(h->orders[i].req_id, req_id) == 0)
			return &h->orders[i];
	}
	return NULL;
}

static void on_receipt(void *context, const char *text, size_t len)
{
	struct house *h = context;
	char why[RECEIPT_WHY_MAX];
	struct my_order *order;
	struct receipt r;

	if (receipt_read(text, len, h->town->operator_public, h->town->engine.genesis.market, &r,
		    why) != ERR_OK)
		town_die(h->id, why);
	for (size_t i = 0; i < HOUSE_KEYS_MAX && r.operation == OPERATION_ADDRESSES; i++) {
		if (strcmp(h->keys[i].req_id, r.req_id) == 0)
			h->keys[i].enrolled = true;
	}
	order = r.operation == OPERATION_BID_OFFER ? order_by_request(h, r.req_id) : NULL;
	if (order) {
		order->seq = r.seq;
		order->status = MY_ORDER_RECEIPTED;
	}
	trader_receipted(&h->trader, r.req_id);
}

static void on_reject(struct house *h, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	struct my_order *order;
	struct reject r;

	if (reject_read(text, len, &r, why) != ERR_OK)
		town_die(h->id, why);
	order = order_by_request(h, r.req_id);
	if (order)
		order->status = MY_ORDER_REJECTED;
	trader_refused(&h->trader, r.req_id, (enum verdict)r.number, h->town->now_ms);
}

static void on_award(struct house *h, const char *text, size_t len)
{
	char why[ANSWER_WHY_MAX];
	struct award a;

	if (award_read(text, len, &a, why) != ERR_OK)
		town_die(h->id, why);
	for (size_t i = 0; i < h->order_count; i++) {
		struct my_order *o = &h->orders[i];
		if (o->seq != a.order || a.quantity_wh > o->quantity_wh)
			continue;
		o->status = a.outcome == ORDER_AWARDED ? MY_ORDER_AWARDED
			    : a.outcome == ORDER_LOST  ? MY_ORDER_LOST
						       : MY_ORDER_VOID;
		o->awarded_wh = a.quantity_wh;
		o->award_uc = a.amount_uc;
	}
}

void house_hear(struct house *h, const char *kind, const char *text, size_t len)
{
	if (strcmp(kind, "receipt") == 0) {
		if (receipts_each(text, len, on_receipt, h) != ERR_OK)
			town_die(h->id, "receipts are no array of receipts");
	} else if (strcmp(kind, "reject") == 0) {
		on_reject(h, text, len);
	} else if (strcmp(kind, "award") == 0) {
		on_award(h, text, len);
	} else {
		return; /* statements: without a copy of the ledger there is nothing to hold them to
			 */
	}
	house_replan(h);
	h->due_ms = h->town->now_ms;
}

void house_auction(struct house *h, const struct auction_event *event)
{
	bool skip = house_key_of(h, &event->opener) != NULL;

	h->due_ms = h->town->now_ms;
	if (!event->opened) {
		trader_auction_ended(&h->trader, event->auction);
		return;
	}
	for (size_t i = 0; i < h->order_count; i++)
		skip |= h->orders[i].auction == event->auction &&
			h->orders[i].status != MY_ORDER_REJECTED;
	trader_auction_opened(&h->trader, event->auction, &event->contract, skip, h->town->now_ms);
}

void house_elected(struct house *h, uint64_t height, const uint8_t hash[static HASH_LEN],
	unsigned rank, const struct address *address)
{
	if (!house_key_of(h, address))
		return;
	trader_elected(&h->trader, height, hash, rank, address, h->town->now_ms);
	h->due_ms = h->town->now_ms;
}
