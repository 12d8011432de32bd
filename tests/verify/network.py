"""What the network's operators allow the community's net to be: docs/protocol.md, section 8,
"Limits"."""
from schedules import accounts, check_slots
from words import be, demand, sha

LIMIT_MAX = 10**9


class Network:
	def __init__(self, rules):
		self.limits = {n: {} for n in accounts(rules)}  # by slot: seq, export, import

	def open(self, slot):
		"""A block opens: the limits of slots that are over go."""
		for limits in self.limits.values():
			for over in [s for s in limits if s < slot]:
				del limits[over]

	def add(self, seq, account, slot, slot_s, q):
		first, out, into = q["first_slot"], q["export_wh"], q["import_wh"]
		demand(account.number in self.limits, "NOT_ALLOWED: limits")
		demand(1 <= len(out) == len(into) <= 96, "BAD_FIELD")
		check_slots(first, len(out), slot, slot_s)
		demand(all(type(wh) is int and 0 <= wh <= LIMIT_MAX for wh in out + into), "OUT_OF_RANGE")
		for s, wh in enumerate(zip(out, into), first):
			self.limits[account.number][s] = (seq, *wh)

	def of(self, slot):
		"""Export and import of each role that has a limit of that slot."""
		return [limits[slot][1:] for limits in self.limits.values() if slot in limits]

	def leaves(self):
		return [sha(b"\0\x34", be(n, slot, *limits[slot]))
			for n, limits in self.limits.items() for slot in sorted(limits)]
