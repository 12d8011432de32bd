"""Sections 1, 2 and 5 of docs/protocol.md: canonical form, keys, trees, quantities, dates."""
import base64
import hashlib
import json
import re
import struct
from calendar import timegm
from functools import lru_cache
from time import strptime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

P256_N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551


class Wrong(Exception):
	"""Something is not as the document says."""


def demand(good, what):
	if not good:
		raise Wrong(what)


def sha(*parts):
	return hashlib.sha256(b"".join(parts)).digest()


def canon(value):
	return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def signing_input(kind, market, text):
	return f"LEM1|{kind}|{market}|{text}".encode()


def bytes_of(text):
	return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def address_of(key):
	bits = int.from_bytes(sha(key), "big") >> 126
	return "".join("abcdefghijklmnopqrstuvwxyz234567"[bits >> 5 * i & 31] for i in range(25, -1, -1))


@lru_cache(maxsize=None)
def loaded(alg, key):
	if alg == "ed25519":
		return ed25519.Ed25519PublicKey.from_public_bytes(key)
	return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)


def signed(alg, key, data, signature):
	"""Whether the key signed the signing input."""
	try:
		if alg == "ed25519":
			loaded(alg, key).verify(signature, data)
			return True
		r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
		loaded(alg, key).verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))
		return s <= P256_N // 2
	except (InvalidSignature, ValueError):
		return False


def key_of(text):
	alg, raw = text.split(":")
	return alg, bytes_of(raw)


def tree(leaves):
	"""RFC 6962: the root over hashes of leaves."""
	if not leaves:
		return sha()
	if len(leaves) == 1:
		return leaves[0]
	k = 1
	while 2 * k < len(leaves):
		k *= 2
	return sha(b"\1", tree(leaves[:k]), tree(leaves[k:]))


def be(*numbers):
	return struct.pack(f">{len(numbers)}q", *numbers)


def name26(text):
	return text.encode().ljust(26, b"\0")


def decimal(text, decimals):
	match = re.fullmatch(r"(0|[1-9][0-9]*)(?:\.([0-9]{1,6}))?", text)
	demand(match and len(match[2] or "") <= decimals, f"the decimal {text}")
	return int(match[1] + (match[2] or "").ljust(decimals, "0"))


def energy(value):
	return decimal(value["value"], {"Wh": 0, "kWh": 3}[value["unit"]])


def price(value, sells, wh):
	if value["unit"] == "cents/kWh":
		return decimal(value["value"], 3)
	total = decimal(value["value"], 6)
	return -(-total // wh) if sells else total // wh


def date_ms(text):
	return timegm(strptime(text, "%Y-%m-%d %H:%M:%S")) * 1000
