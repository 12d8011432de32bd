-- The tables of the report: views over what demo/year/facts.sql makes. kWh, cents, cents/kWh, %.

-- In each slot a home pays retail for import - export + sold - bought: what was traded and delivered
-- has its price in the market instead. Wear: 4 cents for each kWh discharged. What one battery holds
-- more than the other at the end is worth the retail price of genesis less the wear.
CREATE VIEW bills AS
WITH uc AS (
	SELECT l.home, sum(l.import_wh - l.export_wh + l.sold_wh - l.bought_wh) AS net_wh,
		sum((import_wh - export_wh + sold_wh - bought_wh)
			* iif(import_wh - export_wh + sold_wh - bought_wh > 0, import_mc, export_mc))
			+ 4000 * sum(discharge_wh) AS with_uc,
		sum((without_import_wh - without_export_wh)
			* iif(without_import_wh - without_export_wh > 0, import_mc, export_mc))
			+ 4000 * sum(without_discharge_wh) AS without_uc,
		sum(bought_wh) AS bought_wh, sum(sold_wh) AS sold_wh
	FROM lived l JOIN slots s ON s.slot = l.slot GROUP BY l.home)
SELECT u.home, without_uc / 1e6 AS without,
	(with_uc - coalesce(payments_uc, 0) - (e.soc_with - e.soc_without) * e.capacity_wh * e.eta_discharge
		* ((SELECT value FROM year WHERE name = 'import_mc') - 4000)) / 1e6 AS bill,
	coalesce(payments_uc, 0) / 1e6 AS payments, coalesce(penalties_uc, 0) / 1e6 AS penalties,
	coalesce(rewards_uc, 0) / 1e6 AS rewards, bought_wh / 1e3 AS bought_kwh, sold_wh / 1e3 AS sold_kwh
FROM uc u JOIN ends e ON e.home = u.home LEFT JOIN money m ON m.home = u.home;

CREATE VIEW savings AS
SELECT printf('home %02d', home) AS home, round(bought_kwh, 1) AS bought_kwh, round(sold_kwh, 1) AS sold_kwh,
	round(without, 2) AS without_cents, round(bill, 2) AS with_cents, round(without - bill, 2) AS saved_cents,
	round(100 * (without - bill) / without, 2) AS saved_percent, round(penalties, 2) AS penalties_cents,
	round(rewards, 2) AS rewards_cents
FROM bills ORDER BY bills.home;

CREATE VIEW saving AS
SELECT (SELECT count(*) FROM bills) AS homes, round(sum(without), 2) AS without_cents,
	round(sum(bill), 2) AS with_cents, round(sum(without - bill), 2) AS saved_cents,
	round(100 * sum(without - bill) / sum(without), 2) AS of_all_percent,
	round(avg(100 * (without - bill) / without), 2) AS mean_percent, '> 0' AS mean_target,
	round(min(100 * (without - bill) / without), 2) AS worst_percent, '>= -1' AS worst_target,
	sum(without - bill < 0) AS homes_that_lose, round(sum(rewards), 2) AS rewards_cents
FROM bills;

CREATE VIEW traded AS
SELECT iif(opener = 0, 'aggregator', 'homes') || iif(side = 1, ' buy', ' sell') AS auctions_of, count(*) AS auctions,
	sum(answers = 0) AS unanswered, sum(traded_wh > 0) AS cleared, round(sum(asked_wh) / 1e3, 1) AS asked_kwh,
	round(sum(traded_wh) / 1e3, 1) AS traded_kwh, round(sum(delivered_wh) / 1e3, 1) AS delivered_kwh,
	round(sum(traded_uc) / 1e3 / sum(traded_wh), 3) AS mean_cents_per_kwh
FROM trades GROUP BY 1
UNION ALL SELECT 'all', count(*), sum(answers = 0), sum(traded_wh > 0), round(sum(asked_wh) / 1e3, 1),
	round(sum(traded_wh) / 1e3, 1), round(sum(delivered_wh) / 1e3, 1), round(sum(traded_uc) / 1e3 / sum(traded_wh), 3)
FROM trades;

CREATE VIEW prices AS
SELECT s.month, t.traded_kwh, t.mean, t.aggregator_buys, t.aggregator_sells, t.homes_sell, s.retail
FROM (SELECT month, round(avg(import_mc) / 1e3, 3) AS retail FROM slots GROUP BY month) s
LEFT JOIN (SELECT month, round(sum(traded_wh) / 1e3, 1) AS traded_kwh,
	round(sum(traded_uc) / 1e3 / sum(traded_wh), 3) AS mean,
	round(sum(iif(opener = 0 AND side = 1, traded_uc, 0)) / 1e3 / sum(iif(opener = 0 AND side = 1, traded_wh, 0)), 3)
		AS aggregator_buys,
	round(sum(iif(opener = 0 AND side = 2, traded_uc, 0)) / 1e3 / sum(iif(opener = 0 AND side = 2, traded_wh, 0)), 3)
		AS aggregator_sells,
	round(sum(iif(opener > 0, traded_uc, 0)) / 1e3 / sum(iif(opener > 0, traded_wh, 0)), 3) AS homes_sell
	FROM trades GROUP BY month) t ON t.month = s.month ORDER BY s.month;

-- By the homes' meters, and at the community's edge, where neighbours' import and export cancel out.
CREATE VIEW self AS
WITH worlds AS (
	SELECT 'without' AS world, slot, load_wh, pv_wh, without_import_wh AS import_wh, without_export_wh AS export_wh,
		without_net_wh AS net_wh, without_discharge_wh AS discharge_wh FROM community
	UNION ALL SELECT 'with', slot, load_wh, pv_wh, import_wh, export_wh, net_wh, discharge_wh FROM community)
SELECT world, round(sum(load_wh) / 1e3, 1) AS load_kwh, round(sum(pv_wh) / 1e3, 1) AS pv_kwh,
	round(sum(import_wh) / 1e3, 1) AS import_kwh, round(sum(export_wh) / 1e3, 1) AS export_kwh,
	round(100.0 * (sum(load_wh) - sum(import_wh)) / sum(load_wh), 2) AS self_sufficiency,
	round(100.0 * (sum(pv_wh) - sum(export_wh)) / sum(pv_wh), 2) AS self_consumption,
	round(100.0 * (sum(load_wh) - sum(max(net_wh, 0))) / sum(load_wh), 2) AS community_sufficiency,
	round(100.0 * (sum(pv_wh) + sum(min(net_wh, 0))) / sum(pv_wh), 2) AS community_consumption,
	round(sum(discharge_wh) / 1e3, 1) AS discharged_kwh
FROM worlds GROUP BY world ORDER BY world = 'with';

CREATE VIEW deviation AS
SELECT month, count(*) AS slots, round(sum(abs(without_net_wh - scheduled_wh)) / 1e3, 1) AS without_kwh,
	round(sum(abs(net_wh - scheduled_wh)) / 1e3, 1) AS with_kwh,
	round(100.0 - 100.0 * sum(abs(net_wh - scheduled_wh)) / sum(abs(without_net_wh - scheduled_wh)), 2)
		AS less_percent
FROM community WHERE scheduled_wh IS NOT NULL GROUP BY month ORDER BY month;

CREATE VIEW balance AS
SELECT count(*) AS slots, round(sum(abs(without_net_wh - scheduled_wh)) / 1e3, 1) AS without_kwh,
	round(sum(abs(net_wh - scheduled_wh)) / 1e3, 1) AS with_kwh,
	round(100.0 - 100.0 * sum(abs(net_wh - scheduled_wh)) / sum(abs(without_net_wh - scheduled_wh)), 2)
		AS less_percent, '>= 30' AS target
FROM community WHERE scheduled_wh IS NOT NULL;

-- What the aggregator asked for in slots in which the community was short (above its schedule) or long;
-- what of it was there at the slot's end without the trade, and what is left with it.
CREATE VIEW needs AS
SELECT iif(t.side = 1, 'short: it buys', 'long: it sells') AS need, count(*) AS auctions,
	sum(answers = 0) AS unanswered, round(sum(asked_wh) / 1e3, 1) AS asked_kwh,
	round(sum(traded_wh) / 1e3, 1) AS traded_kwh, round(sum(delivered_wh) / 1e3, 1) AS delivered_kwh,
	round(sum(abs(c.net_wh + iif(t.side = 1, 1, -1) * delivered_wh - c.scheduled_wh)) / 1e3, 1) AS off_without_kwh,
	round(sum(abs(c.net_wh - c.scheduled_wh)) / 1e3, 1) AS off_with_kwh
FROM trades t JOIN community c ON c.slot = t.slot WHERE t.opener = 0 AND c.scheduled_wh IS NOT NULL
GROUP BY t.side;

-- Homes that sell a surplus ahead: what then was exported of it, what was not there and had to be bought
-- at retail, and in cents what the first won against the feed-in price and the other lost.
CREATE VIEW surplus AS
WITH own AS (
	SELECT t.slot, t.opener AS home, sum(t.delivered_wh) AS wh,
		sum(1.0 * t.traded_uc * t.delivered_wh / t.traded_wh) AS sold_uc
	FROM trades t WHERE t.opener > 0 AND t.side = 2 AND t.delivered_wh > 0 GROUP BY t.slot, t.opener),
priced AS (
	SELECT wh, sold_uc / wh AS price, min(wh, export_wh) AS there_wh,
		max(wh - export_wh, 0) AS missing_wh, import_mc, export_mc
	FROM own o JOIN lived l ON l.slot = o.slot AND l.home = o.home JOIN slots s ON s.slot = o.slot)
SELECT count(*) AS sales, round(sum(wh) / 1e3, 1) AS sold_kwh, round(sum(there_wh) / 1e3, 1) AS there_kwh,
	round(sum(missing_wh) / 1e3, 1) AS missing_kwh, round(sum(there_wh * (price - export_mc)) / 1e6, 2) AS won_cents,
	round(sum(missing_wh * (import_mc - price)) / 1e6, 2) AS lost_cents
FROM priced;

-- What bound the homes' answers to auctions; side 1 bids, 2 offers.
CREATE VIEW answers AS
SELECT iif(side = 1, 'bids', 'offers') AS answers, iif(made, 'made', 'not made') AS outcome, bound AS because, rule,
	sum(n) AS times, round(100.0 * sum(n) / (SELECT sum(n) FROM quotes q WHERE q.side = quotes.side), 1) AS percent
FROM quotes GROUP BY side, made, bound ORDER BY side, made DESC, sum(n) DESC;

CREATE VIEW validators AS
SELECT printf('home %02d', e.home) AS home, count(b.height) AS sealed,
	round(100.0 * count(b.height) / (SELECT count(*) FROM blocks WHERE validator IS NOT NULL), 2) AS share_percent,
	round(avg(b.cpf) / 100, 3) AS mean_cpf, round(coalesce(m.rewards_uc, 0) / 1e6, 2) AS rewards_cents
FROM ends e LEFT JOIN blocks b ON b.validator = e.home LEFT JOIN money m ON m.home = e.home
GROUP BY e.home ORDER BY e.home;

-- Gini of n shares in ascending order: 2 sum(i x_i) / (n sum(x_i)) - (n + 1) / n.
CREATE VIEW gini AS
WITH ranked AS (SELECT sealed AS x, row_number() OVER (ORDER BY sealed) AS i, count(*) OVER () AS n FROM validators)
SELECT 2.0 * sum(i * x) / (max(n) * sum(x)) - (max(n) + 1.0) / max(n) AS gini FROM ranked;

CREATE VIEW elections AS
SELECT count(*) AS blocks, sum(validator IS NOT NULL) AS sealed, sum(validator IS NULL) AS unsealed,
	sum(NOT eligible) AS without_an_eligible_home, round(avg(cpf) / 100, 3) AS mean_cpf,
	(SELECT round(gini, 3) FROM gini) AS gini, (SELECT round(sum(rewards_uc) / 1e6, 2) FROM money) AS rewards_cents
FROM blocks;

CREATE VIEW costs AS
SELECT (SELECT count(*) FROM ends) AS homes, (SELECT count(*) FROM slots) AS slots,
	max(iif(name = 'messages', value, NULL)) AS messages, max(iif(name = 'transactions', value, NULL)) AS ledger_transactions,
	round(max(iif(name = 'ledger_bytes', value, NULL)) / 1048576.0, 1) AS ledger_mib,
	round(max(iif(name = 'csm_bytes', value, NULL)) / 1048576.0, 1) AS csm_mib
FROM year;
