-- The aggregator's schedules: the community's net, import less export. Of several for one slot the last counts.
CREATE TABLE schedules (
	seq INTEGER NOT NULL REFERENCES transactions (seq),
	slot INTEGER NOT NULL,
	net_wh INTEGER NOT NULL,
	PRIMARY KEY (seq, slot)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER schedules_no_update BEFORE UPDATE ON schedules BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER schedules_no_delete BEFORE DELETE ON schedules BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
