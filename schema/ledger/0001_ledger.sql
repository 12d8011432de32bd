-- The public ledger of one market: the deterministic product of its transactions.
-- Energy in Wh, prices in milli-cents per kWh, money in micro-cents, times in ms of market time.
-- Readable names and units: the views of schema/ledger/views.sql.

CREATE TABLE genesis (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	document TEXT NOT NULL -- docs/protocol.md, "Genesis"
) STRICT;

-- How far the writer has come; the one row that changes.
CREATE TABLE progress (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	applied_seq INTEGER NOT NULL -- of the intake log; of a replica the height
) STRICT;

CREATE TABLE blocks (
	height INTEGER PRIMARY KEY CHECK (height >= 0),
	time_ms INTEGER NOT NULL,
	flags INTEGER NOT NULL,
	tx_count INTEGER NOT NULL,
	header TEXT NOT NULL, -- canonical JSON
	hash BLOB NOT NULL CHECK (length(hash) = 32),
	operator_signature BLOB NOT NULL CHECK (length(operator_signature) = 64)
) STRICT;

-- A validator's seal of a block, as its transaction in the block after.
CREATE TABLE seals (
	height INTEGER PRIMARY KEY REFERENCES blocks (height),
	account INTEGER NOT NULL REFERENCES accounts (number),
	rank INTEGER NOT NULL CHECK (rank BETWEEN 1 AND 3),
	cpf INTEGER NOT NULL CHECK (cpf BETWEEN 1 AND 100),
	rewarded INTEGER NOT NULL CHECK (rewarded IN (0, 1)),
	seq INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
	number INTEGER PRIMARY KEY,
	address TEXT NOT NULL, -- or the name of a permanent account
	slot INTEGER NOT NULL, -- -1: permanent
	key BLOB NOT NULL,
	height INTEGER NOT NULL -- of admission
) STRICT;

CREATE TABLE closings (
	account INTEGER PRIMARY KEY REFERENCES accounts (number),
	height INTEGER NOT NULL
) STRICT;

-- kind: 1 bid-offer, 2 cancel, 3 cpf, 4 seal, 5 schedule; 16 clock, 17 admit, 18 standing, 19 delivery, 20 deposit,
-- 21 withdraw, 22 params-set, 23 imbalance
CREATE TABLE transactions (
	seq INTEGER PRIMARY KEY,
	height INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	market_ms INTEGER NOT NULL,
	account INTEGER REFERENCES accounts (number), -- of the signer; NULL: the operator
	tx_id BLOB NOT NULL CHECK (length(tx_id) = 32),
	body TEXT NOT NULL, -- canonical JSON
	signature BLOB NOT NULL CHECK (length(signature) IN (0, 64))
) STRICT;
CREATE INDEX transactions_by_height ON transactions (height);

CREATE TABLE auctions (
	seq INTEGER PRIMARY KEY REFERENCES transactions (seq),
	opener INTEGER NOT NULL REFERENCES accounts (number),
	side INTEGER NOT NULL CHECK (side IN (1, 2)), -- the opener 1 buys, 2 sells
	rule INTEGER NOT NULL,
	measure INTEGER NOT NULL,
	book INTEGER NOT NULL,
	quantity_wh INTEGER NOT NULL CHECK (quantity_wh > 0),
	limit_mc_per_kwh INTEGER NOT NULL CHECK (limit_mc_per_kwh >= 0),
	limit_inclusive INTEGER NOT NULL,
	min_quantity_wh INTEGER NOT NULL,
	penalty_mc_per_kwh INTEGER NOT NULL,
	gate_ms INTEGER NOT NULL,
	slot INTEGER NOT NULL
) STRICT;

-- status: 2 cleared, 3 void, 4 cancelled
CREATE TABLE auction_ends (
	auction INTEGER PRIMARY KEY REFERENCES auctions (seq),
	height INTEGER NOT NULL,
	status INTEGER NOT NULL CHECK (status IN (2, 3, 4)),
	cleared_wh INTEGER NOT NULL,
	cleared_uc INTEGER NOT NULL,
	marginal_mc_per_kwh INTEGER NOT NULL,
	best_losing_mc_per_kwh INTEGER NOT NULL
) STRICT;

CREATE TABLE orders (
	seq INTEGER PRIMARY KEY REFERENCES transactions (seq),
	auction INTEGER NOT NULL REFERENCES auctions (seq),
	account INTEGER NOT NULL REFERENCES accounts (number),
	quantity_wh INTEGER NOT NULL CHECK (quantity_wh > 0),
	price_mc_per_kwh INTEGER NOT NULL CHECK (price_mc_per_kwh >= 0),
	all_or_nothing INTEGER NOT NULL
) STRICT;

-- Orders that won nothing. status: 3 lost, 4 cancelled, 5 void
CREATE TABLE order_ends (
	"order" INTEGER PRIMARY KEY REFERENCES orders (seq),
	height INTEGER NOT NULL,
	status INTEGER NOT NULL CHECK (status IN (3, 4, 5))
) STRICT;

CREATE TABLE awards (
	"order" INTEGER PRIMARY KEY REFERENCES orders (seq),
	height INTEGER NOT NULL,
	quantity_wh INTEGER NOT NULL CHECK (quantity_wh > 0),
	price_mc_per_kwh INTEGER NOT NULL,
	amount_uc INTEGER NOT NULL
) STRICT;

-- why: 1 metered, 2 no reading, 3 no base, 4 uncertified
CREATE TABLE deliveries (
	"order" INTEGER PRIMARY KEY REFERENCES awards ("order"),
	height INTEGER NOT NULL,
	wh INTEGER NOT NULL CHECK (wh >= 0),
	why INTEGER NOT NULL
) STRICT;

-- why: 1 deposit, 2 payment, 3 penalty, 4 reward, 5 close, 6 withdrawal, 7 fee, 8 imbalance
CREATE TABLE transfers (
	height INTEGER NOT NULL,
	n INTEGER NOT NULL,
	payer INTEGER NOT NULL REFERENCES accounts (number),
	payee INTEGER NOT NULL REFERENCES accounts (number),
	amount_uc INTEGER NOT NULL CHECK (amount_uc > 0),
	"order" INTEGER NOT NULL, -- or 0
	why INTEGER NOT NULL,
	PRIMARY KEY (height, n)
) STRICT, WITHOUT ROWID;

-- The ranked validators of each block, at most three.
CREATE TABLE rankings (
	height INTEGER NOT NULL,
	rank INTEGER NOT NULL,
	account INTEGER NOT NULL REFERENCES accounts (number),
	cpf INTEGER NOT NULL,
	rewarded INTEGER NOT NULL,
	PRIMARY KEY (height, rank)
) STRICT, WITHOUT ROWID;

-- The ledger only grows.
CREATE TRIGGER genesis_no_update BEFORE UPDATE ON genesis BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER genesis_no_delete BEFORE DELETE ON genesis BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER blocks_no_update BEFORE UPDATE ON blocks BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER blocks_no_delete BEFORE DELETE ON blocks BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER seals_no_update BEFORE UPDATE ON seals BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER seals_no_delete BEFORE DELETE ON seals BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER accounts_no_update BEFORE UPDATE ON accounts BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER accounts_no_delete BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER closings_no_update BEFORE UPDATE ON closings BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER closings_no_delete BEFORE DELETE ON closings BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER transactions_no_update BEFORE UPDATE ON transactions BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER transactions_no_delete BEFORE DELETE ON transactions BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER auctions_no_update BEFORE UPDATE ON auctions BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER auctions_no_delete BEFORE DELETE ON auctions BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER auction_ends_no_update BEFORE UPDATE ON auction_ends BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER auction_ends_no_delete BEFORE DELETE ON auction_ends BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER orders_no_update BEFORE UPDATE ON orders BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER orders_no_delete BEFORE DELETE ON orders BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER order_ends_no_update BEFORE UPDATE ON order_ends BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER order_ends_no_delete BEFORE DELETE ON order_ends BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER awards_no_update BEFORE UPDATE ON awards BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER awards_no_delete BEFORE DELETE ON awards BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER deliveries_no_update BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER deliveries_no_delete BEFORE DELETE ON deliveries BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER transfers_no_update BEFORE UPDATE ON transfers BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER rankings_no_update BEFORE UPDATE ON rankings BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER rankings_no_delete BEFORE DELETE ON rankings BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
