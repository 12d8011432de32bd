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
 * bounded by hand, for what they sum up over a year takes seconds. */
#define WINDOW "192"

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
	{"/api/state", "alarms",
		"SELECT 'outage' AS kind, NULL AS home, height, 1 AS n FROM blocks"
		" WHERE flags & 1 AND height > " HEAD " - " WINDOW " UNION ALL"
		/* The newest block's seal comes with the block after. */
		" SELECT 'unvalidated', NULL, b.height, 1 FROM blocks b LEFT JOIN seals s"
		" ON s.height = b.height WHERE s.height IS NULL AND b.height BETWEEN"
		" max(1, " HEAD " - " WINDOW ") AND " HEAD " - 1 UNION ALL"
		" SELECT 'refused', home, NULL, refused FROM csm.v_readings WHERE refused > 0"
		" UNION ALL SELECT 'missing', home, NULL, missing FROM csm.v_readings"
		" WHERE missing > 0 UNION ALL"
		" SELECT 'silent', h.client_id, NULL, " HEAD " - 1 - coalesce(r.last_slot, -1)"
		" FROM csm.homes h LEFT JOIN csm.v_readings r ON r.home = h.client_id"
		" WHERE h.kind = 1 AND h.status = 2 AND coalesce(r.last_slot, -1) < " HEAD
		" - 3 UNION ALL SELECT 'unscheduled', NULL, min(slot), count(*) FROM v_schedule"
		" WHERE NOT counts AND state <> 'pending' AND slot BETWEEN " HEAD " AND " HEAD
		" + 96 HAVING count(*) > 0"},
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
		"SELECT slot, begins, auctions, cleared, orders, bidders, traded_kwh,"
		" mean_cents_per_kwh, delivered_kwh, short_kwh, validator_cpf FROM v_slots"
		" WHERE slot >= " HEAD " - " WINDOW " ORDER BY slot"},
	{"/api/slots", "community",
		"SELECT slot, begins, homes, production_kwh, consumption_kwh, import_kwh,"
		" export_kwh, import_kwh - export_kwh AS net_kwh FROM"
		" (SELECT slot, begins, count(*) AS homes, sum(production_kwh) AS production_kwh,"
		" sum(consumption_kwh) AS consumption_kwh, sum(import_kwh) AS import_kwh,"
		" sum(export_kwh) AS export_kwh FROM csm.v_home_slots WHERE slot >= 0"
		" AND slot >= " HEAD " - " WINDOW " GROUP BY slot) ORDER BY slot"},
	{"/api/slots", "deviation",
		"WITH day AS (SELECT 86400 / slot_s AS slots FROM v_time), net AS MATERIALIZED"
		" (SELECT slot, begins, home, import_kwh - export_kwh AS kwh FROM csm.v_home_slots"
		" WHERE slot >= " HEAD " - " WINDOW " - (SELECT slots FROM day))"
		/* Without a schedule in the ledger: of the homes that were metered in both. */
		", before AS (SELECT t.slot, count(*) AS homes, sum(y.kwh) AS scheduled,"
		" sum(t.kwh) AS metered FROM net t JOIN net y ON y.home = t.home"
		" AND y.slot = t.slot - (SELECT slots FROM day) GROUP BY t.slot),"
		" held AS (SELECT t.slot, t.begins, s.slot IS NOT NULL AS is_scheduled,"
		" count(*) AS homes, coalesce(s.net_kwh, y.scheduled) AS scheduled_kwh,"
		" CASE WHEN s.slot IS NULL THEN y.metered ELSE sum(t.kwh) END AS metered_kwh"
		" FROM net t LEFT JOIN v_schedule s ON s.slot = t.slot AND s.counts"
		" LEFT JOIN before y ON y.slot = t.slot"
		" WHERE t.slot >= 0 AND t.slot >= " HEAD " - " WINDOW " GROUP BY t.slot)"
		" SELECT slot, begins, is_scheduled, homes, scheduled_kwh, metered_kwh,"
		" metered_kwh - scheduled_kwh AS deviation_kwh FROM held"
		" WHERE scheduled_kwh IS NOT NULL ORDER BY slot"},
	{"/api/homes", "homes",
		"SELECT h.client_id AS home, CASE h.status WHEN 1 THEN 'invited'"
		" WHEN 2 THEN 'registered' ELSE 'revoked' END AS status, h.pv_w, h.battery_w,"
		" r.last_slot,"
		" (SELECT datetime(start_s + r.last_slot * slot_s, 'unixepoch') FROM v_time)"
		" AS last_begins, s.production_kwh, s.consumption_kwh,"
		" s.import_kwh, s.export_kwh, s.charge_kwh, s.discharge_kwh,"
		" coalesce(r.accepted, 0) AS accepted, coalesce(r.refused, 0) AS refused,"
		" coalesce(r.missing, 0) AS missing FROM csm.homes h"
		" LEFT JOIN csm.v_readings r ON r.home = h.client_id"
		" LEFT JOIN (SELECT * FROM csm.v_home_slots WHERE slot >= " HEAD " - " WINDOW ") s"
		" ON s.home = h.client_id AND s.slot = r.last_slot"
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
		" LEFT JOIN v_limits l ON l.slot = s.slot WHERE s.slot BETWEEN " HEAD " - 1 AND " HEAD
		" + " WINDOW " GROUP BY s.slot ORDER BY s.slot"},
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
