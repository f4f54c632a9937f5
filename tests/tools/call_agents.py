"""Makes the same calls of an agent with Python's OCSClient and prints the replies, without ids and times, as JSON.

    python call_agents.py SITE_FILE INSTANCE_ID fake_data|registry|barebones
"""

import json
import re
import sys
import time

import requests
import yaml
from ocs.ocs_client import OCSClient

site_file, instance, kind = sys.argv[1:4]
client = OCSClient(instance, args=["--site-file", site_file, "--site-host", "localhost"])
with open(site_file) as f:
    hub = yaml.safe_load(f)["hub"]
address = hub["address_root"] + "." + instance
out = []


def plain(value, key=""):
    """The value with its kind, and without what no two runs share."""
    if key in ("session_id", "pid", "instance_pid", "degraded_since"):
        return type(value).__name__
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        # Times of day, and measured durations.
        if value > 1e9 or key in ("delay_so_far", "timestamp"):
            return type(value).__name__ + " time"
        # Random walks, and a count of seconds.
        if key.startswith("channel_") or key == "value":
            return type(value).__name__
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, str):
        value = value.replace(instance, "INSTANCE")
        return re.sub(r"after \d+\.\d seconds|\d+\.\d{2,}", "N.N", value)
    if isinstance(value, dict):
        return {plain(k): plain(v, k) for k, v in value.items()}
    return [plain(v) for v in value]


def call(procedure, *args, **kwargs):
    """One call through the bridge, as it comes back."""
    body = {"procedure": address + procedure, "args": args, "kwargs": kwargs}
    reply = requests.post(hub["wamp_http"], json=body, timeout=60)
    answer = reply.json()
    if "error" in answer:
        # The text of a crash names files and lines of the agent.
        text = answer["args"] if answer["error"] != "wamp.error.runtime_error" else "text"
        return {"status": reply.status_code, "error": answer["error"], "args": plain(text)}
    return {"status": reply.status_code, "args": plain(answer["args"]), "kwargs": plain(answer.get("kwargs"))}


def op(name, action, params=None, **kwargs):
    args = [action, name] + ([] if params is None else [params])
    out.append([[action, name, params, kwargs], call(".ops", *args, **kwargs)])
    return out[-1][1]


def look(query):
    out.append([query, call("", query)])


def wait_for(name, status, limit=20):
    end = time.time() + limit
    while time.time() < end:
        if (getattr(client, name).status().session or {}).get("status") == status:
            return
        time.sleep(0.05)
    raise RuntimeError(f"{name} does not get to {status}")


def operations(query):
    """Names, kinds and declared properties; doc strings are each agent's own."""
    answer = call("", query)
    items = answer["args"][0]
    rows = [[item[0], {k: v for k, v in item[1].items() if k not in ("doc", "docstring")}] for item in items]
    out.append([query, sorted(rows, key=lambda row: row[0])])


for query in ("get_tasks", "get_processes"):
    operations(query)
look("nonsense")
out.append(["get_api keys", sorted(call("", "get_api")["args"][0])])
out.append(["get_api class", call("", "get_api")["args"][0]["agent_class"]])
out.append(["no query", call("")])
op("no_such_operation", "start", {})
op("no_such_operation", "status")
out.append(["nothing at all", call(".ops")])
out.append(["action only", call(".ops", "status")])

if kind == "fake_data":
    op("delay_task", "status")
    op("delay_task", "wait")
    op("delay_task", "fly", {})
    op("delay_task", "start", {"delay": "soon"})
    op("delay_task", "start", {"delay": None})
    op("delay_task", "start", {"delay": [1]})
    op("delay_task", "start", {"delay": 0.3, "stray": 1})
    op("delay_task", "start", {"delay": True})
    client.delay_task.wait(timeout=10)
    op("delay_task", "start", {"delay": 0.4})
    op("delay_task", "start", {"delay": 0.4})
    op("delay_task", "stop", {})
    op("delay_task", "wait", timeout=10)
    op("delay_task", "status", {})
    op("delay_task", "start", {"delay": 30, "succeed": False})
    op("delay_task", "wait", timeout=0.1)
    op("delay_task", "abort", {})
    client.delay_task.wait(timeout=10)
    op("delay_task", "status", {})
    op("delay_task", "abort", {})
    op("delay_task", "start", {"delay": 0.1, "succeed": False})
    op("delay_task", "wait", timeout=10)
    op("set_heartbeat", "start", {"heartbeat": "yes"})
    op("set_heartbeat", "start")
    client.set_heartbeat.wait(timeout=10)
    op("set_heartbeat", "status", {})
    op("acq", "stop", {})
    op("acq", "abort", {})
    op("acq", "start", {"degradation_period": -1})
    wait_for("acq", "running")
    op("acq", "start", {"test_mode": True})
    op("acq", "stop", {})
    client.acq.wait(timeout=20)
    op("acq", "start", {"test_mode": True})
    client.acq.wait(timeout=20)
    op("acq", "status", {})
    op("acq", "start", {})
    wait_for("acq", "running")
    op("acq", "start", {})
    op("acq", "stop", {})
    client.acq.wait(timeout=20)
    op("acq", "stop", {})
    op("acq", "wait", timeout="soon")
if kind == "registry":
    wait_for("main", "running")
    op("main", "start", {})
    op("main", "wait", timeout=0.1)
    op("main", "abort", {})
    op("main", "stop", {"x": 1})
    client.main.wait(timeout=20)
    op("main", "start", {"test_mode": 3})
    op("main", "start", {"test_mode": True})
    client.main.wait(timeout=20)
    op("main", "stop")
if kind == "barebones":
    op("count", "status")
    op("count", "start", {"test_mode": True})
    wait_for("count", "running")
    op("count", "start", {})
    op("count", "stop", {})
    client.count.wait(timeout=20)
    op("count", "stop", {})
    op("count", "abort", {})
    op("print", "start", {})
    client.print.wait(timeout=20)
    op("print", "status")
    op("print", "start", {"text": 5})
    client.print.wait(timeout=20)
    op("print", "start", {"text": "some text"})
    client.print.wait(timeout=20)
    op("print", "status", {})

print(json.dumps(out))
