"""The schemas of the messages against what a broker and its clients really said, and against the
reader in what they refuse. usage: schemas.py WORK: the folder of test_schemas.sh after its run."""
import base64
import copy
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

from jsonschema import Draft202012Validator, RefResolver

BUILD = Path(os.environ.get("BUILD", "build"))
WORK = Path(sys.argv[1])
FOLDER = Path("schema/messages").resolve()
REQUESTS = ("bid-offer cancel cpf seal schedule limits approve tariff activate observation reading register addresses wallet sync baseline preference home-add "
	"home-change home-revoke deposit withdraw params-set").split()
TRANSACTIONS = ("bid-offer cancel cpf seal schedule limits approve tariff activate clock admit standing delivery deposit withdraw "
	"params-set").split()
OPTIONAL = {"all_or_nothing", "auction", "contract", "cpf", "rule", "slot",  # of a bid-offer
	"settlement", "network_limit", "reason", "measure", "wholesale_mc_per_kwh"}  # of parameters; of others
# What the reader leaves to the market, which refuses it from its tables: the schema is stricter.
LEFT_TO_THE_MARKET = {
	"home-add": tuple(f"('parameters', '{name}')" for name in ("clientId", "meter_serial",
		"meter_type")), "home-change": tuple(f"('parameters', '{name}')"
		for name in ("clientId", "meter_serial", "meter_type")),
	"home-revoke": "('parameters', 'clientId')",
	"deposit": "('parameters', 'clientId')", "withdraw": "('parameters', 'clientId')",
	"baseline": "('parameters', 'clientId')", "params-set": "('parameters', 'parameters'",
	"addresses": "('parameters', 'keys') []"}
passed = 0
failed = 0


def check(what, good):
	global passed, failed
	passed += bool(good)
	failed += not good
	if not good:
		print("  FAILED:", what)


def parse(text):
	"""As the market reads it: decimals are exact, and what has a point is no integer."""
	return json.loads(text, parse_float=Decimal)


def write(value):
	return json.dumps(value, default=lambda d: int(d) if d == int(d) else float(d))


SCHEMAS = {p.name[:-len(".schema.json")]: parse(p.read_text())
	for p in sorted(FOLDER.glob("*.json"))}
STORE = {f"{FOLDER.as_uri()}/{name}.schema.json": s for name, s in SCHEMAS.items()}
VALIDATORS = {
	name: Draft202012Validator(s, resolver=RefResolver(uri, s, store=STORE))
	for (name, s), uri in zip(SCHEMAS.items(), STORE)}


def fits(name, message):
	return VALIDATORS[name].is_valid(message)


def validate(seen, name, message):
	"""Count a message that has to fit; the first error is told."""
	error = next(VALIDATORS[name].iter_errors(message), None)
	check(f"{name}: {error and error.message[:300]} in {write(message)[:300]}", not error)
	seen[name] += 1


def request_kind(message):
	"""The schema of a request, after its operation."""
	kind = message["operation"]
	if kind == "state":
		is_reading = message["parameters"].get("item") == "registers"
		kind = "reading" if is_reading else "observation"
	return kind


def schemas_are_valid():
	check("there are schemas", len(SCHEMAS) == 41)
	for name, schema in SCHEMAS.items():
		meta = Draft202012Validator.META_SCHEMA
		check(f"{name} is a draft 2020-12 schema", schema["$schema"] == meta["$schema"] and
			Draft202012Validator(meta).is_valid(schema))


def examples_of_the_document(doc):
	seen = Counter()
	blocks = [parse(b) for b in re.findall(r"^```json\n(.*?)\n```$", doc, re.M | re.S)]
	full = next(b for b in blocks if len(b.get("signature", "")) == 86)
	for message in blocks:
		if message.get("signature") == "...":
			message["signature"] = full["signature"]
		if message["parameters"].get("address") == "...":
			message["parameters"]["address"] = full["parameters"]["address"]
		validate(seen, "request-" + request_kind(message), message)
	check("the document has its examples",
		seen == {"request-bid-offer": 2, "request-observation": 1})


def control(seen, document):
	"""The operator's: as a whole, and the requests within."""
	validate(seen, "control", document)
	for command in document["commands"]:
		if "message" in command:
			validate(seen, "request-" + request_kind(command["message"]), command["message"])


def examples_in_full(doc):
	seen = Counter()
	for mark, text in re.findall(r"^<!-- (.*) -->\n```json\n(.*)\n```$", doc, re.M):
		message = parse(text)
		if mark.startswith("send: operator "):
			control(seen, message)
		elif mark.startswith("send: "):
			validate(seen, "request-" + request_kind(message), message)
		else:
			topic = mark.replace("heard: ", "" if "$CONTROL" in mark else "lem/street/", 1)
			validate(seen, "answer-" + answer_kind(topic, message), message)
	check("each request has its example", {"request-" + r for r in REQUESTS} <= set(seen))
	check("each answer has its example",
		{s for s in SCHEMAS if s.startswith("answer-")} <= set(seen))


def refusals_of_the_document(doc, heard):
	table = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \|", doc, re.M)
	numbers = {code: int(number) for number, code in table}
	clients = [code for number, code in table if 0 < int(number) < 70] + ["UNORDERED"]
	check("reject names each refusal of a client",
		SCHEMAS["answer-reject"]["properties"]["code"]["enum"] == clients)
	for m in heard:
		check(f"the number of {m['code']}", numbers[m["code"]] == m["number"])


def answer_kind(topic, message):
	rest = topic.split("/", 2)[2]
	if rest.startswith("auctions/"):
		return "auction-" + message["event"]
	return "block" if rest == "blocks" else rest.rsplit("/", 1)[-1]


def answers(seen):
	"""What the clients heard; one message of each kind."""
	samples, rejects = {}, []
	for line in (WORK / "heard").read_text().splitlines():
		topic, text = line.split(" ", 1)
		message = parse(text)
		kind = answer_kind(topic, message)
		validate(seen, "answer-" + kind, message)
		seen["one's own block"] += topic.endswith("/block")
		seen["an award won"] += kind == "award" and message["outcome"] == "awarded"
		seen["a delivery"] += kind == "statement" and len(message["deliveries"]) > 0
		if kind == "reject":
			rejects.append(message)
		if kind == "response":
			rejects += [r["data"] for r in message["responses"] if "error" in r]
		if len(text) > len(write(samples.get("answer-" + kind, 0))):
			samples["answer-" + kind] = message
	return samples, rejects


def signature_text(signature):
	return base64.urlsafe_b64encode(signature).decode().rstrip("=")


def requests(seen):
	"""What the clients sent: as the intake log has it, and what it does not keep."""
	samples = {}
	db = sqlite3.connect(f"file:{WORK}/market/csm.db?mode=ro", uri=True)
	rows = db.execute("SELECT body, signature, client_id FROM intake "
		"JOIN homes ON number = home WHERE operation <> 'clock'").fetchall()
	messages = [parse(line) for line in (WORK / "sent").read_text().splitlines()]
	for body, signature, client_id in rows:
		message = {"clientId": client_id, "signature": signature_text(signature)}
		messages.append(message | parse(body))
	for message in messages:
		kind = request_kind(message)
		validate(seen, "request-" + kind, message)
		if kind not in samples or len(write(message)) > len(write(samples[kind])):
			samples[kind] = message
	return samples


def transactions(seen):
	samples = {}
	db = sqlite3.connect(f"file:{WORK}/market/ledger.db?mode=ro", uri=True)
	for row in db.execute("SELECT body, market_ms, seq, signature FROM transactions"):
		body = parse(row[0])
		message = {"body": body, "market_ms": row[1], "seq": row[2],
			"signature": signature_text(row[3])}
		validate(seen, "ledger-transaction", message)
		seen["ledger " + body["operation"]] += 1
		samples["ledger " + body["operation"]] = message
	return samples


def clear(rule, book):
	return subprocess.run([BUILD / "lemctl", "clear", "--rule", rule], input=write(book),
		text=True, capture_output=True)


def books(seen):
	order = {"price_mc_per_kwh": 9000, "quantity_wh": 700}
	book = {"limit_inclusive": True, "limit_mc_per_kwh": 20000, "min_quantity_wh": 1,
		"quantity_wh": 1000, "side": "buy",
		"orders": [{"all_or_nothing": False, "bidder": "b", "id": "1"} | order,
			{"id": "2"} | order]}
	validate(seen, "clear-book", book)
	for rule, price in ("uniform", "price_mc_per_kwh"), ("vickrey", "amount_uc"):
		awards = parse(clear(rule, book).stdout)
		validate(seen, "clear-awards", awards)
		good = [price in award for award in awards["awards"]]
		check(f"{rule} awards", good and all(good))
	return book


def everything_occurred(seen):
	for name in SCHEMAS:
		check(f"a message of {name} occurred", seen[name] > 0 or name == "common")
	for operation in TRANSACTIONS:
		check(f"a transaction {operation} occurred", seen["ledger " + operation] > 0)
	for what in "one's own block", "an award won", "a delivery":
		check(f"{what} occurred", seen[what] > 0)


def places(value, path=()):
	"""The path of each member and element within; of an array its first element only."""
	if isinstance(value, dict):
		items = value.items()
	else:
		items = list(enumerate(value))[:1] if isinstance(value, list) else ()
	for key, inner in items:
		yield path + (key,)
		yield from places(inner, path + (key,))


def put(message, path, value):
	"""A copy with another value there; None takes the member away."""
	broken = copy.deepcopy(message)
	at = broken
	for key in path[:-1]:
		at = at[key]
	if value is None:
		del at[path[-1]]
	else:
		at[path[-1]] = value
	return broken


def get(message, path):
	for key in path:
		message = message[key]
	return message


def broken_forms(message):
	"""(what, message) for each member: missing, of another case, of other types, beyond bounds;
	and one too many in each object. Not all are wrong everywhere: both have to agree."""
	yield "one too many", put(message, ("extra",), 1)
	for path in places(message):
		value = get(message, path)
		if not isinstance(path[-1], int):
			yield f"{path} missing", put(message, path, None)
			yield f"{path} of another case", put(put(message, path, None),
				path[:-1] + (path[-1].swapcase(),), value)
		others = [[], {}, True, "", 1, Decimal("1.5"), -1, 2**53]
		if isinstance(value, str):
			others = ["", value + "x", value[:-1], value.swapcase(), value + "\u0001"]
			others += [7, True, [value]]
		elif isinstance(value, dict):
			others = [[], "", value | {"extra": 1}]
		for other in others:
			yield f"{path} {other!r:.40}", put(message, path, other)


def reader_takes(message):
	"""What lemctl check-message says of the form; only then does it come to the signature."""
	done = subprocess.run([BUILD / "lemctl", "check-message", "-",
		"--market", "e2e:0123456789abcdef", "--key", WORK / "market/operator.pem"],
		input=write(message), text=True, capture_output=True)
	code = re.match(r"lemctl: ([A-Z_]+):", done.stderr)
	check(f"the reader answers: {done.stderr}", done.returncode == 0 or code)
	return done.returncode == 0 or (code and code.group(1) == "BAD_SIGNATURE")


def market_decides(kind, what):
	return kind in LEFT_TO_THE_MARKET and what.startswith(LEFT_TO_THE_MARKET[kind])


def reader_and_schema_agree(kind, schema, cases, takes):
	"""Both refuse, or both take, each case; returns how many were refused."""
	refused = 0
	with ThreadPoolExecutor(2) as pool:
		taken = pool.map(takes, [message for _, message in cases])
	for (what, message), reader in zip(cases, taken):
		fit = fits(schema, message)
		refused += not fit
		check(f"{kind} {what}: the schema says {fit}, the reader {reader}",
			fit == reader or (reader and market_decides(kind, what)))
	return refused


def slim(message):
	"""One key of many is enough to break."""
	keys = message["parameters"].get("keys", [])
	return put(message, ("parameters", "keys"), keys[:2]) if len(keys) > 2 else message


def broken_requests(samples):
	for kind in REQUESTS:
		message = slim(samples[kind])
		check(f"the reader takes {kind} as it was sent", reader_takes(message))
		cases = list(broken_forms(message))
		refused = reader_and_schema_agree(kind, "request-" + kind, cases, reader_takes)
		check(f"broken {kind} is refused", refused >= 25)


def broken_books(book):
	def takes(message):
		return clear("uniform", message).returncode == 0
	refused = reader_and_schema_agree("book", "clear-book", list(broken_forms(book)), takes)
	check("a broken book is refused", refused >= 40)


def broken_answers(samples):
	"""No reader but the clients': nothing may be missing, too much, or of another type."""
	for name, message in samples.items():
		schema = name if name in SCHEMAS else "ledger-transaction"
		for path in places(message):
			value = get(message, path)
			if path[-1] not in OPTIONAL and not isinstance(path[-1], int):
				less = put(message, path, None)
				check(f"{name} without {path}", not fits(schema, less))
			if isinstance(value, dict):
				check(f"{name} with more in {path}",
					not fits(schema, put(message, path, value | {"extra": 1})))
			other = put(message, path, {} if isinstance(value, (str, list)) else "text")
			check(f"{name} with another type of {path}", not fits(schema, other))


def bounds(samples):
	"""The table of tests/e2e/schemas_bounds.json: values on both sides of each bound."""
	table = parse(Path("tests/e2e/schemas_bounds.json").read_text())
	for kind, path, good, bad in table:
		where = ("parameters",) + tuple(path)
		for value, wanted in [(v, True) for v in good] + [(v, False) for v in bad]:
			message = put(slim(samples[kind]), where, value)
			fit, reader = fits("request-" + kind, message), bool(reader_takes(message))
			check(f"{kind} {path} {value}: the schema says {fit}, the reader {reader}",
				fit == reader == wanted)


def documents(seen):
	"""The operator's documents: those that were answered well, and those that were not."""
	for name, wanted in ("documents", True), ("broken-documents", False):
		lines = (WORK / name).read_text().splitlines()
		check(f"there are {name}", len(lines) >= 3)
		for line in lines:
			if wanted:
				control(seen, parse(line))
			else:
				check(f"the schema refuses {line}", not fits("control", parse(line)))


def broken_in_the_run():
	"""What the market refused in the run, the schema refuses too."""
	lines = (WORK / "broken").read_text().splitlines()
	for line in lines:
		message = parse(line)
		fit = fits("request-" + request_kind(message), message)
		check(f"the schema refuses {line}", not fit)
	check("the market was sent what is broken", len(lines) == 23)


def main():
	seen = Counter()
	doc = Path("docs/protocol.md").read_text()
	schemas_are_valid()
	if failed:
		sys.exit(1)
	examples_of_the_document(doc)
	examples_in_full(Path("docs/examples.md").read_text())
	told, rejects = answers(seen)
	refusals_of_the_document(doc, rejects)
	documents(seen)
	sent = requests(seen)
	booked = transactions(seen)
	book = books(seen)
	everything_occurred(seen)
	broken_in_the_run()
	if failed == 0:
		broken_answers(told | booked)
		broken_requests(sent)
		broken_books(book)
		bounds(sent)
	print(f"schemas: {sum(seen.values())} messages, {passed} passed, {failed} failed")
	sys.exit(failed > 0)


main()
