-- A home's own memory: keys of its addresses, messages on their way, receipts, orders, readings.
-- Private. Energy in Wh, prices in milli-cents per kWh, money in micro-cents, times in ms of market time.

-- One key per slot; secret until two slots after its use, then deleted (secure_delete).
CREATE TABLE address_keys (
	slot INTEGER PRIMARY KEY,
	address TEXT NOT NULL UNIQUE CHECK (length(address) = 26),
	private_key BLOB NOT NULL CHECK (length(private_key) = 32),
	req_id TEXT NOT NULL, -- of the message that enrols it
	enrolled_ms INTEGER -- its receipt's; NULL: none yet
) STRICT;

-- What must reach the market: sent again and again until a verified receipt or a refusal.
CREATE TABLE spool (
	id INTEGER PRIMARY KEY,
	req_id TEXT NOT NULL UNIQUE,
	operation INTEGER NOT NULL,
	tx_id BLOB NOT NULL CHECK (length(tx_id) = 32),
	until_ms INTEGER NOT NULL, -- market time: worthless from here on
	text TEXT NOT NULL
) STRICT;

-- Verified receipts of class ledger, until their block has been seen to hold them.
CREATE TABLE receipts (
	tx_id BLOB PRIMARY KEY CHECK (length(tx_id) = 32),
	height INTEGER NOT NULL,
	seq INTEGER NOT NULL,
	text TEXT NOT NULL -- as it came: with the header it is proof
) STRICT, WITHOUT ROWID;
CREATE INDEX receipts_by_height ON receipts (height);

-- Orders of this home, auctions it opened included.
-- status: 1 sent, 2 receipted, 3 awarded, 4 lost, 5 void, 6 cancelled, 7 rejected
CREATE TABLE orders (
	req_id TEXT PRIMARY KEY,
	seq INTEGER NOT NULL, -- in the ledger; 0: no receipt yet
	auction INTEGER NOT NULL, -- 0: it opens one
	slot INTEGER NOT NULL, -- of delivery
	side INTEGER NOT NULL CHECK (side IN (1, 2)), -- 1 buy, 2 sell
	measure INTEGER NOT NULL,
	gate_ms INTEGER NOT NULL,
	quantity_wh INTEGER NOT NULL,
	price_mc_per_kwh INTEGER NOT NULL,
	status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 7),
	verified INTEGER NOT NULL, -- 1: the award is that of a verified block
	awarded_wh INTEGER NOT NULL,
	award_uc INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_by_slot ON orders (slot);
CREATE INDEX orders_by_seq ON orders (seq);

-- Registers at the ends of slots, as sent.
CREATE TABLE readings (
	slot INTEGER PRIMARY KEY,
	pv_wh INTEGER NOT NULL,
	import_wh INTEGER NOT NULL,
	export_wh INTEGER NOT NULL,
	charge_wh INTEGER NOT NULL,
	discharge_wh INTEGER NOT NULL,
	req_id TEXT NOT NULL,
	receipt_ms INTEGER -- market time of its receipt; NULL: none yet
) STRICT;

-- The replica's state at the close of a block; two are kept.
CREATE TABLE snapshots (
	height INTEGER PRIMARY KEY,
	header_hash BLOB NOT NULL CHECK (length(header_hash) = 32),
	state BLOB NOT NULL
) STRICT;

-- What else must outlive a restart, by name.
CREATE TABLE notes (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;
