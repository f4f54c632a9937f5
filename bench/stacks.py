"""The one file that knows how programs are started: the project's, the reference's and the peers'.

Everything else in this folder measures, and asks here for command lines. When a command line of the
project changes, change the `Project` class and nothing else.

Where things are found:

* project: the checkout that this folder is in, or `OCS_PROJECT`
* deno: `deno` on PATH
* reference: a Python environment with ocs and crossbar: `OCS_REFERENCE`, else the one that `deno task interop` has
  made in the cache folder, else PATH
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "ocs-deno"
PROJECT = Path(os.environ.get("OCS_PROJECT", HERE.parent))
BUILD = Path(os.environ.get("OCS_BENCH_BUILD", CACHE / "bench"))
REALM = "test_realm"
ROOT = "observatory"

# Whoever stops a measurement gets its programs stopped, too (also when it runs in the background).
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
signal.signal(signal.SIGINT, lambda *_: sys.exit(1))


def reference_tool(name):
    """Path of a program of the Python reference stack."""
    chosen = os.environ.get("OCS_REFERENCE")
    made = [marker.parent for marker in CACHE.glob("python-*/.complete")]
    folders = [Path(chosen)] if chosen else sorted(made, key=lambda f: f.stat().st_mtime, reverse=True)
    for folder in folders:
        if (folder / "bin" / name).exists():
            return str(folder / "bin" / name)
    found = shutil.which(name)
    if not found:
        raise FileNotFoundError(f"{name}: not in {folders} and not on PATH; run deno task interop or set OCS_REFERENCE")
    return found


def deno():
    found = shutil.which("deno")
    if not found:
        raise FileNotFoundError("deno: not on PATH")
    return found


def built(name):
    """Builds a Go program of this folder once and returns its path."""
    BUILD.mkdir(parents=True, exist_ok=True)
    target, source = BUILD / name, HERE / name
    newest = max(f.stat().st_mtime for f in source.iterdir())
    if not target.exists() or target.stat().st_mtime < newest:
        subprocess.run(["go", "build", "-o", str(target), "."], cwd=source, check=True)
    return str(target)


# --- routers --------------------------------------------------------------------------------------


class Router:
    """How to start one kind of router. `bridge`: it has an HTTP bridge at /call; `skip`: what it cannot do."""

    bridge = False
    skip = ""

    def command(self, port, folder):
        raise NotImplementedError

    def environment(self, folder):
        return {}


class Crossbar(Router):
    """crossbar with the configuration that OCS ships: one router worker, permissions, auto-ping."""

    bridge = True

    def command(self, port, folder):
        allow = dict(call=True, register=True, publish=True, subscribe=True)
        permission = dict(
            uri=ROOT + ".", match="prefix", allow=allow, cache=True, disclose=dict(caller=False, publisher=False)
        )
        config = dict(
            version=2,
            workers=[
                dict(
                    type="router",
                    realms=[
                        dict(
                            name=REALM,
                            roles=[dict(name=r, permissions=[permission]) for r in ("iocs_agent", "iocs_controller")],
                        )
                    ],
                    transports=[
                        dict(
                            type="web",
                            endpoint=dict(type="tcp", interface="127.0.0.1", port=port, backlog=1024),
                            paths=dict(
                                ws=dict(
                                    type="websocket",
                                    auth=dict(anonymous=dict(type="static", role="iocs_agent")),
                                    options=dict(
                                        open_handshake_timeout=2500,
                                        close_handshake_timeout=1000,
                                        auto_ping_interval=10000,
                                        auto_ping_timeout=5000,
                                        auto_ping_size=12,
                                    ),
                                ),
                                call=dict(type="caller", realm=REALM, role="iocs_controller", options={}),
                            ),
                        )
                    ],
                )
            ],
        )
        (folder / "config.json").write_text(json.dumps(config))
        return [reference_tool("crossbar"), "start", "--cbdir", str(folder), "--loglevel", "warn"]

    def environment(self, folder):
        return {"HOME": str(folder), "PYTHONUNBUFFERED": "1"}


class Nexus(Router):
    skip = "batched"

    def command(self, port, folder):
        return [built("nexus_router"), "-port", str(port), "-realm", REALM]


class NullGo(Router):
    skip = "cbor-to-json"

    def command(self, port, folder):
        return [built("wamp_load"), "null-router", "-port", str(port)]


class NullDeno(Router):
    skip = "cbor-to-json"

    def command(self, port, folder):
        return [deno(), "run", "-A", str(HERE / "limits/null_router.ts"), "--port", str(port), "--transport", "deno"]


class ProjectRouter(Router):
    """The project's embedded router. Adapt here."""

    bridge = True

    def command(self, port, folder):
        return [
            deno(), "run", "-A", str(PROJECT / "cli/main.ts"), "router",
            "--port", str(port), "--realm", REALM, "--address-root", ROOT,
        ]  # fmt: skip


ROUTERS = {
    "crossbar": Crossbar(),
    "nexus": Nexus(),
    "null-go": NullGo(),
    "null-deno": NullDeno(),
    "project": ProjectRouter(),
}


# --- agents and clients ----------------------------------------------------------------------------


class Stack:
    """A router together with agents and a client."""

    router = ""

    def agent(self, agent_class, instance, site_file):
        """Command line of one agent; `site_file` holds its arguments."""
        raise NotImplementedError

    def client_probe(self, site_file, instance, calls):
        """Command line of a program that measures the client and prints one JSON object (see README.md)."""
        raise NotImplementedError

    def environment(self, folder):
        return {}

    def together(self, instances, site_file):
        """Command line that runs many agents in one process, or None when the stack cannot."""
        return None


class Reference(Stack):
    router = "crossbar"

    def agent(self, agent_class, instance, site_file):
        return [
            reference_tool("ocs-agent-cli"), "--instance-id", instance, "--site-host", "localhost",
        ]  # fmt: skip

    def client_probe(self, site_file, instance, calls):
        return [reference_tool("python"), str(HERE / "probes/reference_client.py"), str(site_file), instance, str(calls)]

    def environment(self, folder):
        return {"OCS_CONFIG_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


class Project(Stack):
    """The project. Adapt here when its command lines are known."""

    router = "project"
    FILES = {
        "AggregatorAgent": "agents/aggregator.ts",
        "FakeDataAgent": "agents/fake_data.ts",
        "RegistryAgent": "agents/registry.ts",
    }

    def agent(self, agent_class, instance, site_file):
        return [
            deno(), "run", "-A", str(PROJECT / self.FILES[agent_class]), "--instance-id", instance,
            "--site-file", str(site_file), "--site-host", "localhost",
        ]  # fmt: skip

    def client_probe(self, site_file, instance, calls):
        return [
            deno(), "run", "-A", str(PROJECT / "bench/probes/project_client.ts"), str(site_file), instance, str(calls),
        ]  # fmt: skip

    def environment(self, folder):
        return {"OCS_CONFIG_DIR": str(folder), "NO_COLOR": "1"}

    def together(self, instances, site_file):
        command = [deno(), "run", "-A", str(PROJECT / "cli/main.ts"), "up", "--together", "--no-router", "--site-file", str(site_file)]
        for i in instances:
            command += ["--instance-id", i]
        return command


STACKS = {"reference": Reference(), "project": Project()}

# Self-check of this folder: the reference plays the project, so every ratio has to come out near 1.
if os.environ.get("OCS_BENCH_SELF_CHECK"):
    ROUTERS["project"] = ROUTERS["crossbar"]
    STACKS["project"] = STACKS["reference"]


# --- running and measuring processes ----------------------------------------------------------------


class Process:
    """One started program with its log file; stopped by its own process group only."""

    def __init__(self, command, folder, name, environment=None, cores=None):
        if cores:
            command = ["taskset", "-c", cores] + command
        self.log_path = Path(folder) / f"{name}.log"
        self.log = open(self.log_path, "ab")
        self.started = time.time()
        self.popen = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
            stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.pid = self.popen.pid

    def stop(self, grace=10):
        if self.popen.poll() is None:
            try:
                os.killpg(self.pid, 15)
                self.popen.wait(grace)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, 9)
                self.popen.wait()
            except ProcessLookupError:
                pass
        self.log.close()

    def tail(self, lines=15):
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])


def start_router(name, port, folder, cores=None, timeout=60):
    """Starts a router and waits until it answers on its port."""
    router = ROUTERS[name]
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise RuntimeError(f"port {port} is taken; stop what runs there or choose another with --port")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    process = Process(router.command(port, folder), folder, "router", router.environment(folder), cores)
    end = time.time() + timeout
    while time.time() < end:
        if process.popen.poll() is not None:
            raise RuntimeError(f"router {name} ended:\n{process.tail()}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            process.ready_s = time.time() - process.started
            time.sleep(0.5)
            return process
        except OSError:
            time.sleep(0.02)
    process.stop()
    raise RuntimeError(f"router {name} does not answer on port {port}:\n{process.tail()}")


def tree(pid):
    """The process and all its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path(f"/proc/{entry}/stat").read_text()
                children.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(entry))
            except OSError:
                pass
    found = [pid]
    for p in found:
        found += children.get(p, [])
    return found


def usage(pids):
    """CPU seconds, resident MiB and proportional MiB of processes and their descendants."""
    cpu = rss = pss = 0.0
    for pid in pids:
        for p in tree(pid):
            try:
                f = Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split()
                cpu += (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")
                rss += int(f[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20
                for line in Path(f"/proc/{p}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        pss += int(line.split()[1]) / 1024
            except OSError:
                pass
    return dict(cpu_s=cpu, rss_mib=rss, pss_mib=pss, at=time.time())


def busy_seconds():
    """CPU seconds that the whole machine has spent on anything."""
    f = [int(x) for x in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(f[:8]) - f[3] - f[4]) / os.sysconf("SC_CLK_TCK")


def call(port, procedure, args=(), kwargs=None, timeout=30):
    """One call through the HTTP bridge; raises on anything but a result."""
    body = json.dumps({"procedure": procedure, "args": list(args), "kwargs": kwargs or {}}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/call", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=timeout) as reply:
        answer = json.load(reply)
    if "error" in answer:
        raise RuntimeError(f"{procedure}: {answer['error']} {answer.get('args')}")
    return answer["args"][0]


def emit(**line):
    print(json.dumps(line), flush=True)


def note(text):
    print(text, file=sys.stderr, flush=True)
