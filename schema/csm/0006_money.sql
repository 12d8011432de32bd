-- What moved each home's money, by reason, in micro-cents, and the energy that was paid for, in Wh.
-- The lines with their signs are the change of its balance. Of blocks in which something moved.
CREATE TABLE money (
	height INTEGER NOT NULL,
	home INTEGER NOT NULL REFERENCES homes (number),
	bought_uc INTEGER NOT NULL,
	deposited_uc INTEGER NOT NULL,
	fees_uc INTEGER NOT NULL,
	penalties_paid_uc INTEGER NOT NULL,
	penalties_received_uc INTEGER NOT NULL,
	rewards_uc INTEGER NOT NULL,
	sold_uc INTEGER NOT NULL,
	withdrawn_uc INTEGER NOT NULL,
	bought_wh INTEGER NOT NULL,
	sold_wh INTEGER NOT NULL,
	balance_uc INTEGER NOT NULL, -- after the block
	PRIMARY KEY (height, home)
) STRICT, WITHOUT ROWID;

-- The same by month of market time, for ever: what an invoice is made of when `money` has been pruned.
-- A block is of the month in which its slot begins.
CREATE TABLE months (
	month TEXT NOT NULL, -- YYYY-MM
	home INTEGER NOT NULL REFERENCES homes (number),
	bought_uc INTEGER NOT NULL,
	deposited_uc INTEGER NOT NULL,
	fees_uc INTEGER NOT NULL,
	penalties_paid_uc INTEGER NOT NULL,
	penalties_received_uc INTEGER NOT NULL,
	rewards_uc INTEGER NOT NULL,
	sold_uc INTEGER NOT NULL,
	withdrawn_uc INTEGER NOT NULL,
	bought_wh INTEGER NOT NULL,
	sold_wh INTEGER NOT NULL,
	balance_uc INTEGER NOT NULL, -- after the last block of it in which something moved
	PRIMARY KEY (home, month)
) STRICT, WITHOUT ROWID;

-- Whether a home trades, is paid for its CPF, or both, and from which slot on. Of what waits for its slot
-- only the last is here, for it takes back the others; the intake log has them all.
CREATE TABLE modes (
	intake_seq INTEGER NOT NULL, -- the register, preference or home-change that said it
	home INTEGER NOT NULL REFERENCES homes (number),
	from_slot INTEGER NOT NULL,
	mode INTEGER NOT NULL, -- 1 TE, 2 RE, 3 both
	PRIMARY KEY (home, intake_seq)
) STRICT, WITHOUT ROWID;
INSERT INTO modes SELECT 0, number, -1, mode FROM homes WHERE kind = 1 AND status <> 1;
