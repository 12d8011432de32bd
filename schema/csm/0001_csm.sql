-- The Certified Smart Meters database and everything else that is private to the operator.
-- Units as in the ledger. The intake log is the market's memory: replaying it rebuilds all else.

CREATE TABLE market (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	genesis TEXT NOT NULL,
	last_signed_height INTEGER NOT NULL DEFAULT 0, -- no two headers of one height are ever signed
	last_signed_hash BLOB NOT NULL DEFAULT x''
) STRICT;

-- Every accepted command. kind: 1 ledger transaction of an address, 2 register, 3 addresses,
-- 4 reading, 5 clock, 6 home-add, 7 home-revoke, 8 deposit, 9 withdraw,
-- 10 params-set, 11 home-change, 12 baseline, 13 preference
CREATE TABLE intake (
	seq INTEGER PRIMARY KEY,
	batch INTEGER NOT NULL,
	kind INTEGER NOT NULL,
	home INTEGER NOT NULL, -- the sender
	market_ms INTEGER NOT NULL,
	ledger_seq INTEGER NOT NULL, -- 0: private
	height INTEGER NOT NULL,
	operation TEXT NOT NULL,
	req_id TEXT NOT NULL,
	tx_id BLOB NOT NULL,
	body TEXT NOT NULL, -- canonical JSON of the request without clientId and signature
	signature BLOB NOT NULL
) STRICT;

-- What was committed together, under one signature.
CREATE TABLE batches (
	batch INTEGER PRIMARY KEY,
	first_seq INTEGER NOT NULL,
	count INTEGER NOT NULL
) STRICT;

-- The idempotency key, in the order of the messages' dates so that new ones stand together.
CREATE TABLE requests (
	hour INTEGER NOT NULL, -- of the message's date
	home INTEGER NOT NULL,
	req_id TEXT NOT NULL,
	seq INTEGER NOT NULL,
	PRIMARY KEY (hour, home, req_id)
) STRICT, WITHOUT ROWID;

-- kind: 1 home, 2 role, 3 operator. status: 1 invited, 2 registered, 3 revoked. mode: 1 TE, 2 RE, 3 both,
-- as said last
CREATE TABLE homes (
	number INTEGER PRIMARY KEY,
	client_id TEXT NOT NULL UNIQUE,
	kind INTEGER NOT NULL,
	status INTEGER NOT NULL,
	mode INTEGER NOT NULL,
	pv_w INTEGER NOT NULL,
	battery_w INTEGER NOT NULL,
	fuse_w INTEGER NOT NULL
) STRICT;

CREATE TABLE meters (
	serial TEXT PRIMARY KEY,
	type TEXT NOT NULL,
	home INTEGER NOT NULL REFERENCES homes (number)
) STRICT;

-- role: 'ems' (identity) or 'meter'
CREATE TABLE keys (
	home INTEGER NOT NULL REFERENCES homes (number),
	role TEXT NOT NULL,
	key TEXT NOT NULL UNIQUE,
	from_seq INTEGER NOT NULL,
	PRIMARY KEY (home, role)
) STRICT;

CREATE TABLE addresses (
	slot INTEGER NOT NULL,
	home INTEGER NOT NULL REFERENCES homes (number),
	address TEXT NOT NULL,
	PRIMARY KEY (slot, home)
) STRICT, WITHOUT ROWID;

CREATE TABLE readings (
	slot INTEGER NOT NULL,
	home INTEGER NOT NULL REFERENCES homes (number),
	intake_seq INTEGER NOT NULL, -- 0: refused, and kept
	market_ms INTEGER NOT NULL,
	pv_wh INTEGER NOT NULL,
	import_wh INTEGER NOT NULL,
	export_wh INTEGER NOT NULL,
	charge_wh INTEGER NOT NULL,
	discharge_wh INTEGER NOT NULL,
	refused TEXT NOT NULL, -- '' or the verdict
	PRIMARY KEY (slot, home, intake_seq, market_ms)
) STRICT, WITHOUT ROWID;

-- The homes' money at the close of each block.
CREATE TABLE wallets (
	height INTEGER NOT NULL,
	home INTEGER NOT NULL REFERENCES homes (number),
	balance_uc INTEGER NOT NULL,
	held_uc INTEGER NOT NULL,
	pending_uc INTEGER NOT NULL,
	PRIMARY KEY (height, home)
) STRICT, WITHOUT ROWID;

CREATE TABLE observations (
	id INTEGER PRIMARY KEY,
	market_ms INTEGER NOT NULL,
	home INTEGER NOT NULL,
	item TEXT NOT NULL,
	name TEXT NOT NULL,
	value TEXT NOT NULL
) STRICT;

-- The market's state at the close of a block; two are kept.
CREATE TABLE snapshots (
	height INTEGER PRIMARY KEY,
	intake_seq INTEGER NOT NULL,
	header_hash BLOB NOT NULL,
	state BLOB NOT NULL
) STRICT;

CREATE TRIGGER intake_no_update BEFORE UPDATE ON intake
BEGIN SELECT RAISE(ABORT, 'the intake log only grows'); END;
