-- What a person reads at the prompt: kWh, cents, UTC times of market time, addresses. Made anew at
-- every start, so they may change without a migration.

DROP VIEW IF EXISTS v_auctions;
CREATE VIEW v_auctions AS
SELECT a.seq AS auction, datetime(t.market_ms / 1000, 'unixepoch') AS opened,
	o.address AS opener, CASE a.side WHEN 1 THEN 'buys' ELSE 'sells' END AS side,
	a.quantity_wh / 1000.0 AS kwh, a.limit_mc_per_kwh / 1000.0 AS limit_cents_per_kwh,
	CASE a.rule WHEN 1 THEN 'pay-as-bid' WHEN 2 THEN 'uniform' WHEN 3 THEN 'vickrey' END AS rule,
	datetime(a.gate_ms / 1000, 'unixepoch') AS gate, a.slot AS delivery_slot,
	CASE e.status WHEN 2 THEN 'cleared' WHEN 3 THEN 'void' WHEN 4 THEN 'cancelled'
		ELSE 'open' END AS status,
	e.cleared_wh / 1000.0 AS cleared_kwh, e.cleared_uc / 1000000.0 AS cleared_cents,
	CASE WHEN e.marginal_mc_per_kwh >= 0 THEN e.marginal_mc_per_kwh / 1000.0 END
		AS marginal_cents_per_kwh,
	(SELECT count(*) FROM orders r WHERE r.auction = a.seq) AS orders
FROM auctions a
JOIN transactions t ON t.seq = a.seq
JOIN accounts o ON o.number = a.opener
LEFT JOIN auction_ends e ON e.auction = a.seq;

DROP VIEW IF EXISTS v_orders;
CREATE VIEW v_orders AS
SELECT r.seq AS "order", r.auction, datetime(t.market_ms / 1000, 'unixepoch') AS received,
	c.address, CASE a.side WHEN 1 THEN 'sells' ELSE 'buys' END AS side,
	r.quantity_wh / 1000.0 AS kwh, r.price_mc_per_kwh / 1000.0 AS cents_per_kwh,
	CASE WHEN w."order" IS NOT NULL THEN 'awarded' WHEN e.status = 3 THEN 'lost'
		WHEN e.status = 4 THEN 'cancelled' WHEN e.status = 5 THEN 'void'
		ELSE 'open' END AS status
FROM orders r
JOIN transactions t ON t.seq = r.seq
JOIN auctions a ON a.seq = r.auction
JOIN accounts c ON c.number = r.account
LEFT JOIN awards w ON w."order" = r.seq
LEFT JOIN order_ends e ON e."order" = r.seq;

DROP VIEW IF EXISTS v_awards;
CREATE VIEW v_awards AS
SELECT w."order", r.auction, w.height, c.address, a.slot AS delivery_slot,
	w.quantity_wh / 1000.0 AS kwh, w.price_mc_per_kwh / 1000.0 AS cents_per_kwh,
	w.amount_uc / 1000000.0 AS cents
FROM awards w
JOIN orders r ON r.seq = w."order"
JOIN auctions a ON a.seq = r.auction
JOIN accounts c ON c.number = r.account;

DROP VIEW IF EXISTS v_deliveries;
CREATE VIEW v_deliveries AS
SELECT d."order", r.auction, d.height, c.address, a.slot AS delivery_slot,
	w.quantity_wh / 1000.0 AS awarded_kwh, d.wh / 1000.0 AS delivered_kwh,
	max(w.quantity_wh - d.wh, 0) / 1000.0 AS short_kwh,
	CASE d.why WHEN 1 THEN 'metered' WHEN 2 THEN 'no reading' WHEN 3 THEN 'no base'
		ELSE 'uncertified' END AS why
FROM deliveries d
JOIN awards w ON w."order" = d."order"
JOIN orders r ON r.seq = d."order"
JOIN auctions a ON a.seq = r.auction
JOIN accounts c ON c.number = r.account;

DROP VIEW IF EXISTS v_payments;
CREATE VIEW v_payments AS
SELECT t.height, t.n, CASE t.why WHEN 1 THEN 'deposit' WHEN 2 THEN 'payment' WHEN 3 THEN 'penalty'
		WHEN 4 THEN 'reward' WHEN 5 THEN 'close' WHEN 6 THEN 'withdrawal' WHEN 7 THEN 'fee' WHEN 8 THEN 'imbalance'
		WHEN 9 THEN 'regulation' END AS why,
	p.address AS payer, q.address AS payee, t.amount_uc / 1000000.0 AS cents,
	nullif(t."order", 0) AS "order"
FROM transfers t
JOIN accounts p ON p.number = t.payer
JOIN accounts q ON q.number = t.payee;

DROP VIEW IF EXISTS v_balances;
CREATE VIEW v_balances AS
SELECT a.number AS account, a.address,
	(coalesce((SELECT sum(amount_uc) FROM transfers WHERE payee = a.number), 0)
	- coalesce((SELECT sum(amount_uc) FROM transfers WHERE payer = a.number), 0)) / 1000000.0
		AS cents
FROM accounts a
WHERE NOT EXISTS (SELECT 1 FROM closings c WHERE c.account = a.number);

DROP VIEW IF EXISTS v_blocks;
CREATE VIEW v_blocks AS
SELECT b.height, datetime(b.time_ms / 1000, 'unixepoch') AS slot_end, b.tx_count AS transactions,
	CASE WHEN b.flags & 1 THEN 'outage' ELSE '' END AS flags,
	coalesce(c.address, CASE WHEN b.height = 0 THEN 'genesis' ELSE 'unvalidated' END) AS validator,
	s.cpf / 100.0 AS cpf, s.rank, lower(hex(b.hash)) AS hash
FROM blocks b
LEFT JOIN seals s ON s.height = b.height
LEFT JOIN accounts c ON c.number = s.account;

DROP VIEW IF EXISTS v_rewards;
CREATE VIEW v_rewards AS
SELECT t.height, s.height AS sealed_height, c.address, s.cpf / 100.0 AS cpf,
	t.amount_uc / 1000000.0 AS cents
FROM transfers t
JOIN seals s ON s.height = t.height - 1
JOIN accounts c ON c.number = t.payee
WHERE t.why = 4;

DROP VIEW IF EXISTS v_prices;
CREATE VIEW v_prices AS
SELECT a.slot AS delivery_slot, datetime(min(a.gate_ms) / 1000, 'unixepoch') AS gate,
	count(*) AS auctions, sum(e.cleared_wh) / 1000.0 AS kwh,
	CASE WHEN sum(e.cleared_wh) > 0
		THEN round(sum(e.cleared_uc) / 1000.0 / sum(e.cleared_wh), 3) END AS mean_cents_per_kwh,
	max(CASE WHEN e.marginal_mc_per_kwh >= 0 THEN e.marginal_mc_per_kwh / 1000.0 END)
		AS marginal_cents_per_kwh
FROM auctions a
JOIN auction_ends e ON e.auction = a.seq AND e.status = 2
GROUP BY a.slot;

-- Analytics: what was traded, by delivery slot, day and month.

DROP VIEW IF EXISTS v_time;
CREATE VIEW v_time AS
SELECT json_extract(document, '$.rules.parameters.start_ms') / 1000 AS start_s,
	json_extract(document, '$.rules.parameters.slot_s') AS slot_s FROM genesis;

-- Which parameters counted from which slot: genesis, and each change in the ledger. `block` is where it stands.
DROP VIEW IF EXISTS v_parameters;
CREATE VIEW v_parameters AS
WITH sets AS (
	SELECT 0 AS from_slot, 0 AS seq, 0 AS height, json_extract(document, '$.rules.parameters') AS p FROM genesis
	UNION ALL
	SELECT json_extract(body, '$.parameters.from_slot'), seq, height, json_extract(body, '$.parameters.parameters')
	FROM transactions WHERE kind = 22),
kept AS (SELECT * FROM sets s WHERE NOT EXISTS (SELECT 1 FROM sets r WHERE r.seq > s.seq AND r.from_slot <= s.from_slot)),
opened AS (SELECT max(height) AS slot FROM blocks)
SELECT from_slot, datetime(start_s + from_slot * slot_s, 'unixepoch') AS begins,
	CASE WHEN from_slot > opened.slot THEN 'waits'
		WHEN from_slot = (SELECT max(from_slot) FROM kept WHERE from_slot <= opened.slot) THEN 'in force'
		ELSE 'past' END AS state,
	nullif(height, 0) AS block, nullif(seq, 0) AS seq, json_extract(p, '$.rule') AS rule,
	json_extract(p, '$.book') AS book, json_extract(p, '$.measure') AS measure,
	json_extract(p, '$.limit_inclusive') AS limit_inclusive,
	json_extract(p, '$.penalty_mc_per_kwh') / 1000.0 AS penalty_cents_per_kwh,
	json_extract(p, '$.gate_lead_s') AS gate_lead_s, json_extract(p, '$.gate_lead_min_s') AS gate_lead_min_s,
	json_extract(p, '$.date_window_s') AS date_window_s, json_extract(p, '$.boundary_s') AS boundary_s,
	json_extract(p, '$.seal_wait_s') AS seal_wait_s, json_extract(p, '$.poe_floor_w') AS poe_floor_w,
	json_extract(p, '$.reward_uc') / 1000000.0 AS reward_cents,
	json_extract(p, '$.approval_lead_s') AS approval_lead_s, json_extract(p, '$.approval_silence') AS approval_silence,
	coalesce(json_extract(p, '$.settlement.fee_buyer_mc_per_kwh'), 0) / 1000.0 AS fee_buyer_cents_per_kwh,
	coalesce(json_extract(p, '$.settlement.fee_seller_mc_per_kwh'), 0) / 1000.0 AS fee_seller_cents_per_kwh,
	coalesce(json_extract(p, '$.settlement.imbalance_short_mc_per_kwh'), 0) / 1000.0 AS imbalance_short_cents_per_kwh,
	coalesce(json_extract(p, '$.settlement.imbalance_long_mc_per_kwh'), 0) / 1000.0 AS imbalance_long_cents_per_kwh,
	json_extract(p, '$.tariff.import_mc_per_kwh') / 1000.0 AS import_cents_per_kwh,
	json_extract(p, '$.tariff.export_mc_per_kwh') / 1000.0 AS export_cents_per_kwh,
	(SELECT group_concat(json_extract(value, '$.name') || ' ' || (json_extract(value, '$.credit_limit_uc') / 1000000.0), ', ')
		FROM json_each(p, '$.roles')) AS credit_limits_cents
FROM kept, v_time, opened ORDER BY from_slot;

DROP VIEW IF EXISTS v_slots;
CREATE VIEW v_slots AS
WITH traded AS (
	SELECT a.slot, count(*) AS auctions, sum(coalesce(e.status = 2 AND e.cleared_wh > 0, 0)) AS cleared,
		sum(coalesce(e.cleared_wh, 0)) AS wh, sum(coalesce(e.cleared_uc, 0)) AS uc
	FROM auctions a LEFT JOIN auction_ends e ON e.auction = a.seq GROUP BY a.slot),
answered AS (
	SELECT a.slot, count(*) AS orders, count(DISTINCT r.account) AS bidders
	FROM orders r JOIN auctions a ON a.seq = r.auction GROUP BY a.slot),
given AS (
	SELECT a.slot, sum(min(w.quantity_wh, d.wh)) AS wh, sum(max(w.quantity_wh - d.wh, 0)) AS short_wh
	FROM deliveries d JOIN awards w ON w."order" = d."order" JOIN orders r ON r.seq = d."order"
	JOIN auctions a ON a.seq = r.auction GROUP BY a.slot),
cut AS (SELECT a.slot, sum(k.cut_wh) AS wh FROM auction_cuts k JOIN auctions a ON a.seq = k.auction GROUP BY a.slot),
present AS (SELECT slot, count(*) AS addresses FROM accounts WHERE slot >= 0 GROUP BY slot)
SELECT p.slot, datetime(start_s + p.slot * slot_s, 'unixepoch') AS begins, p.addresses,
	coalesce(t.auctions, 0) AS auctions, coalesce(t.cleared, 0) AS cleared,
	coalesce(n.orders, 0) AS orders, coalesce(n.bidders, 0) AS bidders,
	coalesce(t.wh, 0) / 1000.0 AS traded_kwh,
	CASE WHEN t.wh > 0 THEN round(t.uc / 1000.0 / t.wh, 3) END AS mean_cents_per_kwh,
	coalesce(g.wh, 0) / 1000.0 AS delivered_kwh, coalesce(g.short_wh, 0) / 1000.0 AS short_kwh,
	s.cpf / 100.0 AS validator_cpf, coalesce(k.wh, 0) / 1000.0 AS cut_kwh
FROM present p JOIN v_time
LEFT JOIN traded t ON t.slot = p.slot LEFT JOIN answered n ON n.slot = p.slot
LEFT JOIN given g ON g.slot = p.slot LEFT JOIN seals s ON s.height = p.slot + 1
LEFT JOIN cut k ON k.slot = p.slot
WHERE p.slot < (SELECT max(height) FROM blocks);

DROP VIEW IF EXISTS v_days;
CREATE VIEW v_days AS
SELECT date(begins) AS day, count(*) AS slots, sum(auctions) AS auctions, sum(cleared) AS cleared,
	sum(orders) AS orders, round(avg(1.0 * bidders / addresses), 3) AS participation,
	sum(traded_kwh) AS traded_kwh,
	CASE WHEN sum(traded_kwh) > 0 THEN round(sum(mean_cents_per_kwh * traded_kwh) / sum(traded_kwh), 3)
		END AS mean_cents_per_kwh,
	sum(delivered_kwh) AS delivered_kwh, sum(short_kwh) AS short_kwh,
	round(avg(validator_cpf), 3) AS mean_validator_cpf, sum(cut_kwh) AS cut_kwh
FROM v_slots GROUP BY date(begins);

DROP VIEW IF EXISTS v_months;
CREATE VIEW v_months AS
SELECT substr(day, 1, 7) AS month, count(*) AS days, sum(auctions) AS auctions, sum(cleared) AS cleared,
	sum(orders) AS orders, round(sum(participation * slots) / sum(slots), 3) AS participation,
	sum(traded_kwh) AS traded_kwh,
	CASE WHEN sum(traded_kwh) > 0 THEN round(sum(mean_cents_per_kwh * traded_kwh) / sum(traded_kwh), 3)
		END AS mean_cents_per_kwh,
	sum(delivered_kwh) AS delivered_kwh, sum(short_kwh) AS short_kwh, sum(cut_kwh) AS cut_kwh
FROM v_days GROUP BY substr(day, 1, 7);

-- How often which CPF was announced.
DROP VIEW IF EXISTS v_cpf;
CREATE VIEW v_cpf AS
SELECT json_extract(body, '$.parameters.cpf') AS cpf, count(*) AS announced,
	(SELECT count(*) FROM seals s WHERE s.cpf = round(100 * json_extract(t.body, '$.parameters.cpf'))) AS sealed
FROM transactions t WHERE kind IN (1, 3) AND json_extract(body, '$.parameters.cpf') IS NOT NULL
GROUP BY 1;

-- What the network's operators say. role: 1 dso, 2 tso; which of them the market has, genesis says.
DROP VIEW IF EXISTS v_network_roles;
CREATE VIEW v_network_roles AS
SELECT key + 3 AS account, CASE json_extract(value, '$.name') WHEN 'dso' THEN 1 ELSE 2 END AS role,
	json_extract(value, '$.name') AS name
FROM genesis, json_each(document, '$.rules.parameters.roles')
WHERE json_extract(value, '$.name') IN ('dso', 'tso');

-- The limits of each slot: each role's last. net_kwh lies between -export_kwh and import_kwh.
DROP VIEW IF EXISTS v_limits;
CREATE VIEW v_limits AS
SELECT s.slot, datetime(start_s + s.slot * slot_s, 'unixepoch') AS begins, n.name AS role,
	s.import_wh / 1000.0 AS import_kwh, s.export_wh / 1000.0 AS export_kwh, s.seq AS limits,
	datetime(s.market_ms / 1000, 'unixepoch') AS posted
FROM (SELECT l.slot, t.account, max(l.seq) AS seq, l.import_wh, l.export_wh, t.market_ms
	FROM limits l JOIN transactions t ON t.seq = l.seq GROUP BY l.slot, t.account) s
JOIN v_network_roles n ON n.account = s.account JOIN v_time ORDER BY s.slot, n.role;

-- Each schedule, and how it stands: pending, approved, refused, counts by silence, lapsed; by whom, when, why.
DROP VIEW IF EXISTS v_approvals;
CREATE VIEW v_approvals AS
WITH last AS NOT MATERIALIZED (
	SELECT a.schedule, a.role, a.seq, a.verdict FROM approvals a WHERE NOT EXISTS
		(SELECT 1 FROM approvals b WHERE b.schedule = a.schedule AND b.role = a.role AND b.seq > a.seq)),
now AS (SELECT coalesce((SELECT market_ms FROM transactions ORDER BY seq DESC LIMIT 1), 0) AS ms),
asked AS (
	SELECT t.seq AS schedule, (SELECT count(*) FROM v_network_roles) AS roles,
		(SELECT count(*) FROM last WHERE last.schedule = t.seq) AS answers,
		(SELECT count(*) FROM last WHERE last.schedule = t.seq AND verdict = 2) AS changes,
		e.deadline_ms, e.silence, t.market_ms, t.tx_id, t.body
	FROM transactions t LEFT JOIN schedule_terms e ON e.seq = t.seq WHERE t.kind = 5)
SELECT q.schedule, datetime(q.market_ms / 1000, 'unixepoch') AS announced,
	json_extract(q.body, '$.parameters.first_slot') AS first_slot,
	json_array_length(q.body, '$.parameters.net_wh') AS slots,
	CASE WHEN q.roles = 0 THEN 'not asked' WHEN q.changes > 0 THEN 'refused' WHEN q.answers = q.roles THEN 'approved'
		WHEN now.ms < q.deadline_ms THEN 'pending' WHEN q.silence = 2 THEN 'by silence'
		ELSE 'lapsed' END AS state,
	q.changes = 0 AND (q.answers = q.roles OR (now.ms >= q.deadline_ms AND q.silence = 2)) AS counts,
	datetime(q.deadline_ms / 1000, 'unixepoch') AS deadline,
	(SELECT group_concat(n.name || ' ' || CASE last.verdict WHEN 1 THEN 'approves' ELSE 'asks for changes' END
		|| ' ' || datetime(t.market_ms / 1000, 'unixepoch')
		|| coalesce(': ' || json_extract(t.body, '$.parameters.reason'), ''), '; ')
	FROM last JOIN transactions t ON t.seq = last.seq JOIN v_network_roles n ON n.role = last.role
	WHERE last.schedule = q.schedule) AS answers,
	lower(hex(q.tx_id)) AS id
FROM asked q JOIN now;

-- What each slot is scheduled at: by the last schedule of it that counts or, while none does, the last.
DROP VIEW IF EXISTS v_schedule;
CREATE VIEW v_schedule AS
SELECT s.slot, datetime(start_s + s.slot * slot_s, 'unixepoch') AS begins,
	s.net_wh / 1000.0 AS net_kwh, s.seq AS schedule, p.announced, p.state, p.counts, p.answers
FROM (SELECT c.slot, c.net_wh, c.seq, max(c.seq + CASE WHEN q.counts THEN 1 << 53 ELSE 0 END)
	FROM schedules c JOIN v_approvals q ON q.schedule = c.seq GROUP BY c.slot) s
JOIN v_approvals p ON p.schedule = s.seq JOIN v_time;

-- What limits of the network kept from being awarded.
DROP VIEW IF EXISTS v_cuts;
CREATE VIEW v_cuts AS
SELECT k.auction, a.slot AS delivery_slot, k.height, k.cut_wh / 1000.0 AS cut_kwh,
	CASE k.role WHEN 1 THEN 'dso' ELSE 'tso' END AS role,
	CASE WHEN k.scheduled THEN 'network_limit' ELSE 'network_limit, and no schedule counts' END AS why
FROM auction_cuts k JOIN auctions a ON a.seq = k.auction;

-- What the meters of all homes saw of a slot that was settled with the grid, and what that cost: above zero
-- the aggregator paid. Nothing is booked beyond what docs/protocol.md, "Close", allows.
DROP VIEW IF EXISTS v_imbalance;
CREATE VIEW v_imbalance AS
SELECT m.slot, s.begins, m.homes, m.missing, s.net_kwh AS scheduled_kwh, coalesce(g.wh, 0) / 1000.0 AS regulation_kwh,
	m.net_wh / 1000.0 AS metered_kwh, (m.net_wh - coalesce(g.wh, 0)) / 1000.0 - s.net_kwh AS deviation_kwh,
	coalesce((SELECT sum(iif(t.payee = 10, 1, -1) * t.amount_uc) FROM transfers t
		WHERE t.height = m.height AND t.why = 8), 0) / 1000000.0 AS cents
FROM (SELECT height, json_extract(body, '$.parameters.slot') AS slot, json_extract(body, '$.parameters.homes') AS homes,
		json_extract(body, '$.parameters.missing') AS missing, json_extract(body, '$.parameters.net_wh') AS net_wh
	FROM transactions WHERE kind = 23) m
JOIN v_schedule s ON s.slot = m.slot
LEFT JOIN (SELECT a.slot, sum(iif(a.regulation = 1, -1, 1) * e.cleared_wh) AS wh FROM activations a
	JOIN activation_auctions n ON n.activation = a.seq JOIN auction_ends e ON e.auction = n.auction AND e.status = 2
	GROUP BY a.slot) g ON g.slot = m.slot;

-- The books of each role, by slot, day and month, in cents: what a block settled is of the slot two before its
-- height. `margin` is what trade, penalties, fees, imbalance and regulation left; deposits and withdrawals stand apart.
DROP VIEW IF EXISTS v_book_slots;
CREATE VIEW v_book_slots AS
WITH roles AS (SELECT 3 + key AS account, json_extract(value, '$.name') AS role
	FROM genesis, json_each(document, '$.rules.parameters.roles')),
moves AS (SELECT height, why, payee AS account, amount_uc AS came, 0 AS went FROM transfers WHERE payee BETWEEN 3 AND 9
	UNION ALL SELECT height, why, payer, 0, amount_uc FROM transfers WHERE payer BETWEEN 3 AND 9)
SELECT role, height - 2 AS slot, datetime(start_s + (height - 2) * slot_s, 'unixepoch') AS begins,
	sum(iif(why = 2, went, 0)) / 1e6 AS purchases, sum(iif(why = 2, came, 0)) / 1e6 AS sales,
	sum(iif(why = 3, came - went, 0)) / 1e6 AS penalties, sum(iif(why = 7, came - went, 0)) / 1e6 AS fees,
	sum(iif(why = 8, came - went, 0)) / 1e6 AS imbalance, sum(iif(why = 9, came - went, 0)) / 1e6 AS regulation,
	sum(iif(why IN (2, 3, 7, 8, 9), came - went, 0)) / 1e6 AS margin,
	sum(iif(why = 1, came, 0)) / 1e6 AS deposits, sum(iif(why = 6, went, 0)) / 1e6 AS withdrawals,
	sum(came - went) / 1e6 AS change
FROM moves JOIN roles USING (account) JOIN v_time GROUP BY role, height;

DROP VIEW IF EXISTS v_book_days;
CREATE VIEW v_book_days AS
SELECT role, date(begins) AS day, sum(purchases) AS purchases, sum(sales) AS sales, sum(penalties) AS penalties,
	sum(fees) AS fees, sum(imbalance) AS imbalance, sum(regulation) AS regulation, sum(margin) AS margin, sum(deposits) AS deposits,
	sum(withdrawals) AS withdrawals, sum(change) AS change
FROM v_book_slots GROUP BY role, date(begins);

DROP VIEW IF EXISTS v_book_months;
CREATE VIEW v_book_months AS
SELECT role, substr(day, 1, 7) AS month, sum(purchases) AS purchases, sum(sales) AS sales, sum(penalties) AS penalties,
	sum(fees) AS fees, sum(imbalance) AS imbalance, sum(regulation) AS regulation, sum(margin) AS margin, sum(deposits) AS deposits,
	sum(withdrawals) AS withdrawals, sum(change) AS change
FROM v_book_days GROUP BY role, substr(day, 1, 7);

-- What energy costs outside the market in each slot that a tariff has: the last one counts.
DROP VIEW IF EXISTS v_tariffs;
CREATE VIEW v_tariffs AS
SELECT s.slot, datetime(start_s + s.slot * slot_s, 'unixepoch') AS begins,
	s.import_mc_per_kwh / 1000.0 AS import_cents_per_kwh, s.export_mc_per_kwh / 1000.0 AS export_cents_per_kwh,
	s.wholesale_mc_per_kwh / 1000.0 AS wholesale_cents_per_kwh, s.seq AS tariff
FROM (SELECT slot, max(seq) AS seq, import_mc_per_kwh, export_mc_per_kwh, wholesale_mc_per_kwh
	FROM tariffs GROUP BY slot) s
JOIN v_time;

-- Regulation that the TSO has asked for, and what came of it: offered (the auction), cleared (what the aggregator can
-- deliver), delivered (what the meters saw), and what was paid for it.
DROP VIEW IF EXISTS v_activations;
CREATE VIEW v_activations AS
WITH answer AS (
	SELECT n.activation, max(n.auction) AS auction FROM activation_auctions n
	LEFT JOIN auction_ends e ON e.auction = n.auction WHERE e.status IS NOT 4 GROUP BY n.activation),
given AS (
	SELECT r.auction, sum(min(w.quantity_wh, d.wh)) AS wh
	FROM deliveries d JOIN awards w ON w."order" = d."order" JOIN orders r ON r.seq = d."order" GROUP BY r.auction)
SELECT a.seq AS activation, datetime(t.market_ms / 1000, 'unixepoch') AS asked, a.slot AS delivery_slot,
	datetime(start_s + a.slot * slot_s, 'unixepoch') AS begins,
	CASE a.regulation WHEN 1 THEN 'up' ELSE 'down' END AS regulation,
	CASE a.measure WHEN 1 THEN 'storage' WHEN 2 THEN 'export' WHEN 3 THEN 'import' WHEN 4 THEN 'baseline'
		ELSE 'before-after' END AS measure,
	a.energy_wh / 1000.0 AS asked_kwh, a.price_mc_per_kwh / 1000.0 AS cents_per_kwh, n.auction,
	o.quantity_wh / 1000.0 AS offered_kwh, e.cleared_wh / 1000.0 AS cleared_kwh, g.wh / 1000.0 AS delivered_kwh,
	CASE WHEN g.wh IS NOT NULL THEN a.price_mc_per_kwh * g.wh / 1000000.0 END AS cents
FROM activations a JOIN transactions t ON t.seq = a.seq JOIN v_time
LEFT JOIN answer n ON n.activation = a.seq
LEFT JOIN auctions o ON o.seq = n.auction
LEFT JOIN auction_ends e ON e.auction = n.auction
LEFT JOIN given g ON g.auction = n.auction;
