-- What each home's meter said within slots: at the end of the first and the second quarter.
CREATE TABLE quarters (
	slot INTEGER NOT NULL,
	home INTEGER NOT NULL REFERENCES homes (number),
	quarter INTEGER NOT NULL CHECK (quarter IN (1, 2)),
	intake_seq INTEGER NOT NULL,
	market_ms INTEGER NOT NULL,
	pv_wh INTEGER NOT NULL,
	import_wh INTEGER NOT NULL,
	export_wh INTEGER NOT NULL,
	charge_wh INTEGER NOT NULL,
	discharge_wh INTEGER NOT NULL,
	PRIMARY KEY (slot, home, quarter)
) STRICT, WITHOUT ROWID;
