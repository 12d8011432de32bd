/*
 * demo-savings: what the market saved one home, against the same home without it: the same load and
 * sun, the battery on the self-consumption rule, the same tariff, the same wear.
 *
 * usage: demo-savings MARKET_DIR HEM_CONF
 *
 * Prints home|without|with|rewards|saved, in cents. Energy that was traded and delivered is settled
 * at its price in the market in place of the retail tariff: in each slot the home pays retail for
 * import - export + sold - bought. Rewards stand apart. What one battery holds more than the other
 * at the end is worth the import tariff less the wear.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hem-client/config.h"
#include "hem-client/ems/home_device.h"
#include "store/market_db.h"
#include "wire/genesis.h"

enum { PATH_LEN = 4096, WEAR_MC_PER_KWH = 4000, SLOTS_MAX = 4096 };

static _Noreturn void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "demo-savings: %s: %s\n", what, why);
	exit(1);
}

static const char energy_sql[] =
	/* Of each slot: import less export, discharged, bought less sold in the market. */
	"WITH mine AS (SELECT x.number, x.slot FROM accounts x JOIN csm.addresses a"
	" ON a.address = x.address AND a.slot = x.slot JOIN csm.homes h ON h.number = a.home"
	" WHERE h.client_id = ?1),"
	" given AS (SELECT r.account, r.auction, u.opener, u.side, u.slot,"
	" min(w.quantity_wh, d.wh) AS wh FROM deliveries d JOIN awards w USING (\"order\")"
	" JOIN orders r ON r.seq = d.\"order\" JOIN auctions u ON u.seq = r.auction)"
	" SELECT n.slot, n.import_wh - n.export_wh - b.import_wh + b.export_wh,"
	" n.discharge_wh - b.discharge_wh,"
	" coalesce((SELECT sum(CASE side WHEN 2 THEN wh ELSE -wh END) FROM given"
	"  WHERE given.slot = n.slot AND account IN (SELECT number FROM mine)), 0)"
	" + coalesce((SELECT sum(CASE side WHEN 1 THEN wh ELSE -wh END) FROM given"
	"  WHERE given.slot = n.slot AND opener IN (SELECT number FROM mine)), 0)"
	" FROM csm.v_registers n JOIN csm.v_registers b ON b.home = n.home AND b.slot = n.slot - 1"
	" JOIN csm.homes h ON h.number = n.home WHERE h.client_id = ?1 AND n.slot BETWEEN 0 AND ?2"
	" ORDER BY n.slot";

static const char money_sql[] =
	"WITH mine AS (SELECT x.number FROM accounts x JOIN csm.addresses a ON a.address = "
	"x.address"
	" AND a.slot = x.slot JOIN csm.homes h ON h.number = a.home WHERE h.client_id = ?1)"
	" SELECT coalesce(sum(CASE WHEN why IN (2, 3) THEN (payee IN mine) - (payer IN mine) ELSE 0"
	" END * amount_uc), 0), coalesce(sum(CASE WHEN why = 4 AND payee IN mine THEN amount_uc"
	" ELSE 0 END), 0) FROM transfers";

/* A home and its market. */
struct subject {
	struct config config;
	struct genesis genesis;
	sqlite3 *db; /* the ledger, with csm attached */
	struct sim_state end;
	int64_t net_wh[SLOTS_MAX], position_wh[SLOTS_MAX], discharge_wh;
	int64_t payments_uc, rewards_uc;
};

static sqlite3_stmt *prepare(struct subject *h, const char *sql)
{
	sqlite3_stmt *s = NULL;

	if (sqlite3_prepare_v2(h->db, sql, -1, &s, NULL) != SQLITE_OK)
		die("sql", sqlite3_errmsg(h->db));
	(void)sqlite3_bind_text(s, 1, h->config.market.client_id, -1, SQLITE_STATIC);
	return s;
}

static void open_all(struct subject *h, const char *dir, const char *conf)
{
	char path[PATH_LEN], why[CONFIG_WHY_MAX];

	if (config_load(conf, &h->config, why) != ERR_OK)
		die(conf, why);
	(void)snprintf(path, sizeof path, "%s/genesis.json", dir);
	if (genesis_load(path, h->config.market.genesis, &h->genesis, why) != ERR_OK)
		die(path, why);
	if (!market_db_open(dir, &h->db))
		die(dir, sqlite3_errmsg(h->db));
}

/* Where the real home ended, as it noted it itself. */
static void load_end(struct subject *h)
{
	char path[PATH_LEN];
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;

	(void)snprintf(path, sizeof path, "file:%s/hem.db?mode=ro", h->config.home.state_dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK ||
		sqlite3_prepare_v2(db, "SELECT value FROM notes WHERE name = 'device'", -1, &s,
			NULL) != SQLITE_OK ||
		sqlite3_step(s) != SQLITE_ROW ||
		!sim_decode((const char *)sqlite3_column_text(s, 0), &h->end))
		die(path, "the home has not noted where it stands");
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	if (h->end.slot < 0 || h->end.slot >= SLOTS_MAX)
		die(path, "it has not lived through a slot");
}

static void load_market(struct subject *h)
{
	sqlite3_stmt *s = prepare(h, energy_sql);
	int64_t slots = 0;

	(void)sqlite3_bind_int64(s, 2, h->end.slot);
	while (sqlite3_step(s) == SQLITE_ROW) {
		int64_t slot = sqlite3_column_int64(s, 0);
		h->net_wh[slot] = sqlite3_column_int64(s, 1);
		h->discharge_wh += sqlite3_column_int64(s, 2);
		h->position_wh[slot] = sqlite3_column_int64(s, 3);
		slots++;
	}
	(void)sqlite3_finalize(s);
	if (slots != h->end.slot + 1)
		die(h->config.market.client_id, "the market lacks some of its readings");
	s = prepare(h, money_sql);
	if (sqlite3_step(s) != SQLITE_ROW)
		die("sql", sqlite3_errmsg(h->db));
	h->payments_uc = sqlite3_column_int64(s, 0);
	h->rewards_uc = sqlite3_column_int64(s, 1);
	(void)sqlite3_finalize(s);
}

/* Micro-cents of a net energy at the retail tariff. */
static int64_t retail_uc(const struct subject *h, int64_t net_wh)
{
	return net_wh * (net_wh > 0 ? h->genesis.params.import_mc_per_kwh
				    : h->genesis.params.export_mc_per_kwh);
}

/* The bill of the market's home; without what it holds at the end. */
static int64_t bill_with_uc(const struct subject *h)
{
	int64_t uc = h->discharge_wh * WEAR_MC_PER_KWH - h->payments_uc;

	for (int64_t i = 0; i <= h->end.slot; i++)
		uc += retail_uc(h, h->net_wh[i] - h->position_wh[i]);
	return uc;
}

/* Live the same days without the market. */
static int64_t bill_without_uc(const struct subject *h, double *ret_soc)
{
	const struct params *p = &h->genesis.params;
	int64_t before = h->config.sim.history_days * S_PER_DAY / p->slot_s;
	const struct sim_award none = {0};
	char why[DEVICE_WHY_MAX];
	struct home_device d;
	int64_t uc = 0;

	if (home_device_open(&d, &h->config, p, p->start_ms, "", why) != ERR_OK)
		die("the home", why);
	d.sim.home.idle_rule = IDLE_SELF_CONSUMPTION;
	sim_init(&d.sim.state, &d.sim.home, -1 - before, h->config.sim.soc);
	while (d.sim.state.slot < h->end.slot) {
		struct slot_energy energy;
		struct sim_slot slot;
		d.sim.source.energy(d.sim.source.self,
			d.sim.source_from_s + (d.sim.state.slot + 1) * p->slot_s, p->slot_s,
			&energy);
		sim_step(&d.sim.home, &energy, &none, &d.sim.state, &slot);
		if (d.sim.state.slot >= 0)
			uc += retail_uc(h, slot.import_wh - slot.export_wh) +
			      slot.discharge_wh * WEAR_MC_PER_KWH;
	}
	*ret_soc = d.sim.state.soc;
	home_device_close(&d);
	return uc;
}

/* What the difference of both batteries at the end is worth to the market's home: so much less, or
 * more, it will import. */
static int64_t end_uc(const struct subject *h, double soc_without)
{
	const struct battery *b = &h->config.battery;
	double wh = (h->end.soc - soc_without) * b->capacity_wh * b->eta_discharge;

	if (!battery_exists(b))
		return 0;
	return (int64_t)(wh * (double)(h->genesis.params.import_mc_per_kwh - WEAR_MC_PER_KWH));
}

int main(int argc, char **argv)
{
	struct subject *h = calloc(1, sizeof *h);
	int64_t with_uc, without_uc;
	double soc = 0;

	if (!h || argc != 3)
		die("usage", "demo-savings MARKET_DIR HEM_CONF");
	open_all(h, argv[1], argv[2]);
	load_end(h);
	load_market(h);
	without_uc = bill_without_uc(h, &soc);
	with_uc = bill_with_uc(h) - end_uc(h, soc);
	(void)printf("%s|%.2f|%.2f|%.2f|%.2f\n", h->config.market.client_id,
		(double)without_uc / 1e6, (double)with_uc / 1e6, (double)h->rewards_uc / 1e6,
		(double)(without_uc - with_uc) / 1e6);
	(void)sqlite3_close(h->db);
	free(h);
	return 0;
}
