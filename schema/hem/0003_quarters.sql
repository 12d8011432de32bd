-- What the home used and produced, hour by hour (slot by slot where slots are longer), for the strategy
-- `value`; eight days.
CREATE TABLE hours (
	step INTEGER PRIMARY KEY, -- hours since slot 0
	load_wh INTEGER NOT NULL,
	pv_wh INTEGER NOT NULL
) STRICT;

-- Registers within slots, at the end of the first and the second quarter, as sent.
CREATE TABLE quarters (
	slot INTEGER NOT NULL,
	quarter INTEGER NOT NULL CHECK (quarter IN (1, 2)),
	pv_wh INTEGER NOT NULL,
	import_wh INTEGER NOT NULL,
	export_wh INTEGER NOT NULL,
	charge_wh INTEGER NOT NULL,
	discharge_wh INTEGER NOT NULL,
	req_id TEXT NOT NULL,
	receipt_ms INTEGER, -- market time of its receipt; NULL: none yet
	PRIMARY KEY (slot, quarter)
) STRICT;
