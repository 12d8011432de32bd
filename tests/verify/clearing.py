"""Auctions and their clearing: docs/protocol.md, section 8."""
from copy import copy

from words import be, sha

RULES = {"pay-as-bid": 1, "uniform": 2, "vickrey": 3}
MEASURES = {"storage": 1, "export": 2, "import": 3, "baseline": 4, "before-after": 5}
BOOKS = {"sealed": 1, "open": 2}


class Order:
	def __init__(self, seq, account, auction, wh, mc, all_or_nothing):
		self.seq, self.account, self.auction, self.wh, self.mc = seq, account, auction, wh, mc
		self.all_or_nothing = all_or_nothing
		self.status, self.hold = "open", 0
		self.awarded = self.amount = self.delivered = 0
		self.why = None


class Auction:
	def __init__(self, seq, opener, side, wh, limit):
		self.seq, self.opener, self.side, self.wh, self.limit = seq, opener, side, wh, limit
		self.orders, self.status, self.hold = [], 1, 0
		self.cleared_wh = self.cleared_uc = 0
		self.marginal = -1

	def within(self, wh):
		"""The same with a lower quantity."""
		cut = copy(self)
		cut.wh = wh
		return cut

	def buys(self):
		return self.side == 1

	def take_fees(self, settlement, by_role):
		"""Those that count when it is opened; roles pay none."""
		buyer, seller = (settlement.get(f"fee_{who}_mc_per_kwh", 0) for who in ("buyer", "seller"))
		self.fee_buyer = 0 if by_role and self.buys() else buyer
		self.fee_seller = 0 if by_role and not self.buys() else seller

	def cost(self, sells, mc):
		"""The most that a Wh costs its buyer or its seller, delivered at that price or better."""
		return max(0, self.fee_seller - mc) if sells else mc + self.fee_buyer

	def opening_hold(self):
		return self.wh * self.cost(not self.buys(), self.limit)

	def award_hold(self, o):
		paid = self.fee_seller * o.awarded - o.amount
		if not self.buys():
			paid = o.amount + self.fee_buyer * o.awarded
		return max(paid, self.penalty * o.awarded) if o.awarded else 0

	def cleared_hold(self):
		if self.buys():
			return self.cleared_uc + self.fee_buyer * self.cleared_wh
		return self.cleared_wh * self.cost(True, self.limit)

	def fees_leaf(self):
		return sha(b"\0\x36", be(self.seq, self.fee_buyer, self.fee_seller))

	def leaf(self):
		return sha(b"\0\x32", be(self.seq, self.opener.number), bytes([self.side,
			RULES[self.rule], MEASURES[self.measure], BOOKS[self.book], self.inclusive]),
			be(self.wh, self.limit, self.min_wh, self.penalty, self.gate, self.slot),
			bytes([self.status]), be(self.cleared_wh, self.cleared_uc, self.marginal))


def merit(auction, orders):
	"""The orders within the limit, in merit order."""
	sign = 1 if auction.buys() else -1
	room = 0 if auction.inclusive else 1
	within = [o for o in orders if sign * (auction.limit - o.mc) >= room]
	return sorted(within, key=lambda o: (sign * o.mc, o.seq))


def select(auction, ranked):
	fills, wanted = [], auction.wh
	for o in ranked:
		take = min(o.wh, wanted)
		if take == 0 or (o.all_or_nothing and take < o.wh):
			continue
		fills.append((o, take))
		wanted -= take
	return fills if auction.wh - wanted >= auction.min_wh else []


def slices(auction, ranked, fills):
	"""The amounts under vickrey."""
	filled, amounts = dict(fills), {}
	last = ranked.index(fills[-1][0])
	for bidder in {o.account for o, _ in fills}:
		ladder = [[o.wh - filled.get(o, 0), o.mc] for o in ranked[last:] if o.account != bidder]
		ladder.append([10**12, auction.limit])
		for o, take in fills:
			if o.account != bidder:
				continue
			amount = 0
			while take:
				step = min(take, ladder[0][0])
				amount += step * ladder[0][1]
				take -= step
				ladder[0][0] -= step
				if ladder[0][0] == 0:
					ladder.pop(0)
			amounts[o] = amount
	return [amounts[o] for o, _ in fills]


def clear(auction, orders, room):
	"""(order, quantity, price, amount) of each award, in merit order: at most room, if it is one."""
	ranked = merit(auction, orders)
	fills = select(auction, ranked)
	if room is not None and sum(take for _, take in fills) > room:
		auction = auction.within(room)
		fills = select(auction, ranked)
	if not fills:
		return []
	if auction.rule == "vickrey":
		return [(o, q, a // q, a) for (o, q), a in zip(fills, slices(auction, ranked, fills))]
	marginal = fills[-1][0].mc
	prices = [marginal if auction.rule == "uniform" else o.mc for o, _ in fills]
	return [(o, q, p, p * q) for (o, q), p in zip(fills, prices)]
