-- What each home is scheduled to draw, import less export: what `baseline` deliveries are measured from.
CREATE TABLE baselines (
	slot INTEGER NOT NULL,
	home INTEGER NOT NULL REFERENCES homes (number),
	net_wh INTEGER NOT NULL,
	PRIMARY KEY (slot, home)
) STRICT, WITHOUT ROWID;
-- Whose an address is, for those that look it up by the thousand.
CREATE INDEX addresses_by_address ON addresses (slot, address);
