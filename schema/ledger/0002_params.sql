-- Sets of parameters are few among very many transactions.
CREATE INDEX transactions_params ON transactions (seq) WHERE kind = 22;
