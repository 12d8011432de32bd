-- What certified meters showed before the market began, signed by them and imported by the operator:
-- the first day's schedule. The market's own readings begin at slot -1.
CREATE TABLE history (
	slot INTEGER NOT NULL CHECK (slot < -1),
	home INTEGER NOT NULL REFERENCES homes (number),
	taken_ms INTEGER NOT NULL,
	pv_wh INTEGER NOT NULL,
	import_wh INTEGER NOT NULL,
	export_wh INTEGER NOT NULL,
	charge_wh INTEGER NOT NULL,
	discharge_wh INTEGER NOT NULL,
	signature BLOB NOT NULL, -- the meter's
	PRIMARY KEY (slot, home)
) STRICT, WITHOUT ROWID;

-- The registers of every meter at the end of every slot that is known.
CREATE VIEW v_registers AS
	SELECT slot, home, pv_wh, import_wh, export_wh, charge_wh, discharge_wh FROM readings WHERE refused = ''
	UNION ALL
	SELECT slot, home, pv_wh, import_wh, export_wh, charge_wh, discharge_wh FROM history;
