-- What energy costs outside the market, and regulation that is asked for: transactions of kinds 8 tariff, 9 activate.

-- Prices by slot, of the aggregator; of several for one slot the last counts. wholesale: NULL if there is none.
CREATE TABLE tariffs (
	seq INTEGER NOT NULL REFERENCES transactions (seq),
	slot INTEGER NOT NULL,
	export_mc_per_kwh INTEGER NOT NULL,
	import_mc_per_kwh INTEGER NOT NULL,
	wholesale_mc_per_kwh INTEGER,
	PRIMARY KEY (seq, slot)
) STRICT, WITHOUT ROWID;

-- What the TSO asks for; regulation: 1 up, 2 down; measure as of auctions.
CREATE TABLE activations (
	seq INTEGER PRIMARY KEY REFERENCES transactions (seq),
	slot INTEGER NOT NULL,
	regulation INTEGER NOT NULL,
	measure INTEGER NOT NULL,
	energy_wh INTEGER NOT NULL CHECK (energy_wh > 0),
	price_mc_per_kwh INTEGER NOT NULL
) STRICT;

-- The auctions that answer one.
CREATE TABLE activation_auctions (
	auction INTEGER PRIMARY KEY REFERENCES auctions (seq),
	activation INTEGER NOT NULL REFERENCES activations (seq)
) STRICT;

CREATE INDEX tariffs_slot ON tariffs (slot, seq);
CREATE INDEX activations_slot ON activations (slot);
CREATE INDEX activation_auctions_activation ON activation_auctions (activation);
CREATE TRIGGER tariffs_no_update BEFORE UPDATE ON tariffs BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER tariffs_no_delete BEFORE DELETE ON tariffs BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER activations_no_update BEFORE UPDATE ON activations BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER activations_no_delete BEFORE DELETE ON activations BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER activation_auctions_no_update BEFORE UPDATE ON activation_auctions BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
CREATE TRIGGER activation_auctions_no_delete BEFORE DELETE ON activation_auctions BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END;
