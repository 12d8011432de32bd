-- What the network's operators say: transactions of kinds 6 limits, 7 approve. role: 1 dso, 2 tso.

-- Limits of the community's net: import less export at most import_wh, export less import at most export_wh.
-- Of several of a role for one slot the last counts.
CREATE TABLE limits (
	seq INTEGER NOT NULL REFERENCES transactions (seq),
	slot INTEGER NOT NULL,
	import_wh INTEGER NOT NULL,
	export_wh INTEGER NOT NULL,
	PRIMARY KEY (seq, slot)
) STRICT, WITHOUT ROWID;

-- Of a schedule that is to be approved: until when, and what silence means (1 refuse, 2 approve).
CREATE TABLE schedule_terms (
	seq INTEGER PRIMARY KEY REFERENCES transactions (seq),
	deadline_ms INTEGER NOT NULL,
	silence INTEGER NOT NULL
) STRICT;

-- Their answers; verdict: 1 approve, 2 change. Of several of a role for one schedule the last counts.
CREATE TABLE approvals (
	seq INTEGER PRIMARY KEY REFERENCES transactions (seq),
	schedule INTEGER NOT NULL REFERENCES transactions (seq),
	role INTEGER NOT NULL,
	verdict INTEGER NOT NULL
) STRICT;

-- What a limit kept from being awarded. scheduled: 0 if no schedule of the slot counted.
CREATE TABLE auction_cuts (
	auction INTEGER PRIMARY KEY REFERENCES auctions (seq),
	height INTEGER NOT NULL,
	cut_wh INTEGER NOT NULL CHECK (cut_wh > 0),
	role INTEGER NOT NULL,
	scheduled INTEGER NOT NULL
) STRICT;

-- Schedules are few among very many transactions.
CREATE INDEX transactions_schedules ON transactions (seq) WHERE kind = 5;
CREATE INDEX schedules_slot ON schedules (slot, seq);
CREATE INDEX limits_slot ON limits (slot, seq);
CREATE INDEX approvals_schedule ON approvals (schedule, role);
CREATE TRIGGER limits_no_update BEFORE UPDATE ON limits BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER limits_no_delete BEFORE DELETE ON limits BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER schedule_terms_no_update BEFORE UPDATE ON schedule_terms BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER schedule_terms_no_delete BEFORE DELETE ON schedule_terms BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER approvals_no_update BEFORE UPDATE ON approvals BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER approvals_no_delete BEFORE DELETE ON approvals BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER auction_cuts_no_update BEFORE UPDATE ON auction_cuts BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER auction_cuts_no_delete BEFORE DELETE ON auction_cuts BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
