-- Analytics that need the meters, for the operator alone: what the community produced, used and
-- drew, by slot, day and month. Made anew at every start, so they may change without a migration.

DROP VIEW IF EXISTS v_home_slots;
CREATE VIEW v_home_slots AS
SELECT n.slot, datetime(json_extract(genesis, '$.rules.parameters.start_ms') / 1000
		+ n.slot * json_extract(genesis, '$.rules.parameters.slot_s'), 'unixepoch') AS begins,
	h.client_id AS home, (n.pv_wh - b.pv_wh) / 1000.0 AS production_kwh,
	(n.pv_wh - b.pv_wh + n.import_wh - b.import_wh + n.discharge_wh - b.discharge_wh
		- n.export_wh + b.export_wh) / 1000.0 AS consumption_kwh,
	(n.import_wh - b.import_wh) / 1000.0 AS import_kwh, (n.export_wh - b.export_wh) / 1000.0 AS export_kwh,
	(n.charge_wh - b.charge_wh) / 1000.0 AS charge_kwh,
	(n.discharge_wh - b.discharge_wh) / 1000.0 AS discharge_kwh
FROM v_registers n JOIN v_registers b ON b.slot = n.slot - 1 AND b.home = n.home
	AND b.meter = n.meter
JOIN homes h ON h.number = n.home JOIN market;

-- self_consumption: of what was produced, the part not exported; self_sufficiency: of what was used
-- (charging not counted), the part not imported.
DROP VIEW IF EXISTS v_community_slots;
CREATE VIEW v_community_slots AS
SELECT slot, begins, count(*) AS homes, sum(production_kwh) AS production_kwh,
	sum(consumption_kwh) AS consumption_kwh, sum(import_kwh) AS import_kwh,
	sum(export_kwh) AS export_kwh, sum(charge_kwh) AS charge_kwh, sum(discharge_kwh) AS discharge_kwh,
	sum(import_kwh) - sum(export_kwh) AS net_kwh
FROM v_home_slots GROUP BY slot;

DROP VIEW IF EXISTS v_community_days;
CREATE VIEW v_community_days AS
SELECT date(begins) AS day, count(*) AS slots, max(homes) AS homes, sum(production_kwh) AS production_kwh,
	sum(consumption_kwh) AS consumption_kwh, sum(import_kwh) AS import_kwh, sum(export_kwh) AS export_kwh,
	CASE WHEN sum(production_kwh) > 0 THEN round(1 - min(sum(export_kwh) / sum(production_kwh), 1), 3) END
		AS self_consumption,
	CASE WHEN sum(consumption_kwh - charge_kwh) > 0
		THEN round(1 - min(sum(import_kwh) / sum(consumption_kwh - charge_kwh), 1), 3) END AS self_sufficiency
FROM v_community_slots WHERE slot >= 0 GROUP BY date(begins);

DROP VIEW IF EXISTS v_community_months;
CREATE VIEW v_community_months AS
SELECT substr(begins, 1, 7) AS month, count(*) AS slots, max(homes) AS homes,
	sum(production_kwh) AS production_kwh, sum(consumption_kwh) AS consumption_kwh,
	sum(import_kwh) AS import_kwh, sum(export_kwh) AS export_kwh,
	CASE WHEN sum(production_kwh) > 0 THEN round(1 - min(sum(export_kwh) / sum(production_kwh), 1), 3) END
		AS self_consumption,
	CASE WHEN sum(consumption_kwh - charge_kwh) > 0
		THEN round(1 - min(sum(import_kwh) / sum(consumption_kwh - charge_kwh), 1), 3) END AS self_sufficiency
FROM v_community_slots WHERE slot >= 0 GROUP BY substr(begins, 1, 7);

-- Where the ledger has no schedule (its v_schedule) the community's net of a day before is one: metered
-- less scheduled.
DROP VIEW IF EXISTS v_deviation;
CREATE VIEW v_deviation AS
SELECT t.slot, t.begins, count(*) AS homes,
	sum(y.import_kwh - y.export_kwh) AS scheduled_kwh, sum(t.import_kwh - t.export_kwh) AS metered_kwh,
	sum(t.import_kwh - t.export_kwh) - sum(y.import_kwh - y.export_kwh) AS deviation_kwh
FROM v_home_slots t JOIN market JOIN v_home_slots y ON y.home = t.home
	AND y.slot = t.slot - 86400 / json_extract(genesis, '$.rules.parameters.slot_s')
WHERE t.slot >= 0 GROUP BY t.slot;

-- What was said of each home's readings that were refused, and how many were missing.
DROP VIEW IF EXISTS v_readings;
CREATE VIEW v_readings AS
SELECT h.client_id AS home, count(*) FILTER (WHERE refused = '') AS accepted,
	count(*) FILTER (WHERE refused <> '') AS refused,
	max(slot) FILTER (WHERE refused = '') AS last_slot,
	max(slot) FILTER (WHERE refused = '') - min(slot) FILTER (WHERE refused = '') + 1
		- count(*) FILTER (WHERE refused = '') AS missing
FROM readings r JOIN homes h ON h.number = r.home GROUP BY h.number;

-- What each home was scheduled at and what it drew.
DROP VIEW IF EXISTS v_home_baselines;
CREATE VIEW v_home_baselines AS
SELECT b.slot, datetime(json_extract(genesis, '$.rules.parameters.start_ms') / 1000
		+ b.slot * json_extract(genesis, '$.rules.parameters.slot_s'), 'unixepoch') AS begins,
	h.client_id AS home, b.net_wh / 1000.0 AS scheduled_kwh,
	s.import_kwh - s.export_kwh AS metered_kwh
FROM baselines b JOIN homes h ON h.number = b.home JOIN market
LEFT JOIN v_home_slots s ON s.slot = b.slot AND s.home = h.client_id;

-- What moved each home's money, by block, in cents: what a block settled is of the slot two before its height.
DROP VIEW IF EXISTS v_home_money;
CREATE VIEW v_home_money AS
SELECT m.height, m.height - 2 AS slot, h.client_id AS home, m.sold_wh / 1000.0 AS sold_kwh, m.sold_uc / 1e6 AS sold,
	m.bought_wh / 1000.0 AS bought_kwh, m.bought_uc / 1e6 AS bought, m.fees_uc / 1e6 AS fees,
	m.penalties_paid_uc / 1e6 AS penalties_paid, m.penalties_received_uc / 1e6 AS penalties_received,
	m.rewards_uc / 1e6 AS rewards, m.deposited_uc / 1e6 AS deposited, m.withdrawn_uc / 1e6 AS withdrawn,
	m.balance_uc / 1e6 AS balance
FROM money m JOIN homes h ON h.number = m.home;
