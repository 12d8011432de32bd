-- A home's meter may be replaced: its meters and their keys stay, so that each reading can be held
-- against the key that signed it. The n-th meter of a home is its `meter` n.

CREATE TABLE meters_before AS SELECT serial, type, home FROM meters;
CREATE TABLE keys_before AS SELECT home, role, key, from_seq FROM keys;
DROP TABLE meters;
DROP TABLE keys;

CREATE TABLE meters (
	home INTEGER NOT NULL REFERENCES homes (number),
	meter INTEGER NOT NULL, -- 1: the home's first
	serial TEXT NOT NULL,
	type TEXT NOT NULL,
	from_seq INTEGER NOT NULL, -- the home-add or home-change in the intake log; 0: not known any more
	until_seq INTEGER, -- the home-change that ended it; NULL: it counts
	PRIMARY KEY (home, meter)
) STRICT;
CREATE UNIQUE INDEX meters_in_use ON meters (serial) WHERE until_seq IS NULL;

-- role: 'ems' (identity; of no meter, 0) or 'meter'
CREATE TABLE keys (
	home INTEGER NOT NULL REFERENCES homes (number),
	role TEXT NOT NULL,
	meter INTEGER NOT NULL,
	key TEXT NOT NULL,
	from_seq INTEGER NOT NULL,
	until_seq INTEGER,
	PRIMARY KEY (home, role, meter)
) STRICT;
CREATE UNIQUE INDEX keys_in_use ON keys (key) WHERE until_seq IS NULL;

INSERT INTO meters SELECT home, 1, serial, type, coalesce((SELECT min(seq) FROM intake
	WHERE kind = 6 AND json_extract(body, '$.parameters.meter_serial') = serial), 0), NULL
	FROM meters_before;
INSERT INTO keys SELECT home, role, iif(role = 'meter', 1, 0), key, from_seq, NULL FROM keys_before;
DROP TABLE meters_before;
DROP TABLE keys_before;

ALTER TABLE readings ADD COLUMN meter INTEGER NOT NULL DEFAULT 1;
ALTER TABLE history ADD COLUMN meter INTEGER NOT NULL DEFAULT 1;

-- Differences are of registers of one meter.
DROP VIEW v_registers;
CREATE VIEW v_registers AS
	SELECT slot, home, meter, pv_wh, import_wh, export_wh, charge_wh, discharge_wh FROM readings WHERE refused = ''
	UNION ALL
	SELECT slot, home, meter, pv_wh, import_wh, export_wh, charge_wh, discharge_wh FROM history;
