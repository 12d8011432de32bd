"""Good input to begin from, out of docs/examples.md: a file for each message in OUT/TARGET, with each
first byte by which a target picks a kind. usage: seeds.py OUT"""
import json
import re
import sys
from pathlib import Path

OUT = Path(sys.argv[1])
doc = Path("docs/examples.md").read_text()
blocks = re.findall(r"^<!-- (.*) -->\n```(?:json)?\n((?:.|\n)*?)\n```$", doc, re.M)
counts = {}


def seed(target, text, kinds=0):
	"""One file, or one for each of the first bytes 0..kinds-1."""
	folder = OUT / target
	folder.mkdir(parents=True, exist_ok=True)
	for first in [bytes([k]) for k in range(kinds)] or [b""]:
		counts[target] = counts.get(target, 0) + 1
		(folder / str(counts[target])).write_bytes(first + text.encode())


def of_transactions(transactions):
	for tx in transactions:
		seed("fuzz_ledger_tx", json.dumps(tx["body"], separators=(",", ":"), sort_keys=True), 2)


def of_request(message):
	seed("fuzz_request", json.dumps(message, separators=(",", ":")), 16)


for mark, text in blocks:
	if not mark.startswith("key: "):
		seed("fuzz_json", text)
	if mark.startswith("send: operator "):
		seed("fuzz_control", text)
		for command in json.loads(text)["commands"]:
			if "message" in command:
				of_request(command["message"])
	elif mark.startswith("send: "):
		of_request(json.loads(text))
	elif mark == "heard: market":
		seed("fuzz_genesis", text)
	elif mark == "heard: blocks":
		seed("fuzz_block", text)
		of_transactions(json.loads(text)["transactions"])
	elif mark.startswith("heard: "):
		seed("fuzz_answer", text, 7)
	elif mark.startswith("login: "):
		seed("fuzz_login_token", text)
	if mark.startswith(("login: ", "code")):
		seed("fuzz_text", text, 8)
order = {"price_mc_per_kwh": 8200, "quantity_wh": 3000}
for side in "buy", "sell":
	for orders in [], [order | {"id": "a"}], [order | {"id": "a", "bidder": "x"}, order | {"id": "b",
			"all_or_nothing": True}], [order | {"id": str(n), "price_mc_per_kwh": 8000 + 300 * n}
			for n in range(5)]:
		seed("fuzz_book", json.dumps({"side": side, "quantity_wh": 5000, "limit_mc_per_kwh": 9000,
			"limit_inclusive": False, "min_quantity_wh": 1, "orders": orders}), 3)
seed("fuzz_config", "[market]\nhost = 127.0.0.1\nport = 8883\nname = street\n[home]\nmode = RE+TE\n"
	"[tcr]\noffer_price_min = 7\n[sim]\nhome = 1\n")
