"""Prices outside the market, and regulation: docs/protocol.md, section 8, "Tariffs" and
"Activations"."""
from clearing import MEASURES
from schedules import check_slots
from words import be, demand, energy, price, sha

ROWS_MAX, PRICE_MAX = 64, 10**7
REGULATIONS = {"up": 1, "down": 2}


def role(rules, name):
	"""The account number of a role; None: there is none."""
	names = [r["name"] for r in rules["roles"]]
	return 3 + names.index(name) if name in names else None


class Tariffs:
	def __init__(self, rules):
		self.account = role(rules, "aggregator")
		self.rows = []  # seq, first slot, wholesale prices

	def open(self, slot):
		"""A block opens: those go that count for none of the slots that are not settled."""
		last = {s: r[0] for r in self.rows for s in range(max(r[1], slot - 1), r[1] + r[2])}
		self.rows = [r for r in self.rows if r[0] in last.values()]

	def add(self, seq, account, slot, slot_s, q):
		first, out, into = q["first_slot"], q["export_mc_per_kwh"], q["import_mc_per_kwh"]
		whole = q.get("wholesale_mc_per_kwh", [])
		demand(account.number == self.account, "NOT_ALLOWED: a tariff")
		demand(1 <= len(out) == len(into) <= 96 and len(whole) in (0, len(out)), "BAD_FIELD")
		check_slots(first, len(out), slot, slot_s)
		demand(all(type(mc) is int and 0 <= mc <= PRICE_MAX for mc in out + into + whole),
			"OUT_OF_RANGE")
		demand(all(a <= b for a, b in zip(out, into)), "BAD_TERMS")
		demand(len(self.rows) < ROWS_MAX, "TOO_MANY")
		self.rows.append((seq, first, len(out), whole))

	def wholesale(self, slot):
		"""The wholesale price of a slot; None: there is none."""
		of = [r for r in self.rows if r[1] <= slot < r[1] + r[2]]
		return of[-1][3][slot - of[-1][1]] if of and of[-1][3] else None

	def leaves(self):
		return [sha(b"\0\x38", be(*r[:3])) for r in self.rows]


class Activation:
	def __init__(self, seq, q, measure):
		self.seq, self.slot, self.regulation = seq, q["slot"], q["regulation"]
		self.measure, self.wh = measure, energy(q["energy"])
		self.mc = price(q["price"], False, 0)
		self.auction = None

	def up(self):
		return self.regulation == "up"

	def hold(self):
		return self.wh * self.mc if self.up() else 0


class Activations:
	def __init__(self, rules):
		self.system, self.aggregator = role(rules, "tso"), role(rules, "aggregator")
		self.rows = []

	def add(self, ledger, tx, account, q):
		p, slot, begins = ledger.p, ledger.slot, ledger.slot_ms(q["slot"])
		a = Activation(tx["seq"], q, q.get("measure", p["measure"]))
		half = a.measure == "before-after"
		demand(account.number == self.system and self.aggregator, "NOT_ALLOWED: an activation")
		demand(a.regulation in REGULATIONS and a.measure in MEASURES, "BAD_FIELD")
		demand(1 <= a.wh <= 10**8 and 0 <= a.mc <= PRICE_MAX, "OUT_OF_RANGE")
		demand(a.measure != ("import" if a.up() else "export"), "BAD_TERMS")
		demand(a.slot == slot if half else slot < a.slot <= slot + p["horizon_slots"], "HORIZON")
		demand(not half or tx["market_ms"] >= begins + 250 * p["slot_s"], "ACTIVATION_EARLY")
		late = 375 * p["slot_s"] if half else -1000 * p["gate_lead_s"] - 125 * p["slot_s"]
		demand(tx["market_ms"] < begins + late, "ACTIVATION_LATE")
		demand(len(self.rows) < ROWS_MAX, "TOO_MANY")
		ledger.covered(account, a.hold())
		account.held += a.hold()
		self.rows.append(a)

	def answer(self, seq, auction):
		"""The auction, which is being opened, answers that activation."""
		named = [a for a in self.rows if a.seq == seq]
		demand(auction.opener.number == self.aggregator, "NOT_ALLOWED: an answer")
		demand(named, "UNKNOWN_ACTIVATION")
		a = named[0]
		demand(a.auction is None, "ACTIVATION_ANSWERED")
		gain = a.mc - auction.limit if a.up() else auction.limit - a.mc
		demand((auction.slot, auction.buys(), auction.measure) == (a.slot, a.up(), a.measure) and
			auction.wh <= a.wh and gain >= 0, "BAD_TERMS")
		a.auction = auction

	def cancelled(self, auction):
		for a in self.rows:
			if a.auction is auction:
				a.auction = None

	def shift(self, slot):
		"""By how much what was cleared moves the community's net."""
		return sum(a.auction.cleared_wh * (-1 if a.up() else 1) for a in self.rows
			if a.slot == slot and a.auction and a.auction.status == 2)

	def settle(self, ledger):
		system, aggregator = (ledger.accounts.get(n) for n in (self.system, self.aggregator))
		for a in [a for a in self.rows if a.slot < ledger.slot]:
			system.held -= a.hold()
			self.rows.remove(a)
			wh = sum(min(o.delivered, o.awarded) for o in ledger.due if o.auction is a.auction)
			ends = (system, aggregator) if a.up() else (aggregator, system)
			ledger.transfer(*ends, a.mc * wh, a.seq, 9)

	def leaves(self):
		return [sha(b"\0\x39", be(a.seq, a.slot), bytes([REGULATIONS[a.regulation],
			MEASURES[a.measure]]), be(a.wh, a.mc, a.auction.seq if a.auction else 0))
			for a in self.rows]
