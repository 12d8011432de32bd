"""The aggregator's schedules, and what the network's operators say of them: docs/protocol.md, section
8, "Schedules"."""
from words import be, demand, sha

ROWS_MAX, NET_MAX, AHEAD_S = 64, 10**9, 2 * 86400
VERDICTS = {"approve": 1, "change": 2}
OPERATORS = ("dso", "tso")


def accounts(rules):
	"""The account numbers of the network's operators, in the order of their leaves."""
	names = [role["name"] for role in rules["roles"]]
	return [3 + names.index(name) for name in OPERATORS if name in names]


def check_slots(first, count, slot, slot_s):
	demand(slot < first and first + count <= slot + 1 + max(AHEAD_S // slot_s, 1), "HORIZON")


class Schedule:
	def __init__(self, seq, tx_id, first, net, deadline, silence):
		self.seq, self.id, self.first, self.net = seq, tx_id, first, net
		self.deadline, self.silence = deadline, silence
		self.said = {}  # by account: the transaction, and the verdict

	def counts(self, asked, now_ms):
		verdicts = [verdict for _, verdict in self.said.values()]
		if "change" in verdicts or len(verdicts) == len(asked):
			return "change" not in verdicts
		return now_ms >= self.deadline and self.silence == "approve"


class Schedules:
	def __init__(self, rules):
		names = [role["name"] for role in rules["roles"]]
		self.account = 3 + names.index("aggregator") if "aggregator" in names else None
		self.asked = accounts(rules)
		self.rows = []

	def open(self, slot):
		"""A block opens: those whose slots are all settled go."""
		self.rows = [r for r in self.rows if r.first + len(r.net) >= slot]

	def add(self, tx, account, slot, p, deadline, q):
		first, net = q["first_slot"], q["net_wh"]
		demand(account.number == self.account, "NOT_ALLOWED: a schedule")
		check_slots(first, len(net), slot, p["slot_s"])
		demand(1 <= len(net) <= 96 and all(abs(wh) <= NET_MAX for wh in net), "OUT_OF_RANGE")
		demand(not self.asked or tx["market_ms"] + 1000 * p["slot_s"] <= deadline, "SCHEDULE_LATE")
		demand(len(self.rows) < ROWS_MAX, "TOO_MANY")
		self.rows.append(Schedule(tx["seq"], tx["id"].hex(), first, net, deadline,
			p.get("approval_silence")))

	def answer(self, tx, account, q):
		demand(account.number in self.asked, "NOT_ALLOWED: an answer")
		named = [r for r in self.rows if r.id == q["schedule"]]
		demand(named, "UNKNOWN_SCHEDULE")
		demand(tx["market_ms"] < named[0].deadline, "APPROVAL_LATE")
		demand(q["verdict"] in VERDICTS and len(q.get("reason", "x").encode()) in range(1, 121),
			"BAD_FIELD")
		named[0].said[account.number] = tx["seq"], q["verdict"]

	def net(self, slot, now_ms):
		"""What a slot is scheduled at; None: no schedule of it counts."""
		of = [r for r in self.rows if r.first <= slot < r.first + len(r.net) and
			r.counts(self.asked, now_ms)]
		return of[-1].net[slot - of[-1].first] if of else None

	def leaves(self):
		return [sha(b"\0\x33", be(r.seq, r.first, len(r.net))) for r in self.rows]

	def answers(self):
		return [sha(b"\0\x35", be(r.seq, n, r.said[n][0]), bytes([VERDICTS[r.said[n][1]]]))
			for r in self.rows for n in self.asked if n in r.said]
