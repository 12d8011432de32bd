-- The other side of imbalance. In a new ledger it stands before the accounts of genesis.
INSERT INTO accounts VALUES (10, 'grid', -1, x'', 0);
-- What was attested of the community's net, by slot.
CREATE INDEX transactions_imbalance ON transactions (seq) WHERE kind = 23;
