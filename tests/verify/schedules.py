"""The aggregator's schedules: docs/protocol.md, section 8, "Schedules"."""
from words import be, demand, sha

ROWS_MAX, NET_MAX, AHEAD_S = 64, 10**9, 2 * 86400


class Schedules:
	def __init__(self, rules):
		names = [role["name"] for role in rules["roles"]]
		self.account = 3 + names.index("aggregator") if "aggregator" in names else None
		self.rows = []

	def open(self, slot):
		"""A block opens: those whose slots are all settled go."""
		self.rows = [r for r in self.rows if r[1] + r[2] >= slot]

	def add(self, seq, account, slot, slot_s, q):
		first, net = q["first_slot"], q["net_wh"]
		demand(account.number == self.account, "NOT_ALLOWED: a schedule")
		demand(slot < first and first + len(net) <= slot + 1 + max(AHEAD_S // slot_s, 1), "HORIZON")
		demand(1 <= len(net) <= 96 and all(abs(wh) <= NET_MAX for wh in net), "OUT_OF_RANGE")
		demand(len(self.rows) < ROWS_MAX, "TOO_MANY")
		self.rows.append((seq, first, len(net), net))

	def leaves(self):
		return [sha(b"\0\x33", be(*row[:3])) for row in self.rows]

	def net(self, slot):
		"""What a slot is scheduled at, by the last that has it; None: by none."""
		nets = [net[slot - first] for _, first, n, net in self.rows if first <= slot < first + n]
		return nets[-1] if nets else None
