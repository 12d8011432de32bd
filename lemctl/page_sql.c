#include "lemctl/page_sql.h"

/* An order stands behind its auction, so a scan that begins there is short for what is recent. */
#define AUCTION                                                                                    \
	"SELECT v.auction, v.opened, v.opener, v.side, v.kwh, v.limit_cents_per_kwh, v.rule,"      \
	" v.gate, v.delivery_slot, v.status, v.cleared_kwh, v.cleared_cents,"                      \
	" v.marginal_cents_per_kwh, CASE a.book WHEN 1 THEN 'sealed' ELSE 'open' END AS book,"     \
	" (SELECT count(*) FROM orders r WHERE r.seq > a.seq AND r.auction = a.seq) AS orders"     \
	" FROM auctions a JOIN v_auctions v ON v.auction = a.seq"

#define HEAD "(SELECT max(height) FROM blocks)"

/* Eight days of hours: all that is shown of time, of blocks and of alarms. The analytic views are
 * of all time, over which a sum takes seconds: what they say is said here of the base tables, from
 * the first key of the window on. */
#define WINDOW "192"

/* The begin of `slot`; v_time is at hand. */
#define BEGINS "datetime(start_s + slot * slot_s, 'unixepoch') AS begins"

/* What stands in the ledger of the window's delivery slots begins here: an auction is opened, at
 * the earliest, as its slot's addresses enter the ledger, less than 20 slots before. */
#define SINCE                                                                                      \
	"(SELECT seq FROM transactions WHERE height > " HEAD " - " WINDOW " - 20"                  \
	" ORDER BY height, seq LIMIT 1)"

/* The readings of each home in the window: of one without any there is no row. */
#define RECENT                                                                                     \
	"WITH recent AS MATERIALIZED (SELECT home, sum(refused = '') AS accepted,"                 \
	" sum(refused <> '') AS refused, max(iif(refused = '', slot, NULL)) AS last_slot,"         \
	" max(iif(refused = '', slot, NULL)) - min(iif(refused = '', slot, NULL)) + 1"             \
	" - sum(refused = '') AS missing FROM csm.readings WHERE slot >= " HEAD " - " WINDOW       \
	" GROUP BY home)"

/* Each reading n with that of the slot before, b, of the same meter; and what the home drew between
 * them. The joins are in the order of the key. */
#define PAIRS                                                                                      \
	"csm.readings n CROSS JOIN csm.readings b ON b.slot = n.slot - 1 AND b.home = n.home"      \
	" AND b.meter = n.meter AND b.refused = '' AND n.refused = ''"
#define NET "(n.import_wh - b.import_wh - n.export_wh + b.export_wh)"

/* The same of a day before: y and z, each from one table or another. */
#define DAY_BEFORE " y ON y.slot = n.slot - slots AND y.home = n.home AND y.refused = ''"
#define PAIR_OF_IT                                                                                 \
	" z ON z.slot = y.slot - 1 AND z.home = n.home AND z.meter = y.meter AND z.refused = ''"
#define NET_BEFORE "(y.import_wh - z.import_wh - y.export_wh + z.export_wh)"
#define REGISTERS "slot, home, meter, import_wh, export_wh"

const struct page_sql page_sql[] = {
	{"/api/state", "market",
		"SELECT json_extract(document, '$.market') AS market, start_ms, slot_s,"
		" json_extract(document, '$.rules.parameters.rate') AS rate,"
		" json_extract(document, '$.rules.parameters.real_start_ms') AS real_start_ms"
		" FROM genesis JOIN (SELECT start_s * 1000 AS start_ms, slot_s FROM v_time)"},
	{"/api/state", "head",
		"SELECT height, time_ms, datetime(time_ms / 1000, 'unixepoch') AS time,"
		" lower(hex(hash)) AS hash, (SELECT applied_seq FROM progress) AS applied_seq"
		" FROM blocks ORDER BY height DESC LIMIT 1"},
	/* Those of which there may be very many stand last, for a list may be cut. */
	{"/api/state", "alarms",
		RECENT " SELECT 'outage' AS kind, NULL AS home, height, 1 AS n FROM blocks"
		       " WHERE flags & 1 AND height > " HEAD " - " WINDOW " UNION ALL"
		       /* The newest block's seal comes with the block after. */
		       " SELECT 'unvalidated', NULL, b.height, 1 FROM blocks b LEFT JOIN seals s"
		       " ON s.height = b.height WHERE s.height IS NULL AND b.height BETWEEN"
		       " max(1, " HEAD " - " WINDOW ") AND " HEAD " - 1"
		       " UNION ALL SELECT 'unscheduled', NULL, min(slot), count(*) FROM v_schedule"
		       " WHERE NOT counts AND state <> 'pending' AND slot BETWEEN " HEAD
		       " AND " HEAD " + 96 HAVING count(*) > 0 UNION ALL"
		       /* WINDOW: so many or more. */
		       " SELECT 'silent', h.client_id, NULL, " HEAD
		       " - 1 - coalesce(r.last_slot, max(-1, " HEAD " - 1 - " WINDOW "))"
		       " FROM csm.homes h LEFT JOIN recent r ON r.home = h.number"
		       " WHERE h.kind = 1 AND h.status = 2 AND coalesce(r.last_slot, -1) < " HEAD
		       " - 3 UNION ALL"
		       " SELECT 'refused', h.client_id, NULL, r.refused FROM recent r"
		       " JOIN csm.homes h ON h.number = r.home WHERE r.refused > 0 UNION ALL"
		       " SELECT 'missing', h.client_id, NULL, r.missing FROM recent r"
		       " JOIN csm.homes h ON h.number = r.home WHERE r.missing > 0"},
	{"/api/auctions", "auctions",
		AUCTION " WHERE a.seq IN (SELECT seq FROM auctions ORDER BY seq DESC LIMIT 100)"
			" ORDER BY v.status = 'open' DESC, a.seq DESC"},
	{PAGE_SQL_OF_AUCTION, "auction", AUCTION " WHERE a.seq = ?1"},
	{PAGE_SQL_OF_AUCTION, "orders",
		"SELECT v.\"order\", v.received, v.address, v.side, v.kwh, v.cents_per_kwh,"
		" v.status, w.quantity_wh / 1000.0 AS awarded_kwh,"
		" w.price_mc_per_kwh / 1000.0 AS awarded_cents_per_kwh"
		" FROM orders r JOIN v_orders v ON v.\"order\" = r.seq"
		" JOIN auctions a ON a.seq = r.auction LEFT JOIN awards w ON w.\"order\" = r.seq"
		" WHERE r.seq > ?1 AND r.auction = ?1 ORDER BY"
		" CASE a.side WHEN 1 THEN r.price_mc_per_kwh ELSE -r.price_mc_per_kwh END, r.seq"},
	{"/api/slots", "market",
		"WITH traded AS (SELECT a.slot, count(*) AS auctions,"
		" sum(coalesce(e.status = 2 AND e.cleared_wh > 0, 0)) AS cleared,"
		" sum(coalesce(e.cleared_wh, 0)) AS wh, sum(coalesce(e.cleared_uc, 0)) AS uc"
		" FROM auctions a LEFT JOIN auction_ends e ON e.auction = a.seq"
		" WHERE a.seq >= " SINCE " GROUP BY a.slot),"
		" answered AS (SELECT a.slot, count(*) AS orders,"
		" count(DISTINCT r.account) AS bidders FROM orders r"
		" JOIN auctions a ON a.seq = r.auction WHERE r.seq >= " SINCE " GROUP BY a.slot),"
		" given AS (SELECT a.slot, sum(min(w.quantity_wh, d.wh)) AS wh,"
		" sum(max(w.quantity_wh - d.wh, 0)) AS short_wh FROM deliveries d"
		" JOIN awards w ON w.\"order\" = d.\"order\" JOIN orders r ON r.seq = d.\"order\""
		" JOIN auctions a ON a.seq = r.auction WHERE d.\"order\" >= " SINCE
		" GROUP BY a.slot),"
		/* The block of slot s has the height s + 1. */
		" past AS (SELECT height - 1 AS slot, cpf FROM blocks LEFT JOIN seals"
		" USING (height) WHERE height > 0 AND height > " HEAD " - " WINDOW ")"
		" SELECT slot, " BEGINS ", coalesce(t.auctions, 0) AS auctions,"
		" coalesce(t.cleared, 0) AS cleared, coalesce(n.orders, 0) AS orders,"
		" coalesce(n.bidders, 0) AS bidders, coalesce(t.wh, 0) / 1000.0 AS traded_kwh,"
		" CASE WHEN t.wh > 0 THEN round(t.uc / 1000.0 / t.wh, 3) END"
		" AS mean_cents_per_kwh, coalesce(g.wh, 0) / 1000.0 AS delivered_kwh,"
		" coalesce(g.short_wh, 0) / 1000.0 AS short_kwh, cpf / 100.0 AS validator_cpf"
		" FROM past JOIN v_time LEFT JOIN traded t USING (slot)"
		" LEFT JOIN answered n USING (slot) LEFT JOIN given g USING (slot) ORDER BY slot"},
	{"/api/slots", NULL,
		"CREATE TEMP TABLE metered AS SELECT n.slot, count(*) AS homes,"
		" sum(n.pv_wh - b.pv_wh) AS pv_wh, sum(n.import_wh - b.import_wh) AS import_wh,"
		" sum(n.export_wh - b.export_wh) AS export_wh,"
		" sum(n.discharge_wh - b.discharge_wh) AS discharge_wh FROM " PAIRS
		" WHERE n.slot >= max(0, " HEAD " - " WINDOW ") GROUP BY n.slot"},
	{"/api/slots", "community",
		"SELECT slot, " BEGINS ", homes, pv_wh / 1000.0 AS production_kwh,"
		" (pv_wh + import_wh - export_wh + discharge_wh) / 1000.0 AS consumption_kwh,"
		" import_wh / 1000.0 AS import_kwh, export_wh / 1000.0 AS export_kwh,"
		" (import_wh - export_wh) / 1000.0 AS net_kwh"
		" FROM temp.metered, v_time ORDER BY slot"},
	{"/api/slots", "deviation",
		"WITH day AS MATERIALIZED (SELECT 86400 / slot_s AS slots FROM v_time),"
		" plan AS MATERIALIZED (SELECT slot, net_kwh FROM v_schedule WHERE counts"
		" AND slot >= max(0, " HEAD " - " WINDOW ")),"
		" other AS MATERIALIZED (SELECT slot, slots FROM temp.metered, day"
		" WHERE slot NOT IN (SELECT slot FROM plan)),"
		/* Of the market's first day the day before is history. */
		" early AS MATERIALIZED (SELECT " REGISTERS ", refused FROM csm.readings"
		" WHERE slot < (SELECT slots FROM day)"
		" AND " HEAD " - " WINDOW " < (SELECT slots FROM day)"
		" UNION ALL SELECT " REGISTERS ", '' FROM csm.history"
		" WHERE slot >= -1 - (SELECT slots FROM day)"
		" AND " HEAD " - " WINDOW " < (SELECT slots FROM day)),"
		" held AS (SELECT slot, 1 AS is_scheduled, homes, net_kwh AS scheduled_kwh,"
		" (import_wh - export_wh) / 1000.0 AS metered_kwh"
		" FROM temp.metered JOIN plan USING (slot)"
		/* Without a schedule in the ledger: of the homes that were metered in both. */
		" UNION ALL SELECT o.slot, 0, count(*), sum(" NET_BEFORE ") / 1000.0,"
		" sum(" NET ") / 1000.0 FROM other o CROSS JOIN " PAIRS " AND n.slot = o.slot"
		" CROSS JOIN csm.readings" DAY_BEFORE " CROSS JOIN csm.readings" PAIR_OF_IT
		" WHERE o.slot >= slots GROUP BY o.slot"
		" UNION ALL SELECT o.slot, 0, count(*), sum(" NET_BEFORE ") / 1000.0,"
		" sum(" NET ") / 1000.0 FROM other o CROSS JOIN " PAIRS " AND n.slot = o.slot"
		" CROSS JOIN early" DAY_BEFORE " CROSS JOIN early" PAIR_OF_IT
		" WHERE o.slot < slots GROUP BY o.slot)"
		" SELECT slot, " BEGINS ", is_scheduled, homes, scheduled_kwh, metered_kwh,"
		" metered_kwh - scheduled_kwh AS deviation_kwh FROM held, v_time ORDER BY slot"},
	/* Without a reading in the window: its last one is not looked for. */
	{"/api/homes", "homes",
		RECENT
		" SELECT h.client_id AS home, CASE h.status WHEN 1 THEN 'invited'"
		" WHEN 2 THEN 'registered' ELSE 'revoked' END AS status, h.pv_w, h.battery_w,"
		" r.last_slot,"
		" (SELECT datetime(start_s + r.last_slot * slot_s, 'unixepoch') FROM v_time)"
		" AS last_begins, (n.pv_wh - b.pv_wh) / 1000.0 AS production_kwh,"
		" (n.pv_wh - b.pv_wh + n.import_wh - b.import_wh + n.discharge_wh - b.discharge_wh"
		" - n.export_wh + b.export_wh) / 1000.0 AS consumption_kwh,"
		" (n.import_wh - b.import_wh) / 1000.0 AS import_kwh,"
		" (n.export_wh - b.export_wh) / 1000.0 AS export_kwh,"
		" (n.charge_wh - b.charge_wh) / 1000.0 AS charge_kwh,"
		" (n.discharge_wh - b.discharge_wh) / 1000.0 AS discharge_kwh,"
		" coalesce(r.accepted, 0) AS accepted, coalesce(r.refused, 0) AS refused,"
		" coalesce(r.missing, 0) AS missing FROM csm.homes h"
		" LEFT JOIN recent r ON r.home = h.number"
		" LEFT JOIN csm.readings n ON n.slot = r.last_slot AND n.home = h.number"
		" AND n.refused = '' LEFT JOIN csm.readings b ON b.slot = r.last_slot - 1"
		" AND b.home = h.number AND b.meter = n.meter AND b.refused = ''"
		" WHERE h.kind = 1 ORDER BY h.client_id"},
	{"/api/wallets", "wallets",
		"SELECT h.client_id AS home, w.height, w.balance_uc / 1000000.0 AS balance_cents,"
		" w.held_uc / 1000000.0 AS held_cents, w.pending_uc / 1000000.0 AS pending_cents"
		" FROM csm.wallets w JOIN csm.homes h ON h.number = w.home"
		" WHERE w.height = (SELECT max(height) FROM csm.wallets) ORDER BY h.client_id"},
	{"/api/blocks", "blocks",
		"SELECT height, slot_end, transactions, flags, validator, cpf, rank, hash,"
		" CASE WHEN cpf IS NOT NULL THEN 'sealed' WHEN height = 0 THEN 'genesis'"
		" WHEN height = " HEAD " THEN 'awaited' ELSE 'unvalidated' END AS seal"
		" FROM v_blocks WHERE height > " HEAD " - " WINDOW " ORDER BY height DESC"},
	{"/api/network", "ahead",
		"WITH slots AS (SELECT slot FROM v_tariffs UNION SELECT slot FROM v_limits)"
		" SELECT s.slot, datetime(start_s + s.slot * slot_s, 'unixepoch') AS begins,"
		" t.import_cents_per_kwh, t.export_cents_per_kwh, t.wholesale_cents_per_kwh,"
		" min(l.import_kwh) AS import_kwh, min(l.export_kwh) AS export_kwh,"
		" group_concat(l.role, ', ') AS limited_by"
		" FROM slots s JOIN v_time LEFT JOIN v_tariffs t ON t.slot = s.slot"
		" LEFT JOIN v_limits l ON l.slot = s.slot WHERE s.slot BETWEEN " HEAD
		" - 1 AND " HEAD " + " WINDOW " GROUP BY s.slot ORDER BY s.slot"},
	{"/api/network", "schedules",
		"SELECT schedule, announced, first_slot, slots, state, deadline, answers"
		" FROM v_approvals WHERE schedule IN (SELECT seq FROM transactions WHERE kind = 5"
		" ORDER BY seq DESC LIMIT 50) ORDER BY schedule DESC"},
	{"/api/network", "activations",
		"SELECT * FROM v_activations WHERE activation IN (SELECT seq FROM activations"
		" ORDER BY seq DESC LIMIT 100) ORDER BY activation DESC"},
	{"/api/parameters", "fixed",
		"SELECT slot_s, json_extract(document, '$.rules.parameters.rate') AS rate,"
		" json_extract(document, '$.rules.parameters.horizon_slots') AS horizon_slots,"
		" json_extract(document, '$.rules.parameters.address_alg') AS address_alg"
		" FROM genesis, v_time"},
	{"/api/parameters", "sets", "SELECT * FROM v_parameters WHERE state <> 'past'"},
};

const size_t page_sql_count = sizeof page_sql / sizeof *page_sql;
