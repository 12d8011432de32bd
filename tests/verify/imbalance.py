"""The aggregator's imbalance: docs/protocol.md, section 8, "Imbalance"."""
from words import demand

HOMES_MIN, HOMES_MAX, NET_MAX, DEBT_MAX = 5, 2**20, 10**9, 10**15


class Imbalance:
	def __init__(self, ledger):
		self.ledger, self.net, self.set = ledger, None, (0, 0)

	def scheduled(self):
		slot = self.ledger.slot - 1
		net = self.ledger.schedules.net(slot, self.ledger.slot_ms(slot))
		return None if net is None else net + self.ledger.activations.shift(slot)

	def open(self, before):
		"""A block opens: the parameters of the slot before say what its imbalance costs."""
		s = before.get("settlement", {})
		self.net, self.set = None, (s.get("imbalance_short_mc_per_kwh", 0), s.get("imbalance_long_mc_per_kwh", 0))

	def prices_of(self, slot):
		"""Of a slot: no better than its wholesale price."""
		short, long = self.set
		wholesale = self.ledger.tariffs.wholesale(slot)
		return (short, long) if wholesale is None else (max(short, wholesale), min(long, wholesale))

	def attest(self, q):
		l = self.ledger
		demand(self.net is None and any(self.set) and not l.flags and q["slot"] == l.slot - 1 and
			self.scheduled() is not None, "BAD_ATTESTATION: an imbalance")
		demand(HOMES_MIN <= q["homes"] <= HOMES_MAX and 0 <= q["missing"] <= HOMES_MAX and
			abs(q["net_wh"]) <= NET_MAX, "OUT_OF_RANGE: an imbalance")
		self.net = q["net_wh"]

	def settle(self, why):
		if self.net is None:
			return
		l = self.ledger
		over, (short, long) = self.net - self.scheduled(), self.prices_of(l.slot - 1)
		payer, payee = l.accounts[l.schedules.account], l.accounts[10]
		amount = over * short
		if over < 0:
			payer, payee, amount = payee, payer, -over * long
		if payer.balance - amount >= -DEBT_MAX:
			l.transfer(payer, payee, amount, 0, why)
