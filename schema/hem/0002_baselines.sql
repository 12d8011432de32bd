-- What the market has told this home that it is scheduled to draw, import less export.
CREATE TABLE baselines (
	slot INTEGER PRIMARY KEY,
	net_wh INTEGER NOT NULL,
	intake_seq INTEGER NOT NULL -- of the request that said so: the greatest counts
) STRICT;
