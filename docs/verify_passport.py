"""Checks a passport of atmpflow with Python 3.8 or newer and nothing else; 0: it holds, 5: not.

python3 verify_passport.py FILE passport.pub [anchor.pub]
"""
import json
import sys
from hashlib import sha256, sha512
from pathlib import Path
from uuid import UUID

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)

def point(data):  # Ed25519 is RFC 8032; decoding is 5.1.3
    y, sign = int.from_bytes(data, "little") & 2**255 - 1, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    roots = (x, P - x, x * ROOT % P, -x * ROOT % P)
    x = next(one for one in roots if one * one % P == square and one & 1 == sign)
    return x, y, 1, x * y % P

def add(p, q):  # 5.1.4
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(number, p):
    half = times(number // 2, add(p, p)) if number else (0, 1, 1, 0)
    return add(half, p) if number & 1 else half

def signed(key, signature, message):  # 5.1.7
    key, signature = bytes.fromhex(key), bytes.fromhex(signature)
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % L
    base, (x, y, _, t) = point((4 * pow(5, -1, P) % P).to_bytes(32, "little")), point(key)
    x, y, z, _ = add(times(s, base), times(h, (P - x, y, 1, P - t)))
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    right = (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]
    return right and s < L and (len(key), len(signature)) == (32, 64)

def hashed(text, before=b""):
    return sha256(before + text.encode()).hexdigest()

def root(node, place, last, path):  # Merkle tree: RFC 9162, 2.1.3.2
    for beside in map(bytes.fromhex, path if 0 <= place <= last else ()):
        both = beside + node if place & 1 or place == last else node + beside
        node = sha256(b"\1" + both).digest()
        while place and place == last and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return "" if place or last else node.hex()

def against(content, keys, anchor_keys):
    text, _, rest = content.partition(b'{"passport":')[2].rpartition(b',"signature":')
    says, seal, head, doers, hashes = json.loads(text), json.loads(rest[:-2]), "00" * 32, {}, {}
    journey, anchor, key, value = says["journey"], says["anchor"], seal["key"], seal["value"]
    end = f',"signature":{{"key":"{key}","value":"{value}"}}}}\n'.encode()
    yield content != b'{"passport":' + text + end or says["format"] != 1, "it is no passport"
    yield not signed(key, value, b"atmpflow-passport-1\n" + text), "its signature does not stand"
    yield key not in keys, "nobody you trust signed it" if keys else "you named no key to trust"
    for c in says["commands"]:
        doers[c["id"]] = c["outcome"] == "accepted" and [c["actor"], c["role"]]
        right = c["said"] is None or hashed(c["said"]) == c["content_hash"]
        yield not right, "a command was changed"
    for place, event in enumerate(says["events"], 1):
        entry, right = json.loads(event["sealed"]), hashed(event["sealed"], bytes.fromhex(head))
        found = [entry["journey_id"], entry["seq"], event["previous"], event["hash"]]
        yield found != [journey["id"], place, head, right], f"event {place} was changed"
        head, who = event["hash"], [entry["actor"], entry["role"]]
        yield doers.get(entry["command_id"]) != who, f"event {place} follows from no command"
        hashes[place] = head
    yield [journey["version"], journey["head"]] != [len(hashes), head], "its end is missing"
    for s in says["signatures"]:
        right = s["void"] is not None or hashes.get(s["version"]) == s["hash"]
        yield not right, "a signature is of another record"
    if anchor is not None:
        line, version, key = anchor["line"], anchor["version"], anchor["key"]
        said = json.loads(line)
        stands = signed(key, anchor["signature"], line.encode())
        yield not stands, "its anchor's signature does not stand"
        yield key not in (anchor_keys or [key]), "its anchor is signed by nobody you trust"
        yield said["installation"] != says["made"]["installation"], "its anchor is of another place"
        leaf = b"\0" + UUID(journey["id"]).bytes + version.to_bytes(8, "big")
        leaf, last = sha256(leaf + bytes.fromhex(hashes[version])).digest(), said["journeys"] - 1
        found = root(leaf, anchor["place"], last, anchor["path"])
        yield found != said["root"], "its anchor does not hold it"

def main(file, *key_files):
    content, lines = Path(file).read_bytes(), [Path(one).read_text().split() for one in key_files]
    keys, anchor_keys, *_ = [*lines, [], []]
    try:
        found = sorted({what for wrong, what in against(content, keys, anchor_keys) if wrong})
    except Exception:
        found = ["it is no passport"]
    print("NOT PROVEN:" if found else "It holds.", *found, sep="\n")
    print("SHA-256", sha256(content).hexdigest())
    sys.exit(5 if found else 0)

main(*sys.argv[1:])
