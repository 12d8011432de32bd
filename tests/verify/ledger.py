"""A ledger executed again: docs/protocol.md, sections 7 and 8."""
import parameters
from clearing import Auction, Order, clear, merit
from imbalance import Imbalance
from network import Network
from schedules import Schedules
from services import Activations, Tariffs
from words import (Wrong, address_of, be, bytes_of, canon, date_ms, demand, energy, key_of, name26,
	price, sha, signed, signing_input, tree)

MONEY_MAX = 10**15
WHYS = {"metered": 1, "no_reading": 2, "no_base": 3, "uncertified": 4}
DEPOSIT, PAYMENT, PENALTY, REWARD, CLOSE, WITHDRAWAL, FEE, IMBALANCE = range(1, 9)
JSON_MAX = 2**53 - 1
OWN = "clock admit standing delivery deposit withdraw params-set imbalance".split()
ZERO = "0" * 64


class Account:
	def __init__(self, number, name, slot, key=None, credit=0):
		self.number, self.name, self.slot, self.key, self.credit = number, name, slot, key, credit
		self.balance = self.held = 0
		self.cpf = 0
		self.stands = False


class Ledger:
	def __init__(self, document, pinned):
		self.rules = document["rules"]
		self.p = self.rules["parameters"]
		self.scheduled, self.widest = [], self.p["date_window_s"]
		self.schedules, self.imbalance = Schedules(self.p), Imbalance(self)
		self.network = Network(self.p)
		self.tariffs, self.activations = Tariffs(self.p), Activations(self.p)
		self.widest_in_force = self.widest
		zero = f"{self.p['name']}:{ZERO[:16]}"
		self.check_genesis(document, zero, pinned)
		self.market = f"{self.p['name']}:{pinned[:16]}"
		self.operator = key_of(self.p["operator_key"])
		demand(signed(*self.operator, signing_input("header", zero, canon(document["header"])),
			bytes_of(document["operator_signature"])), "the genesis signature")
		self.hashes = [bytes.fromhex(pinned)]
		self.rules_hash = document["header"]["rules_hash"]
		self.accounts = {1: Account(1, "issuer", -1), 2: Account(2, "wallets", -1),
			10: Account(10, "grid", -1)}
		for n, role in enumerate(self.p["roles"], 3):
			key = key_of(role["key"])[1]
			self.accounts[n] = Account(n, address_of(key), -1, key, role["credit_limit_uc"])
		self.next_account = 11
		self.named = {a.name: a for a in self.accounts.values() if a.key}
		self.auctions, self.orders, self.seen, self.missing = {}, {}, {}, {}
		self.high, self.high_ms = 0, 0
		self.validators, self.ranked, self.rewarded = [], [], False
		self.flags_before = [0, 0]

	def check_genesis(self, document, zero, pinned):
		header = {n: ZERO for n in "log_root prev_hash ranking_root results_root state_root tx_root "
			"wallets_root".split()}
		header |= {"flags": 0, "height": 0, "market": self.p["name"], "time_ms": self.p["start_ms"],
			"tx_count": 0, "version": 1,
			"rules_hash": sha(canon(document["rules"]).encode()).hex()}
		demand(document["header"] == header, "the genesis header")
		got = sha(signing_input("header", zero, canon(header))).hex()
		demand(got == pinned == document["header_hash"], "the genesis hash")
		demand(document["market"] == f"{self.p['name']}:{pinned[:16]}", "the market's name")

	def slot_ms(self, slot):
		return self.p["start_ms"] + slot * self.p["slot_s"] * 1000

	# ---- money ----

	def transfer(self, source, to, amount, order, why):
		if amount == 0:
			return
		source.balance -= amount
		to.balance += amount
		self.results.append(sha(b"\0\3", name26(source.name), name26(to.name), be(amount, order),
			bytes([why])))

	def hold(self, thing, account, amount):
		account.held += amount - thing.hold
		thing.hold = amount

	def covered(self, account, amount):
		demand(account.slot != -1 or account.balance + account.credit - account.held >= amount,
			"FUNDS_TOO_LOW")

	# ---- transactions ----

	def place(self, tx, late):
		if tx["seq"] <= self.high:
			demand(tx["seq"] in self.missing and late, "BAD_SEQ")
			del self.missing[tx["seq"]]
			return
		demand(tx["market_ms"] >= self.high_ms, "BAD_TIME")
		for seq in range(self.high + 1, tx["seq"]):
			self.missing[seq] = self.height
		self.high, self.high_ms = tx["seq"], tx["market_ms"]

	def sealed_book(self, operation, q):
		if operation == "bid-offer":
			auction = self.auctions.get(q.get("auction"))
		else:
			auction = q.get("order") in self.orders and self.orders[q["order"]].auction
		return auction if auction and auction.book == "sealed" else None

	def execute(self, tx):
		body, signature = tx["body"], bytes_of(tx["signature"])
		operation, q = body["operation"], body["parameters"]
		data = signing_input("request", self.market, canon(body))
		tx["id"] = tx_id = sha(data)
		own = operation in OWN
		book = None if own else self.sealed_book(operation, q)
		demand(self.closing == (operation in ("standing", "delivery", "imbalance")), "OUT_OF_PHASE")
		if own:
			demand(signature == b"" and body["seq"] == tx["seq"], "an operator's transaction")
		else:
			self.check_signed(tx, tx_id, data, signature)
		if book:
			demand(self.slot_ms(self.slot) < book.gate <= self.slot_ms(self.slot + 1),
				"OUT_OF_PHASE: a sealed book")
		self.place(tx, book)
		self.leaves.append((tx_id, sha(b"\0", tx_id, be(tx["seq"], tx["market_ms"]),
			sha(signature))))
		getattr(self, "do_" + operation.replace("-", "_"))(tx, q)

	def check_signed(self, tx, tx_id, data, signature):
		account = self.named.get(tx["body"]["parameters"]["address"])
		demand(account, "NOT_ADMITTED")
		demand(signed(self.p["address_alg"], account.key, data, signature), "BAD_SIGNATURE")
		age = tx["market_ms"] - date_ms(tx["body"]["date"])
		late = tx["seq"] <= self.high
		demand(abs(age) <= (self.widest if late else self.p["date_window_s"]) * 1000, "STALE")
		demand(tx["market_ms"] < self.slot_ms(self.slot + 1), "BAD_TIME")
		demand(tx_id not in self.seen, "REPEATED")
		self.seen[tx_id] = True

	def announce(self, tx, account, cpf):
		if cpf is None or tx["market_ms"] < self.slot_ms(self.slot):
			return
		demand(account.slot >= self.slot and account.cpf == 0, "CPF_ANNOUNCED")
		account.cpf = round(100 * cpf)
		self.announced.append(account)

	def do_bid_offer(self, tx, q):
		account, bid = self.named[q["address"]], q["bid"]
		sells, wh = bid["type"] == "sell", energy(bid["energy"])
		mc = price(bid["price"], sells, wh)
		demand(1 <= wh <= 10**8 and 0 <= mc <= 10**7, "OUT_OF_RANGE")
		if "auction" in q:
			self.answer(tx, account, self.auctions.get(q["auction"]), sells, wh, mc,
				q.get("all_or_nothing", False))
		else:
			self.open(tx, account, sells, wh, mc, q.get("contract", {}))
		self.announce(tx, account, q.get("cpf"))

	def open(self, tx, account, sells, wh, mc, terms):
		demand((account.slot == -1) == ("slot" in terms), "BAD_TERMS")
		a = Auction(tx["seq"], account, 2 if sells else 1, wh, mc)
		a.slot = terms.get("slot", account.slot)
		a.rule, a.measure = terms.get("rule", self.p["rule"]), terms.get("measure", self.p["measure"])
		a.book = terms.get("book", self.p["book"])
		a.inclusive = terms.get("limit_inclusive", self.p["limit_inclusive"])
		a.penalty = self.p["penalty_mc_per_kwh"]
		if "penalty" in terms:
			a.penalty = price(terms["penalty"], False, 0)
		a.min_wh = energy(terms["min_quantity"]) if "min_quantity" in terms else 0
		begin = self.slot_ms(a.slot)
		if a.measure == "before-after":
			slot_ms = self.p["slot_s"] * 1000
			a.begins = begin + slot_ms // 2
			a.gate = latest = a.begins - slot_ms // 32
			demand(a.slot == self.slot, "HORIZON")
			demand(tx["market_ms"] >= begin + slot_ms // 4, "the first quarter")
		else:
			a.begins = begin
			a.gate = begin - self.p["gate_lead_s"] * 1000
			latest = begin - self.p["gate_lead_min_s"] * 1000
			demand(self.slot < a.slot <= self.slot + self.p["horizon_slots"], "HORIZON")
		if "gate_close" in terms:
			a.gate = date_ms(terms["gate_close"])
		demand(tx["market_ms"] < a.gate <= latest, "the gate")
		a.take_fees(self.p.get("settlement", {}), account.slot == -1)
		amount = a.opening_hold()
		self.covered(account, amount)
		if "activation" in terms:
			self.activations.answer(terms["activation"], a)
		self.hold(a, account, amount)
		self.auctions[a.seq] = a

	def answer(self, tx, account, a, sells, wh, mc, all_or_nothing):
		demand(a and a.status == 1 and tx["market_ms"] < a.gate, "GATE_CLOSED")
		demand(account.slot == a.slot and account != a.opener, "ADDRESS_SLOT or SELF_TRADE")
		demand(sells == a.buys(), "SAME_SIDE")
		o = Order(tx["seq"], account, a, wh, mc, all_or_nothing)
		demand(merit(a, [o]) and not (all_or_nothing and a.rule == "vickrey"), "BEYOND_LIMIT")
		self.hold(o, account, wh * max(a.penalty, a.cost(sells, mc)))
		a.orders.append(o)
		self.orders[o.seq] = o

	def do_cancel(self, tx, q):
		account, o = self.named[q["address"]], self.orders.get(q["order"])
		a = o.auction if o else self.auctions.get(q["order"])
		demand(a and a.status == 1 and tx["market_ms"] < a.gate, "UNKNOWN_ORDER")
		demand(account == (o.account if o else a.opener), "NOT_OWNER")
		if o:
			demand(o.status == "open", "UNKNOWN_ORDER")
			o.status = "cancelled"
			self.hold(o, account, 0)
		else:
			demand(all(x.status == "cancelled" for x in a.orders), "ANSWERED")
			a.status = 4
			self.activations.cancelled(a)
			self.hold(a, account, 0)

	def do_cpf(self, tx, q):
		account = self.named[q["address"]]
		demand(account.slot == self.slot, "ADDRESS_SLOT")
		self.announce(tx, account, q["cpf"])

	def do_seal(self, tx, q):
		demand(q["height"] == self.height - 1 > 0, "WRONG_HEIGHT")
		demand(q["header_hash"] == self.hashes[-1].hex(), "WRONG_HASH")
		names = [a.name for a, _, _ in self.ranked[:3]]
		demand(q["address"] in names and self.sealed is None, "NOT_RANKED or SEALED")
		wait = names.index(q["address"]) * self.p["seal_wait_s"] * 1000
		demand(tx["market_ms"] >= self.slot_ms(self.slot) + wait, "SEAL_EARLY")
		self.sealed = self.ranked[names.index(q["address"])]

	def do_schedule(self, tx, q):
		deadline = self.slot_ms(q["first_slot"]) - 1000 * self.p.get("approval_lead_s", 0)
		self.schedules.add(tx, self.named[q["address"]], self.slot, self.p, deadline, q)

	def do_limits(self, tx, q):
		self.network.add(tx["seq"], self.named[q["address"]], self.slot, self.p["slot_s"], q)

	def do_approve(self, tx, q):
		self.schedules.answer(tx, self.named[q["address"]], q)

	def do_tariff(self, tx, q):
		self.tariffs.add(tx["seq"], self.named[q["address"]], self.slot, self.p["slot_s"], q)

	def do_activate(self, tx, q):
		self.activations.add(self, tx, self.named[q["address"]], q)

	def room(self, a, now_ms):
		"""How much an auction may be awarded; None: there is no limit."""
		limits = self.network.of(a.slot)
		net = self.schedules.net(a.slot, now_ms)
		if not limits or net is None:
			return 0 if limits else None
		whole = min(net + out if a.buys() else into - net for out, into in limits)
		given = [x for x in self.auctions.values() if x.status == 2 and x.slot == a.slot and x.side == a.side]
		left = whole - sum(x.cleared_wh for x in given)
		if a.opener.slot != -1:  # a home's
			left = min(left, whole // 2 - sum(x.cleared_wh for x in given if x.opener.slot != -1))
		return max(0, left)

	def do_clock(self, tx, q):
		end = self.slot_ms(self.slot + 1)
		demand(q["due_ms"] <= min(end, tx["market_ms"]), "BAD_TIME")
		due = [a for a in self.auctions.values() if a.status == 1 and a.gate <= q["due_ms"]]
		for a in sorted(due, key=lambda a: (a.gate, a.seq)):
			self.gate(a, tx["market_ms"])
		if q["due_ms"] < end:
			return
		self.closing = True
		self.flags = int(tx["market_ms"] >= self.slot_ms(self.slot + 2))
		self.due = sorted((o for o in self.orders.values() if o.status == "awarded" and
			o.auction.slot == self.slot - 1), key=lambda o: o.seq)
		self.attested, self.last_standing = [], 0

	def gate(self, a, now_ms):
		live = [o for o in a.orders if o.status == "open"]
		void = now_ms >= a.begins
		awards = [] if void else clear(a, live, self.room(a, now_ms))
		for o in live:
			o.status = "void" if void else "lost"
		for o, wh, mc, amount in awards:
			o.status, o.awarded, o.amount = "awarded", wh, amount
			a.cleared_wh, a.cleared_uc, a.marginal = a.cleared_wh + wh, a.cleared_uc + amount, o.mc
			self.results.append(sha(b"\0\1", be(o.seq, wh, mc, amount)))
		for o in live:
			self.hold(o, o.account, a.award_hold(o))
		a.status = 3 if void else 2
		self.hold(a, a.opener, a.cleared_hold())

	def do_admit(self, tx, q):
		demand(self.slot <= q["slot"] <= self.slot + self.p["horizon_slots"], "HORIZON")
		keys = [bytes_of(k) for k in q["keys"]]
		names = [address_of(k) for k in keys]
		demand(1 <= len(keys) <= 512 and names == sorted(set(names)) and
			not set(names) & set(self.named), "UNORDERED")
		for name, key in zip(names, keys):
			account = Account(self.next_account, name, q["slot"], key)
			self.accounts[self.next_account] = self.named[name] = account
			self.next_account += 1

	def do_standing(self, tx, q):
		account = self.named[q["address"]]
		demand(not self.attested and self.imbalance.net is None and account.number > self.last_standing, "UNORDERED")
		demand(account.cpf and account.cpf == round(100 * q["cpf"]), "BAD_ATTESTATION")
		account.stands, self.last_standing = True, account.number

	def do_delivery(self, tx, q):
		demand(len(self.attested) < len(self.due), "BAD_ATTESTATION")
		o = self.due[len(self.attested)]
		demand(o.seq == q["order"] and (q["why"] == "metered" or q["wh"] == 0), "BAD_ATTESTATION")
		o.delivered, o.why = q["wh"], q["why"]
		self.attested.append(o)
		self.results.append(sha(b"\0\2", be(o.seq, o.delivered), bytes([WHYS[o.why]])))

	def do_imbalance(self, tx, q):
		demand(len(self.attested) == len(self.due), "OUT_OF_PHASE")
		self.imbalance.attest(q)

	def do_deposit(self, tx, q):
		to = self.accounts[2] if q["account"] == "wallets" else self.named[q["account"]]
		demand(to.slot == -1 and 1 <= q["amount_uc"] <= MONEY_MAX and
			self.accounts[1].balance - q["amount_uc"] >= -MONEY_MAX, "deposit")
		self.transfer(self.accounts[1], to, q["amount_uc"], 0, DEPOSIT)

	def do_withdraw(self, tx, q):
		source = self.accounts[2] if q["account"] == "wallets" else self.named[q["account"]]
		demand(source.slot == -1 and 1 <= q["amount_uc"] <= MONEY_MAX and
			self.accounts[1].balance + q["amount_uc"] <= JSON_MAX, "withdraw")
		demand(source.balance - source.held >= q["amount_uc"], "FUNDS_TOO_LOW")
		self.transfer(source, self.accounts[1], q["amount_uc"], 0, WITHDRAWAL)

	def do_params_set(self, tx, q):
		first, p = q["from_slot"], q["parameters"]
		demand(self.slot < first <= self.slot + parameters.AHEAD_MAX, "from_slot")
		kept = [s for s in self.scheduled if s[0] < first]
		demand(len(kept) < parameters.SCHEDULED_MAX, "TOO_MANY")
		parameters.check(self.p, p)
		demand(p["date_window_s"] - self.widest_in_force <= (first - self.slot) * p["slot_s"],
			"a window that begins too early")
		self.scheduled = kept + [(first, p)]
		self.widest = max(self.widest, p["date_window_s"])

	def take_over(self):
		"""A block opens: the parameters of its slot."""
		if not self.scheduled or self.scheduled[0][0] > self.slot:
			return
		self.p = self.scheduled.pop(0)[1]
		self.widest_in_force = max(self.widest_in_force, self.p["date_window_s"])
		self.rules_hash = sha(canon(self.rules | {"parameters": self.p}).encode()).hex()
		for n, role in enumerate(self.p["roles"], 3):
			self.accounts[n].credit = role["credit_limit_uc"]

	# ---- the close ----

	def settle(self, o):
		a = o.auction
		buyer, seller = (a.opener, o.account) if a.buys() else (o.account, a.opener)
		payment = o.amount * min(o.delivered, o.awarded) // o.awarded
		self.transfer(buyer, seller, payment, o.seq, PAYMENT)
		for payer, fee in ((buyer, a.fee_buyer), (seller, a.fee_seller)):
			if fee:
				self.transfer(payer, self.accounts[self.schedules.account],
					fee * min(o.delivered, o.awarded), o.seq, FEE)
		away = {"no_reading": self.flags or self.flags_before[0], "no_base": self.flags_before[1]}
		if not away.get(o.why):
			shortfall = max(0, o.awarded - o.delivered)
			self.transfer(o.account, a.opener, a.penalty * shortfall, o.seq, PENALTY)

	def remove_auctions(self):
		for a in [a for a in self.auctions.values() if a.slot <= self.slot - 1]:
			for o in a.orders:
				self.hold(o, o.account, 0)
				del self.orders[o.seq]
			self.hold(a, a.opener, 0)
			del self.auctions[a.seq]

	def reward(self):
		if not self.sealed or not self.rewarded:
			return
		account, cpf, _ = self.sealed
		amount = self.p["reward_uc"] * cpf // 100
		if self.accounts[1].balance - amount >= -MONEY_MAX:
			self.transfer(self.accounts[1], account, amount, 0, REWARD)

	def close_accounts(self):
		for account in [a for a in self.accounts.values() if 0 <= a.slot < self.slot]:
			ends = (account, self.accounts[2])
			if account.balance < 0:
				ends = ends[::-1]
			self.transfer(*ends, abs(account.balance), 0, CLOSE)
			demand(account.held == 0, "a closed account that holds")
			del self.accounts[account.number], self.named[account.name]

	def rank(self):
		seed = self.hashes[0]
		if self.height >= 3:
			seed = sha(self.hashes[-2], (self.validators[self.height - 2] or "").encode())
		eligible = [a for a in self.announced if a.stands]
		def tie(a):
			return sha(seed, a.name.encode())
		def merits(a):
			return (-a.cpf if eligible else 0, tie(a))
		self.rewarded = bool(eligible)
		self.ranked = [(a, a.cpf, a.stands) for a in sorted(eligible or self.announced, key=merits)]
		for a in self.announced:
			a.cpf, a.stands = 0, False
		return tree([sha(b"\0\x21", a.name.encode(), bytes([cpf, stands]))
			for a, cpf, stands in self.ranked])

	def state(self):
		leaves = [sha(b"\0\x31", be(a.number), name26(a.name), be(a.slot, a.balance, a.held))
			for n, a in sorted(self.accounts.items()) if n != 10 or a.balance]
		auctions = [a for _, a in sorted(self.auctions.items())]
		leaves += [a.leaf() for a in auctions]
		leaves += self.schedules.leaves() + self.network.leaves() + self.schedules.answers()
		leaves += [a.fees_leaf() for a in auctions if a.fee_buyer or a.fee_seller]
		return tree(leaves + self.tariffs.leaves() + self.activations.leaves())

	def close(self):
		demand(self.closing, "the clock has not struck")
		demand(len(self.attested) == len(self.due), "ATTESTATION_MISSING")
		oldest = self.height - self.p["horizon_slots"] - 1
		demand(all(h >= oldest for h in self.missing.values()), "BAD_SEQ")
		for o in self.due:
			self.settle(o)
		self.imbalance.settle(IMBALANCE)
		self.activations.settle(self)
		self.remove_auctions()
		self.reward()
		self.close_accounts()
		self.validators.append(self.sealed[0].name if self.sealed else None)
		ranking_root = self.rank()
		demand(sum(a.balance for a in self.accounts.values()) == 0, "money")
		return {"flags": self.flags, "height": self.height, "market": self.p["name"],
			"log_root": tree([sha(b"\0", h) for h in self.hashes]).hex(),
			"prev_hash": self.hashes[-1].hex(), "ranking_root": ranking_root.hex(),
			"results_root": tree(self.results).hex(), "rules_hash": self.rules_hash,
			"state_root": self.state().hex(), "time_ms": self.slot_ms(self.slot + 1),
			"tx_count": len(self.leaves), "version": 1, "wallets_root": ZERO,
			"tx_root": tree([leaf for _, leaf in sorted(self.leaves)]).hex()}

	def block(self, header, transactions, signature):
		self.height = len(self.hashes)
		self.slot = self.height - 1
		self.leaves, self.results, self.announced = [], [], []
		self.imbalance.open(self.p)
		self.take_over()
		self.schedules.open(self.slot)
		self.network.open(self.slot)
		self.tariffs.open(self.slot)
		self.closing, self.flags, self.sealed, self.due = False, 0, None, []
		for tx in sorted(transactions, key=lambda tx: tx["seq"]):
			try:
				self.execute(tx)
			except Wrong as e:
				raise Wrong(f"block {self.height}, transaction {tx['seq']}: {e}") from e
		made = self.close()
		for name, value in made.items():
			demand(header[name] == value, f"block {self.height}: {name}")
		demand(set(header) == set(made), f"block {self.height}: members of the header")
		data = signing_input("header", self.market, canon(header))
		demand(signed(*self.operator, data, signature), f"block {self.height}: the signature")
		self.hashes.append(sha(data))
		self.flags_before = [self.flags, self.flags_before[0]]
