-- What moved this home's money, by block, as the operator's signed statements say. Of blocks in which
-- something moved, or whose balance is not that of the row before: then a statement is missing.
CREATE TABLE money (
	height INTEGER PRIMARY KEY,
	month TEXT NOT NULL, -- YYYY-MM, in which the block's slot begins
	begin_s INTEGER NOT NULL,
	bought_uc INTEGER NOT NULL,
	deposited_uc INTEGER NOT NULL,
	fees_uc INTEGER NOT NULL,
	penalties_paid_uc INTEGER NOT NULL,
	penalties_received_uc INTEGER NOT NULL,
	rewards_uc INTEGER NOT NULL,
	sold_uc INTEGER NOT NULL,
	withdrawn_uc INTEGER NOT NULL,
	bought_wh INTEGER NOT NULL,
	sold_wh INTEGER NOT NULL,
	balance_uc INTEGER NOT NULL -- after the block
) STRICT;
