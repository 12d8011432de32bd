"""A second verifier of ledgers, made from docs/protocol.md alone: what it gets wrong the document
has left unsaid. usage: verify.py LEDGER GENESIS_HASH: a ledger.db
                        verify.py EXAMPLES: docs/examples.md, with receipts, proofs and the token"""
import base64
import json
import re
import sqlite3
import sys

from ledger import Ledger
from words import Wrong, address_of, be, bytes_of, canon, demand, key_of, sha, signed, signing_input


def without(message, *names):
	return {k: v for k, v in message.items() if k not in names}


def verify_ledger(path, pinned):
	db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
	ledger = Ledger(json.loads(db.execute("SELECT document FROM genesis").fetchone()[0]), pinned)
	rows = db.execute("SELECT height, header, operator_signature, hash FROM blocks WHERE height > 0 "
		"ORDER BY height").fetchall()
	count, rules = 0, set()
	for height, header, signature, block_hash in rows:
		transactions = []
		for seq, ms, body, sig in db.execute("SELECT seq, market_ms, body, signature "
				"FROM transactions WHERE height = ?", (height,)):
			demand(canon(json.loads(body)) == body, f"transaction {seq}: not canonical")
			transactions.append({"seq": seq, "market_ms": ms, "body": json.loads(body),
				"signature": base64.urlsafe_b64encode(sig).decode().rstrip("=")})
		ledger.block(json.loads(header), transactions, signature)
		demand(ledger.hashes[-1] == block_hash, f"block {height}: its hash")
		rules |= {a.rule for a in ledger.auctions.values() if a.cleared_wh}
		count += len(transactions)
	print(f"{len(rows)} blocks, {count} transactions, cleared by {' '.join(sorted(rules))}; head "
		f"{ledger.hashes[-1].hex()}")


def check_receipt(ledger, r):
	leaf = sha(b"\0", bytes([{"ledger": 1, "private": 2}[r["class"]]]), bytes.fromhex(r["tx_id"]),
		be(r["intake_seq"], r["seq"], r["market_ms"], r["height"]))
	path, index, last = bytes_of(r["path"]), r["index"], r["size"] - 1
	for step in (path[i:i + 32] for i in range(0, len(path), 32)):  # RFC 9162, 2.1.3.2
		demand(last > 0, "a path too long")
		if index & 1 or index == last:
			leaf = sha(b"\1", step, leaf)
			while not index & 1 and index:
				index, last = index >> 1, last >> 1
		else:
			leaf = sha(b"\1", leaf, step)
		index, last = index >> 1, last >> 1
	demand(last == 0 and leaf.hex() == r["root"], "a receipt's path")
	text = canon({"root": r["root"], "size": r["size"]})
	demand(signed(*ledger.operator, signing_input("receipt", ledger.market, text),
		bytes_of(r["signature"])), "a receipt's signature")


def check_request(ledger, keys, m):
	"""Its signature, and those of the meter and of proofs within."""
	q = m["parameters"]
	if m["operation"] == "register":
		keys["ems"], keys["meter"] = (key_of(next(k["key"] for k in q["keys"] if k["role"] == r))
			for r in ("ems", "meter"))
	for k in q.get("keys", []):
		alg, raw = key_of(k["key"])
		keys[address_of(raw)] = alg, raw
		subject = f"{m['clientId']}|{k.get('role', k.get('slot'))}|{sha(raw).hex()}"
		demand(signed(alg, raw, signing_input("pop", ledger.market, subject), bytes_of(k["pop"])),
			"a proof of possession")
	if "meter_signature" in q:
		data = signing_input("reading", ledger.market, canon(without(q, "meter_signature")))
		demand(signed(*keys["meter"], data, bytes_of(q["meter_signature"])), "a meter's signature")
	data = signing_input("request", ledger.market, canon(without(m, "clientId", "signature")))
	signer = q.get("address", m["clientId"] if m["clientId"] in keys else "ems")
	if "signature" in m:
		demand(signed(*keys[signer], data, bytes_of(m["signature"])), f"{m['operation']}: signature")
	return sha(data).hex()


def check_token(ledger, keys, text, now):
	head, claims, signature = text.split(".")
	c = json.loads(bytes_of(claims))
	demand(json.loads(bytes_of(head)) == {"alg": "ES256"} and c == {"aud": ledger.market, "iat": now,
		"exp": c["exp"], "sub": "01394u09"} and now < c["exp"] <= now + 300, "the token's claims")
	demand(signed(*keys["ems"], f"{head}.{claims}".encode(), bytes_of(signature)), "the token")


def verify_examples(path):
	doc = open(path, encoding="utf-8").read()
	blocks = re.findall(r"^<!-- (.*) -->\n```(?:json)?\n((?:.|\n)*?)\n```$", doc, re.M)
	found = dict(blocks)
	ledger = Ledger(json.loads(found["heard: market"]), found["code"].split("-")[1])
	keys = {a.name: (ledger.p["address_alg"], a.key) for a in ledger.accounts.values() if a.key}
	keys |= {role["name"]: key_of(role["key"]) for role in ledger.p["roles"]}
	keys["operator"] = ledger.operator
	ids, promised, checked = {}, {}, 0
	for mark, text in blocks:
		kind = mark.rsplit("/", 1)[-1]
		checked += not mark.startswith("key: ")
		if mark.startswith("send: "):
			document = json.loads(text)
			commands = document.get("commands", [{"message": document}])
			for m in [c["message"] for c in commands if "message" in c]:
				ids[m["reqId"]] = check_request(ledger, keys, m)
		elif kind in ("receipt", "response"):
			document = json.loads(text)
			if kind == "response":
				document = [r["data"] for r in document["responses"] if "class" in r["data"]]
			for r in document:
				check_receipt(ledger, r)
				demand(r["tx_id"] == ids[r["reqId"]], "a receipt's tx_id")
				promised |= {r["tx_id"]: r["height"]} if r["class"] == "ledger" else {}
		elif kind in ("wallet", "statement"):
			m = json.loads(text)
			data = signing_input("statement", ledger.market, canon(without(m, "signature")))
			demand(signed(*ledger.operator, data, bytes_of(m["signature"])), kind)
		elif mark == "heard: market":
			m = json.loads(text)["current"]
			data = signing_input("market", ledger.market, canon(without(m, "signature")))
			demand(signed(*ledger.operator, data, bytes_of(m["signature"])), "market")
			demand(m["height"] == len(ledger.hashes) and m["parameters"] == ledger.p, "current")
		elif mark == "heard: blocks":
			m = json.loads(text)
			ledger.block(m["header"], m["transactions"], bytes_of(m["operator_signature"]))
			for tx_id, height in promised.items():
				demand(height != m["height"] or tx_id in {i.hex() for i, _ in ledger.leaves},
					"a transaction with a receipt is missing")
		elif mark == "heard: head":
			demand(json.loads(text)["header_hash"] == ledger.hashes[-1].hex(), "the head")
		elif mark.startswith("login: "):
			check_token(ledger, keys, text, int(mark[7:]))
	print(f"{checked} examples, {len(ledger.hashes) - 1} blocks")


if __name__ == "__main__":
	try:
		if len(sys.argv) == 3:
			verify_ledger(*sys.argv[1:])
		else:
			verify_examples(sys.argv[1])
	except Wrong as wrong:
		sys.exit(f"verify.py: {wrong}")
