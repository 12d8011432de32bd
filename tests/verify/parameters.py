"""What parameters of a market may be: docs/protocol.md, section 7."""
from words import demand

MONEY_MAX = 10**15
SCHEDULED_MAX, AHEAD_MAX = 4, 40000
FIXED = "address_alg horizon_slots name operator_key rate real_start_ms slot_s start_ms".split()
SETTLEMENT = {"fee_buyer_mc_per_kwh", "fee_seller_mc_per_kwh", "imbalance_long_mc_per_kwh",
	"imbalance_short_mc_per_kwh"}
# Of those that change: the bounds, as section 7 has them. -1: of the slot.
BOUNDS = {"boundary_s": (1, -1), "date_window_s": (1, 86400), "gate_lead_min_s": (1, 1382400),
	"gate_lead_s": (1, 1382400), "penalty_mc_per_kwh": (0, 10**7), "poe_floor_w": (0, 10**6),
	"reward_uc": (0, 10**15), "seal_wait_s": (1, 86400)}


def check_settlement(p):
	"""Fees and imbalance: there only if something of it is settled, with an aggregator."""
	s = p["settlement"]
	demand(set(s) == SETTLEMENT and all(type(n) is int and 0 <= n <= 10**7 for n in s.values()) and
		any(s.values()), "settlement")
	demand(s["imbalance_long_mc_per_kwh"] <= s["imbalance_short_mc_per_kwh"], "who is off in turn would gain")
	demand("aggregator" in [r["name"] for r in p["roles"]], "settlement without an aggregator")


def check(old, p):
	"""A set that may follow another, all of it."""
	whole = lambda n, low, high: type(n) is int and low <= n <= high
	without = lambda names: set(names) - {"settlement"}
	demand(without(p) == without(old) and all(p[n] == old[n] for n in FIXED), "a fixed parameter")
	if "settlement" in p:
		check_settlement(p)
	demand([r | {"credit_limit_uc": 0} for r in p["roles"]] ==
		[r | {"credit_limit_uc": 0} for r in old["roles"]], "roles are fixed")
	demand(all(whole(r["credit_limit_uc"], 0, MONEY_MAX) for r in p["roles"]), "a credit limit")
	asks = any(r["name"] in ("dso", "tso") for r in p["roles"])
	demand(asks == ("approval_lead_s" in p) == ("approval_silence" in p), "who approves")
	demand(not asks or (whole(p["approval_lead_s"], 1, 86400) and
		p["approval_silence"] in ("refuse", "approve")), "approval")
	for name, (low, high) in BOUNDS.items():
		demand(whole(p[name], low, p["slot_s"] - 1 if high < 0 else high), name)
	demand(set(p["tariff"]) == {"export_mc_per_kwh", "import_mc_per_kwh"} and
		all(whole(n, 0, 10**7) for n in p["tariff"].values()), "the tariff")
	demand(p["rule"] in ("pay-as-bid", "uniform", "vickrey") and p["book"] in ("sealed", "open")
		and p["measure"] == "storage" and type(p["limit_inclusive"]) is bool, "a name")
	demand(3 * p["seal_wait_s"] < p["slot_s"] and p["gate_lead_min_s"] <= p["gate_lead_s"] <=
		p["slot_s"] * p["horizon_slots"], "BAD_TERMS")
