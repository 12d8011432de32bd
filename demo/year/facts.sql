-- What happened, in one file: copied out of the market's ledger.db (attached as ledger) and csm.db
-- (as csm) beside what would have happened without the market, which the program has written
-- before: year(name, value), slots(slot, time, month, import_mc, export_mc), without(slot, home,
-- ...), ends(home, ...). Energy in Wh, prices in mc/kWh, money in uc. Homes by their number.

-- Whose account it was.
CREATE TEMP TABLE owner AS
	SELECT x.number AS account, x.slot, CAST(substr(h.client_id, 5) AS INTEGER) AS home
	FROM ledger.accounts x JOIN csm.addresses a ON a.slot = x.slot AND a.address = x.address
	JOIN csm.homes h ON h.number = a.home;
CREATE UNIQUE INDEX temp.owner_account ON owner (account);

-- What was traded and delivered.
CREATE TEMP TABLE given AS
	SELECT u.seq AS auction, u.slot, u.side, o.home AS opener, s.home AS answerer,
		min(w.quantity_wh, d.wh) AS wh
	FROM ledger.deliveries d JOIN ledger.awards w ON w."order" = d."order"
	JOIN ledger.orders r ON r.seq = d."order" JOIN ledger.auctions u ON u.seq = r.auction
	JOIN owner s ON s.account = r.account LEFT JOIN owner o ON o.account = u.opener;

CREATE INDEX temp.given_by_auction ON given (auction);
CREATE TEMP TABLE answered AS SELECT auction, count(*) AS n FROM ledger.orders GROUP BY auction;
CREATE UNIQUE INDEX temp.answered_by ON answered (auction);
-- Of several schedules for a slot the last counts.
CREATE TEMP TABLE scheduled AS SELECT slot, max(seq) AS seq, net_wh FROM ledger.schedules GROUP BY slot;
CREATE UNIQUE INDEX temp.scheduled_by ON scheduled (slot);

CREATE TEMP TABLE traded AS
	SELECT slot, home, sum(bought_wh) AS bought_wh, sum(sold_wh) AS sold_wh FROM (
		SELECT slot, answerer AS home, iif(side = 2, wh, 0) AS bought_wh, iif(side = 1, wh, 0) AS sold_wh
			FROM given
		UNION ALL SELECT slot, opener, iif(side = 1, wh, 0), iif(side = 2, wh, 0) FROM given
			WHERE opener IS NOT NULL)
	GROUP BY slot, home;
CREATE UNIQUE INDEX temp.traded_by ON traded (slot, home);

-- A home's slot in both worlds.
CREATE TABLE lived AS
	SELECT n.slot, w.home, w.load_wh, w.pv_wh,
		n.import_wh - b.import_wh AS import_wh, n.export_wh - b.export_wh AS export_wh,
		n.discharge_wh - b.discharge_wh AS discharge_wh,
		coalesce(t.bought_wh, 0) AS bought_wh, coalesce(t.sold_wh, 0) AS sold_wh,
		w.import_wh AS without_import_wh, w.export_wh AS without_export_wh,
		w.discharge_wh AS without_discharge_wh
	FROM without w
	JOIN csm.homes h ON CAST(substr(h.client_id, 5) AS INTEGER) = w.home AND h.kind = 1
	JOIN csm.readings n ON n.slot = w.slot AND n.home = h.number AND n.refused = ''
	JOIN csm.readings b ON b.slot = w.slot - 1 AND b.home = h.number AND b.refused = ''
	LEFT JOIN traded t ON t.slot = w.slot AND t.home = w.home;
CREATE UNIQUE INDEX lived_by_home ON lived (home, slot);

-- The community's slot.
CREATE TABLE community AS
	SELECT l.slot, s.month, sum(load_wh) AS load_wh, sum(pv_wh) AS pv_wh, sum(import_wh) AS import_wh,
		sum(export_wh) AS export_wh, sum(import_wh - export_wh) AS net_wh,
		sum(without_import_wh) AS without_import_wh, sum(without_export_wh) AS without_export_wh,
		sum(without_import_wh - without_export_wh) AS without_net_wh,
		sum(discharge_wh) AS discharge_wh, sum(without_discharge_wh) AS without_discharge_wh,
		(SELECT net_wh FROM scheduled c WHERE c.slot = l.slot) AS scheduled_wh
	FROM lived l JOIN slots s ON s.slot = l.slot GROUP BY l.slot;

-- Auctions; opener 0 is the aggregator. side: the opener 1 buys, 2 sells.
CREATE TABLE trades AS
	SELECT u.seq AS auction, u.slot, s.month, coalesce(o.home, 0) AS opener, u.side, u.quantity_wh AS asked_wh,
		coalesce(e.cleared_wh, 0) AS traded_wh, coalesce(e.cleared_uc, 0) AS traded_uc,
		coalesce((SELECT n FROM answered a WHERE a.auction = u.seq), 0) AS answers,
		coalesce((SELECT sum(wh) FROM given g WHERE g.auction = u.seq), 0) AS delivered_wh
	FROM ledger.auctions u JOIN slots s ON s.slot = u.slot
	LEFT JOIN owner o ON o.account = u.opener
	LEFT JOIN ledger.auction_ends e ON e.auction = u.seq AND e.status = 2;

-- What a home got, less what it paid: for energy and penalties (its address's slot says when it was
-- delivered), and as rewards.
CREATE TABLE money AS
	SELECT o.home, sum(iif(why IN (2, 3) AND o.slot IN (SELECT slot FROM slots), uc, 0)) AS payments_uc,
		sum(iif(why = 3 AND o.slot IN (SELECT slot FROM slots), uc, 0)) AS penalties_uc,
		sum(iif(why = 4, uc, 0)) AS rewards_uc
	FROM (SELECT payee AS account, why, amount_uc AS uc FROM ledger.transfers
		UNION ALL SELECT payer, why, -amount_uc FROM ledger.transfers) t
	JOIN owner o ON o.account = t.account GROUP BY o.home;

-- Blocks that hold the slots: who sealed them, and whether anyone was eligible.
CREATE TABLE blocks AS
	SELECT b.height, o.home AS validator, s.cpf, s.rank,
		coalesce((SELECT max(rewarded) FROM ledger.rankings r WHERE r.height = b.height), 0) AS eligible
	FROM ledger.blocks b LEFT JOIN ledger.seals s ON s.height = b.height
	LEFT JOIN owner o ON o.account = s.account WHERE b.height - 1 IN (SELECT slot FROM slots);
INSERT INTO year SELECT 'transactions', count(*) FROM ledger.transactions;
INSERT INTO year SELECT 'ledger_bytes', (SELECT page_count FROM pragma_page_count('ledger'))
	* (SELECT page_size FROM pragma_page_size('ledger'));
INSERT INTO year SELECT 'csm_bytes', (SELECT page_count FROM pragma_page_count('csm'))
	* (SELECT page_size FROM pragma_page_size('csm'));
