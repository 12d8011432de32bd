-- What does not add up in a market's money: a line for each, none if all is well. Run on ledger.db
-- with csm.db attached as csm. What the ledger moved is held against what it was moved for, and
-- against the operator's own books at each block, not against itself.
CREATE TEMP TABLE moves AS
	SELECT height, payee AS account, amount_uc AS uc FROM transfers
	UNION ALL SELECT height, payer, -amount_uc FROM transfers;
CREATE INDEX temp.moves_by_account ON moves (account, height);
CREATE TEMP TABLE owned AS SELECT d.home, m.height, sum(m.uc) AS uc FROM csm.addresses d
	JOIN accounts a ON a.address = d.address JOIN moves m ON m.account = a.number GROUP BY d.home, m.height;
CREATE INDEX temp.owned_by_home ON owned (home, height);
-- Blocks at whose close all homes were registered.
CREATE TEMP TABLE heights AS SELECT height FROM csm.wallets GROUP BY height
	HAVING count(*) = (SELECT count(*) FROM csm.homes WHERE kind = 1);
CREATE TEMP TABLE books AS
	SELECT h.height,
		(SELECT coalesce(sum(uc), 0) FROM moves m WHERE account = 1 AND m.height <= h.height) AS issuer_uc,
		(SELECT coalesce(sum(uc), 0) FROM moves m WHERE account = 2 AND m.height <= h.height) AS wallets_uc,
		(SELECT coalesce(sum(uc), 0) FROM moves m WHERE account BETWEEN 3 AND 10 AND m.height <= h.height)
			AS roles_uc,
		(SELECT sum(balance_uc) FROM csm.wallets w WHERE w.height = h.height) AS homes_uc,
		(SELECT sum(pending_uc) FROM csm.wallets w WHERE w.height = h.height) AS pending_uc,
		(SELECT coalesce(sum(json_extract(body, '$.parameters.amount_uc')), 0) FROM transactions t
			WHERE kind = 20 AND t.height <= h.height) AS deposits_uc,
		(SELECT coalesce(sum(json_extract(body, '$.parameters.amount_uc')), 0) FROM transactions t
			WHERE kind = 21 AND t.height <= h.height) AS withdrawals_uc,
		(SELECT coalesce(sum(json_extract(g.document, '$.rules.parameters.reward_uc') * cpf / 100), 0)
			FROM seals s, genesis g WHERE rewarded = 1 AND s.height < h.height) AS rewards_uc
	FROM heights h;
SELECT 'no block to look at' WHERE (SELECT count(*) FROM books) < 3;
SELECT 'block '||height||': all balances sum to '||(homes_uc + roles_uc + issuer_uc) FROM books
	WHERE homes_uc + roles_uc + issuer_uc <> 0;
SELECT 'block '||height||': the issuer has '||issuer_uc||', gave '||deposits_uc||' and '||rewards_uc||
	', took '||withdrawals_uc FROM books
	WHERE issuer_uc <> withdrawals_uc - deposits_uc - rewards_uc;
SELECT 'block '||height||': the homes'' wallets have '||(homes_uc - pending_uc)||', the account '||wallets_uc
	FROM books WHERE wallets_uc <> homes_uc - pending_uc;
SELECT 'block '||w.height||': the addresses of '||client_id||' have '||uc||', its wallet says '||pending_uc
	FROM (SELECT w.height, home, pending_uc, coalesce((SELECT sum(m.uc) FROM owned m
			WHERE m.home = w.home AND m.height <= w.height), 0) AS uc FROM csm.wallets w) w
	JOIN csm.homes ON number = home WHERE uc <> pending_uc;
SELECT 'account '||c.account||' closed with '||sum(uc) FROM closings c JOIN moves m ON m.account = c.account
	GROUP BY c.account HAVING sum(uc) <> 0;
-- Fees as they were when an auction was opened, in mc/kWh; a role that opens one pays none.
CREATE TEMP TABLE fees AS
	SELECT a.seq AS auction, iif(a.side = 1 AND a.opener < 10, 0, round(1000 * p.fee_buyer_cents_per_kwh)) AS buyer,
		iif(a.side = 2 AND a.opener < 10, 0, round(1000 * p.fee_seller_cents_per_kwh)) AS seller
	FROM auctions a JOIN transactions t USING (seq) JOIN v_parameters p ON p.from_slot =
		(SELECT max(from_slot) FROM v_parameters WHERE from_slot < t.height);
-- What follows from each delivery: the award's price for what came, the fees on it, the penalty for what did not.
CREATE TEMP TABLE owed AS
	WITH d AS (SELECT r.seq AS "order", o.opener, r.account, o.side, w.amount_uc, w.quantity_wh,
			min(d.wh, w.quantity_wh) AS wh, o.penalty_mc_per_kwh AS penalty, f.buyer, f.seller,
			b.flags & 1 AND d.why = 2 AS excused
		FROM deliveries d JOIN awards w USING ("order") JOIN orders r ON r.seq = d."order"
		JOIN auctions o ON o.seq = r.auction JOIN fees f ON f.auction = o.seq JOIN blocks b ON b.height = d.height)
	SELECT iif(side = 1, opener, account) AS payer, iif(side = 1, account, opener) AS payee, "order", 2 AS why,
		amount_uc * wh / quantity_wh AS uc FROM d
	UNION ALL SELECT iif(side = 1, opener, account), 3, "order", 7, CAST(buyer * wh AS INTEGER) FROM d
	UNION ALL SELECT iif(side = 1, account, opener), 3, "order", 7, CAST(seller * wh AS INTEGER) FROM d
	UNION ALL SELECT account, opener, "order", 3, iif(excused, 0, penalty * (quantity_wh - wh)) FROM d;
CREATE TEMP TABLE paid AS SELECT payer, payee, "order", why, amount_uc AS uc FROM transfers WHERE why IN (2, 3, 7);
SELECT 'order '||"order"||': '||uc||' are owed for '||why||' and not paid' FROM
	(SELECT * FROM owed WHERE uc > 0 EXCEPT SELECT * FROM paid);
SELECT 'order '||"order"||': '||uc||' are paid for '||why||' and not owed' FROM
	(SELECT * FROM paid EXCEPT SELECT * FROM owed);
SELECT 'order '||"order"||' is paid twice for '||why FROM paid GROUP BY "order", why, payer HAVING count(*) > 1;
-- The grid has what the deviations of the attested slots cost.
SELECT 'the grid has '||has_uc||', owed are '||owed_uc FROM (SELECT (SELECT coalesce(sum(uc), 0) FROM moves WHERE account = 10) AS has_uc,
	(SELECT coalesce(sum(CAST(round(1000 * i.deviation_kwh) * round(1000 * iif(i.deviation_kwh > 0, p.imbalance_short_cents_per_kwh,
		p.imbalance_long_cents_per_kwh)) AS INTEGER)), 0) FROM v_imbalance i JOIN v_parameters p ON p.from_slot =
		(SELECT max(from_slot) FROM v_parameters WHERE from_slot <= i.slot)) AS owed_uc) WHERE has_uc <> owed_uc;
