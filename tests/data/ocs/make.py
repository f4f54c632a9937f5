"""Makes the expected values in this folder with Python OCS 0.12.1: python make.py (in an environment that has it).

`$float` marks a float with an integral value or one that JSON cannot write, `$bytes` bytes, `$int` a large int.
"""

import json
import math
import random
import struct
from fnmatch import fnmatchcase
from unittest import mock

from ocs import access, ocs_client
from ocs.ocs_feed import Feed

random.seed(20261121)


def mark(value):
    """Writes a Python value as JSON that keeps its kind."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return {"$float": repr(value)} if not math.isfinite(value) or value == int(value) else value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else {"$int": str(value)}
    if isinstance(value, bytes):
        return {"$bytes": list(value)}
    if isinstance(value, dict):
        return {k: mark(v) for k, v in value.items()}
    return [mark(v) for v in value]


def save(name, value):
    rows = ",\n".join(json.dumps(row) for row in value)
    with open(f"{name}.json", "w") as file:
        file.write(f"[\n{rows}\n]\n")


# Floats: named corners, then random bit patterns and decimal-looking numbers.
floats = [0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1e-4, 1e-5, 9.999e-5, 123456789.125, 1e15, 1e16, 9999999999999998.0, 1e17, 1e21, 1e22,
          1.5e300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 2.0**53, 2.0**60, 1 / 3, 2 / 3, 1e100,
          math.nan, math.inf, -math.inf, 1790000000.1234567, 4.35, 0.000123456, 1e-7, 1.25e-10, 123456.0, 100.0]  # fmt: skip
while len(floats) < 130:
    bits = struct.unpack("<d", random.randbytes(8))[0]
    if math.isfinite(bits):
        floats.append(bits)
while len(floats) < 220:
    floats.append(round(random.uniform(-1e6, 1e6), random.randint(0, 8)))
save("float_repr", [[struct.pack(">d", x).hex(), repr(x)] for x in floats])

ties = [0.0078125, 0.0234375, 0.25, 0.75, 1.25, 2.5, 3.0625, 0.0, -0.0, -0.01, -0.25, 1e21, 1.5e22, 0.05, 0.15, 2.675, 1e-9, 99.95]
save("fixed", [[struct.pack(">d", x).hex(), d, f"%.{d}f" % x] for x in ties + floats[:40] for d in (0, 1, 3, 6)])

times = [0, 0.0075441, 0.0078125, 0.9999999, 1, 1.05, 1.25, 3.5, 119.94, 119.96, 119.99, 120, 4584, 7199, 7200, 7201, 86400, 172799, 172800,
         172801, 1e7, -0.5, -3.5, -130, -8000, -200000, 0.05, 59.95, 60]  # fmt: skip
save("humanized_time", [[t, ocs_client._humanized_time(t)] for t in times])

# Values as str() and repr() print them.
leaves = [None, True, False, 0, 1, -5, 2**53, 2**64, 1.0, 0.1, -0.0, 1e16, 1e-7, math.nan, math.inf, "", "abc", "it's", 'say "x"', "'\"", "a\\b",
          "tab\tline\nret\r", "nul\0\x1f\x7f\x80\xa0\xad", "é", "日本", "😀", "\u2028", "\ufeff", "\U000e0001", b"", b"it's", b"a\x00\xff\"'\n"]  # fmt: skip


def nested(depth):
    pick = random.random()
    if depth == 0 or pick < 0.3:
        return random.choice(leaves)
    if pick < 0.6:
        return [nested(depth - 1) for _ in range(random.randint(0, 4))]
    return {random.choice(["a", "b", "key's", "é", "_"]) + str(i): nested(depth - 1) for i in range(random.randint(0, 4))}


values = leaves + [nested(4) for _ in range(60)]
save("text", [{"value": mark(v), "str": str(v), "repr": repr(v), "type": str(type(v)), "true": bool(v)} for v in values])

# Field names.
names = ["", "a", "A1", "_a", "__", "_", "1abc", "_1a", "__123invalid.key", "_an invalid key", "  x", "_ 1 2ab", "123", "é", "aé", "a-b", "a.b", "a b",
         "x" * 255, "x" * 256, "_" * 256, "_" * 300 + "a", "a\n", "a😀", "1_", "__1__", "_a_", "observatory_faker1_acq", "日本", "-", "a" * 254 + "é" + "bc"]  # fmt: skip


def problem(name):
    try:
        Feed.verify_data_field_string(name)
    except ValueError as error:
        return str(error)
    return None


save("field_names", [{"name": n, "problem": problem(n), "enforced": Feed.enforce_field_name_rules(n)} for n in names])

# Globs and patterns.
globs = ["*", "?", "a*", "*a", "a*c*e", "[abc]", "[!abc]", "[a-c]x", "[c-a]", "[!c-a]", "[]a]", "[!]a]", "[", "[a", "a[", "[a-", "[-a]", "[a-]", "[a-c-e]",
         "[--a]", "**", "*?*", "a.c", "A*", "\\*", "[\\]", "[a-cx-z]?", "[!!]", "[^a]", "[a-a]", "faker*", "", "*]", "[*]", "[?]x", "[a&&b]", "[[a]"]  # fmt: skip
texts = ["", "a", "b", "c", "e", "-", "]", "[", "!", "^", "ax", "cx", "xx", "abcde", "ace", "a.c", "axc", "A", "faker4", "*", "\\", "[a", "a[", "[a-", "y1", "?x", "&", "a\nb", "é", "*]"]
save("globs", [[g, [t for t in texts if fnmatchcase(t, g)], [t for t in texts if not fnmatchcase(t, g)]] for g in globs])

patterns = ["", "faker*", "faker*,!faker4", "!faker4", "!*9,!*8", "compute*,login*,!*9", "*Agent,!FakeDataAgent", ",,", "a,,b", " faker4", "!", "faker[1-4],!faker2"]
targets = ["faker1", "faker2", "faker4", "faker9", "compute8", "login1", "FakeDataAgent", "RegistryAgent", "", "a"]
save("access_patterns", [[p, [t for t in targets if access.pattern_match(t, p)], [t for t in targets if not access.pattern_match(t, p)]] for p in patterns])

scopes = [(d, c, i) for d in (False, True) for c in (None, "", "Fake*", "!Fake*", "Fake*,!x") for i in (None, "", "faker*", "!faker4", "faker*,!faker4")]
agent = access.AgentSpec(instance_id="faker4", agent_class="FakeDataAgent")
rows = []
for d, c, i in scopes:
    scope = access.ScopeSpec(default=d, agent_class=c, instance_id=i)
    rows.append({"scope": {"default": d, "agent_class": c, "instance_id": i}, "applies": scope.check(agent), "specificity": scope.get_specificity()})
save("scopes", rows)

# Levels of callers under many rules.
rows = []
for _ in range(80):
    rules = []
    for _ in range(random.randint(0, 5)):
        hash = random.choice(["none", "md5", "blocked"])
        clear = random.choice(["", "a", "b", "long password é"])
        value = access.HASHFUNCS["md5"](clear) if hash == "md5" and clear else clear
        locks = random.choice([[], [], [1], [1, 2], [1, 2, 3], [2], [3]])
        rules.append({
            "hashed_pass": {"hash": hash, "value": value}, "cred_level": random.randint(0, 4),
            "scope_spec": random.choice([{"default": True}, {"agent_class": "Fake*"}, {"instance_id": "!faker4"}, {"default": False}]),
            "lockout_id": "night" if locks else None, "lockout_owner": "sched" if locks else None, "lockout_levels": locks,
        })  # fmt: skip
    parsed = access.AgentAccessRules(policy="director", agent=agent, rules=[access.AccessRule(**r) for r in rules])
    for password in (None, "", "a", "long password é"):
        level, detail = access.agent_get_creds(password, parsed, agent)
        required = access.CredLevel(min(4, level.value + 1))
        refusal = access.agent_rejection_message(level, required, detail) if level.value < 4 else None
        rows.append({"rules": rules, "password": password, "level": level.value, "detail": detail, "refusal": refusal})
save("caller_levels", rows)
save("hashes", [[w, access.HASHFUNCS["md5"](w)] for w in ["", "a", "fakers-2", "é", "日本 😀"]])

rows = []
for policy in [None, "", "none", "override:a,b", "override:,b", "override:a,b,c", "director:", "director:acdir", "director:x:y", "nonsense:1", "override", "override:a"]:
    try:
        rules = access.agent_get_policy_default(policy)
        rows.append({"policy": policy, "name": rules.policy, "director": rules.director_id,
                     "rules": [[r.hashed_pass.hash, r.hashed_pass.value, r.cred_level.value] for r in rules.rules]})  # fmt: skip
    except Exception as error:
        rows.append({"policy": policy, "error": str(error)})
save("policies", rows)

# Passwords files.
files = [
    [{"default": True, "password_3": "general"}, {"agent_class": "FakeDataAgent", "instance_id": "!faker4,!faker1", "password_2": "normal"},
     {"instance_id": "faker*", "password_2": "special"}, {"instance_id": "faker4", "password_2": "special4"}],
    [{"default": True, "password_2": "two", "password_3": "three"}, {"agent_class": "Fake*", "password_3": "fake3"}],
    [{"default": True, "password_2": "first"}, {"default": True, "password_2": "last"}],
    [{"instance_id": "nobody", "password_2": "x"}],
    [],
]  # fmt: skip
rows = []
for content in files:
    for instance in ("faker1", "faker4", "registry"):
        for privs in (None, 1, 2, 3, "mine"):
            with mock.patch("builtins.open"), mock.patch("yaml.safe_load", return_value=content):
                rows.append({"file": content, "instance": instance, "agent_class": "RegistryAgent" if instance == "registry" else "FakeDataAgent",
                             "privs": privs, "password": access.client_get_password(privs, "RegistryAgent" if instance == "registry" else "FakeDataAgent", instance)})  # fmt: skip
save("passwords", rows)

# Printed replies.
NOW = 1790000130.25
full = {"session_id": 7, "op_name": "acq", "op_code": 3, "cred_level": 1, "status": "running", "degraded": False, "success": None,
        "start_time": 1790000100.25, "end_time": None, "data": {"timestamp": 1790000104.9},
        "messages": [[1790000100.25, 'Status is now "starting".'], [1790000100.26, 'Status is now "running".']]}  # fmt: skip


def change(without=(), **changes):
    return {k: v for k, v in {**full, **changes}.items() if k not in without}


sessions = [None, {}, full, change(status="starting"), change(status="stopping"), change(status="done", success=True, end_time=1790000120.5),
            change(status="done", success=False, end_time=1790000120.5), change(status="done", success=None, end_time=1790000100.25),
            change(status="done", success="yes", end_time=1789000120), change(status="done", success=0.0, end_time=1790000120.0),
            change(status="done", success=True, end_time=None), change(status="done", without=["success"]), change(without=["start_time"]), change(start_time=None),
            change(start_time="soon"), change(start_time=1790000100), change(start_time=True), change(without=["op_name"]), change(without=["session_id"]),
            change(without=["status"]), change(status=None), change(status="zoo"), change(messages=[]), change(without=["messages"]), change(messages=None),
            change(messages=7), change(messages="ab"), change(messages=[[1, "a"]] * 8), change(messages=[[1.0005, None], [2, {"a": 1.0}], [3.5, 2.0]]),
            change(messages=[[1]]), change(messages=[[]]), change(messages=["ab"]), change(messages=["a"]), change(messages=[None]), change(messages=[3]),
            change(messages=[{"a": 1}]), change(messages=[["x", "y"]]), change(messages=[[None, "y"]]), change(messages={"ab": 1}), change(messages=[[True, "y"]]),
            change(messages=[[1790000100.0625, "tie"], [1790000100.1, "three", "extra"]]), {"op_name": "acq", "status": "no_history"},
            {"status": "stopping", "op_name": "a", "session_id": 0}, change(session_id=7.0, op_name=None), change(extra="é", data={"x": float("nan"), "y": [1.0, "it's"]}, start_time=None),
            change(end_time=5, status="done", start_time=[]), change(end_time="x", status="done", start_time=3), change(start_time=2**60)]  # fmt: skip
rows = []
with mock.patch("time.time", return_value=NOW):
    for i, session in enumerate(sessions):
        for code, message in [(0, "ok"), (-1, "No")] if i < 3 else [([0, 1, -1, 5][i % 4], 'Requested stop on process acq".')]:
            rows.append({"code": code, "message": message, "session": mark(session) if session is not None else None,
                         "printed": repr(ocs_client.OCSReply(code, message, session))})  # fmt: skip
save("replies", [{"now": NOW}] + rows)
