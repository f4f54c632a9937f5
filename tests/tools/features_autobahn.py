"""Uses every WAMP feature that matters to OCS through autobahn-python and prints what it saw as one JSON object.

    python features_autobahn.py WS_URL REALM SERIALIZER

SERIALIZER is one of autobahn's ids, such as `cbor` or `json.batched`. Two sessions of one process, `a` and `b`,
talk to each other through the router. Nothing here knows which router it is: the same lines have to come out of
every one. Ids and times never appear in the output.
"""

import json
import math
import os
import sys

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred, ensureDeferred
from twisted.internet.error import ReactorNotRunning

from autobahn.twisted.wamp import ApplicationSession
from autobahn.twisted.websocket import WampWebSocketClientFactory
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import SERID_TO_SER
from autobahn.wamp.types import (
    CallOptions,
    CallResult,
    ComponentConfig,
    PublishOptions,
    RegisterOptions,
    SubscribeOptions,
)
from twisted.internet.endpoints import TCP4ClientEndpoint

URL, REALM, SERIALIZER = sys.argv[1:4]
PREFIX = f"observatory.features{os.getpid()}"
WAIT = 5.0

VALUES = [
    0, 1, -1, 1.0, -0.0, 0.5, 1e16, 1e300, 2**31, 2**32, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**64 - 1,
    math.nan, math.inf, -math.inf, None, True, False, "", "text", "\u00e9\u20ac\U0001f52d", "\x00", "\x00AAE=",
    b"", b"\x00\x01\xff", [], {}, [1, 1.0, [2, 2.5]], {"a": {"b": [None]}}, {"": 0},
]  # fmt: skip


def described(value):
    """Kind and value as text, so that JSON on standard output cannot hide a difference."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "bytes " + bytes(value).hex()
    if isinstance(value, list):
        return "[" + ", ".join(described(v) for v in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(described(v) for v in value) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {described(v)}" for k, v in sorted(value.items())) + "}"
    return f"{type(value).__name__} {value!r}"


def relative(uri):
    return None if uri is None else uri.replace(PREFIX, "")


def name(rest):
    return f"{PREFIX}.{rest}"


def later():
    return Deferred().addTimeout(WAIT, reactor)


async def failure_of(awaitable):
    """How a request failed: URI, positional and keyword values; a text of the router is not compared."""
    try:
        result = await awaitable
    except ApplicationError as error:
        foreign = error.error.startswith("wamp.")
        return {"error": error.error, "args": "text" if foreign else list(error.args), "kwargs": error.kwargs}
    except CancelledError:
        return {"error": "cancelled here"}
    except Exception as error:  # noqa: BLE001 - the class is the result
        return {"error": type(error).__name__}
    return {"result": described(result)}


class Events:
    """What one subscription received."""

    def __init__(self, with_topic=True):
        self.seen, self.waiting, self.with_topic = [], [], with_topic

    def handler(self, *args, details=None, **kwargs):
        event = {"args": list(args), "kwargs": kwargs, "retained": bool(details.retained)}
        if self.with_topic:
            event["topic"] = relative(details.topic)
        self.seen.append(event)
        self.waiting = [(n, d) for n, d in self.waiting if not self._tell(n, d)]

    def _tell(self, count, deferred):
        if len(self.seen) < count:
            return False
        if not deferred.called:
            deferred.callback(None)
        return True

    async def count(self, count):
        """Waits for so many events."""
        if len(self.seen) < count:
            deferred = later()
            self.waiting.append((count, deferred))
            try:
                await deferred
            except Exception:  # noqa: BLE001 - what did not come shows in the result
                return self.seen + ["only these came"]
        return list(self.seen)


async def subscribe(session, topic, with_topic=True, **options):
    events = Events(with_topic)
    subscription = await session.subscribe(events.handler, topic, SubscribeOptions(details=True, **options))
    events.unsubscribe = subscription.unsubscribe
    events.id = subscription.id
    return events


ACKNOWLEDGE = dict(acknowledge=True)


async def publications(a, b, out):
    exact = await subscribe(b, name("p.exact"), with_topic=False)
    prefix = await subscribe(b, name("p."), match="prefix")
    wildcard = await subscribe(b, f"{PREFIX}..exact", match="wildcard")
    end_wildcard = await subscribe(b, f"{PREFIX}.p.", match="wildcard")
    published = await a.publish(name("p.exact"), 1, "two", key=[3], options=PublishOptions(**ACKNOWLEDGE))
    out["publish acknowledged"] = isinstance(published.id, int) and 0 < published.id <= 2**53
    out["publish unacknowledged"] = a.publish(name("p.other"), 4) is None
    out["event exact"] = await exact.count(1)
    out["event prefix"] = await prefix.count(2)
    out["event wildcard"] = await wildcard.count(1)
    out["event wildcard at the end"] = await end_wildcard.count(2)
    out["publish kwargs only"] = a.publish(name("p.exact"), key=5) is None and (await exact.count(2))[1]
    out["publish nothing"] = a.publish(name("p.exact")) is None and (await exact.count(3))[2]
    again = await subscribe(b, name("p.exact"), with_topic=False)
    out["subscribe twice gives one id"] = again.id == exact.id
    for events in (prefix, wildcard, end_wildcard):
        await events.unsubscribe()
    out["publish wamp."] = await failure_of(a.publish("wamp.x", options=PublishOptions(**ACKNOWLEDGE)))


async def receivers(a, b, out):
    """Who gets a publication; the last one of each round is for all, so nothing has to be waited out."""
    mine, theirs = await subscribe(a, name("r")), await subscribe(b, name("r"))
    ids = {"a": a._session_id, "b": b._session_id}
    rounds = {
        "default": {},
        "exclude_me false": dict(exclude_me=False),
        "eligible b": dict(eligible=[ids["b"]]),
        "eligible a, exclude_me false": dict(eligible=[ids["a"]], exclude_me=False),
        "eligible nobody": dict(eligible=[]),
        "exclude b, exclude_me false": dict(exclude=[ids["b"]], exclude_me=False),
        "exclude nobody": dict(exclude=[]),
        "eligible_authrole": dict(eligible_authrole=["iocs_agent"], exclude_me=False),
        "exclude_authrole": dict(exclude_authrole=["iocs_agent"], exclude_me=False),
        "eligible_authid b": dict(eligible_authid=[b._authid], exclude_me=False),
    }
    for n, options in enumerate(rounds.values()):
        await a.publish(name("r"), n, options=PublishOptions(**ACKNOWLEDGE, **options))
    await a.publish(name("r"), "end", options=PublishOptions(**ACKNOWLEDGE, exclude_me=False))
    for events in (mine, theirs):
        while not any(e["args"] == ["end"] for e in events.seen):
            await events.count(len(events.seen) + 1)
    got = lambda events, n: any(e["args"] == [n] for e in events.seen)  # noqa: E731
    for n, title in enumerate(rounds):
        out[f"receivers: {title}"] = [w for w, e in (("a", mine), ("b", theirs)) if got(e, n)]


async def calls(a, b, out):
    def echo(*args, **kwargs):
        return CallResult(*args, **kwargs)

    def fail(*_args):
        raise ApplicationError("observatory.features.failed", 1, "two", key=3)

    def crash():
        raise ValueError("some text")

    async def progress(count, details=None):
        for n in range(count):
            details.progress(n)
        return "done"

    registration = await b.register(echo, name("echo"))
    out["register"] = isinstance(registration.id, int)
    await b.register(fail, name("fail"))
    await b.register(crash, name("crash"))
    await b.register(progress, name("progress"), RegisterOptions(details_arg="details"))
    one = await a.call(name("echo"), 1)
    out["call one value"] = described(one)
    many = await a.call(name("echo"), 1, "two", key=3)
    out["call several values"] = [list(many.results), many.kwresults]
    out["call nothing"] = described(await a.call(name("echo")))
    out["call oneself"] = described(await b.call(name("echo"), "me"))
    out["call error"] = await failure_of(a.call(name("fail")))
    out["call crash"] = (await failure_of(a.call(name("crash"))))["error"]
    out["call unknown"] = await failure_of(a.call(name("unknown")))
    out["register twice"] = await failure_of(a.register(echo, name("echo")))
    out["register wamp."] = await failure_of(a.register(echo, "wamp.x"))
    steps = []
    final = await a.call(name("progress"), 3, options=CallOptions(on_progress=steps.append))
    out["call progress"] = [steps, final]
    out["call without progress asked"] = await failure_of(a.call(name("progress"), 0))
    shared = RegisterOptions(invoke="roundrobin")
    await a.register(lambda: "a", name("shared"), shared)
    await b.register(lambda: "b", name("shared"), shared)
    out["register roundrobin"] = sorted([await a.call(name("shared")), await a.call(name("shared"))])
    out["register other policy"] = await failure_of(a.register(echo, name("shared"), RegisterOptions(invoke="random")))
    await b.register(lambda details=None: relative(details.procedure), f"{PREFIX}.w.", RegisterOptions(match="wildcard", details=True))
    await b.register(lambda details=None: relative(details.procedure), f"{PREFIX}.pre", RegisterOptions(match="prefix", details=True))
    out["register wildcard"] = await a.call(name("w.any"))
    out["register prefix"] = await a.call(name("prefix.any"))
    await registration.unregister()
    out["call unregistered"] = (await failure_of(a.call(name("echo"))))["error"]


async def cancelling(a, b, out):
    started, interrupted = later(), later()

    async def hang():
        started.callback(None)
        return await Deferred(lambda d: interrupted.callback("callee interrupted"))

    await b.register(hang, name("hang"))
    call = a.call(name("hang"))
    await started
    call.cancel()
    out["cancel"] = await failure_of(call)
    try:
        out["cancel reaches the callee"] = await interrupted
    except Exception as error:  # noqa: BLE001 - the class is the result
        out["cancel reaches the callee"] = type(error).__name__
    out["session lives after cancel"] = described(await a.call(name("fidelity"), 1))


async def timeouts(a, b, out):
    async def hang():
        return await Deferred().addTimeout(WAIT, reactor)

    await b.register(hang, name("slow"))
    # autobahn hands the number on as it is: milliseconds in the protocol.
    out["call timeout"] = await failure_of(a.call(name("slow"), options=CallOptions(timeout=200)))
    out["session lives after timeout"] = described(await a.call(name("fidelity"), 1))


async def retained(a, b, out):
    await a.publish(name("kept"), "old", options=PublishOptions(**ACKNOWLEDGE, retain=True))
    await a.publish(name("kept"), "new", options=PublishOptions(**ACKNOWLEDGE, retain=True))
    events = await subscribe(b, name("kept"), get_retained=True)
    out["retained"] = await events.count(1)
    plain = await subscribe(b, name("kept2"))
    a.publish(name("kept2"), "live")
    out["not retained"] = await plain.count(1)


async def meta(a, b, out):
    before = await a.call("wamp.session.count")
    ids = await a.call("wamp.session.list")
    out["meta count is the list's length"] = before == len(ids)
    out["meta list holds both"] = a._session_id in ids and b._session_id in ids
    details = await a.call("wamp.session.get", b._session_id)
    out["meta get"] = {k: details.get(k) for k in ("authmethod", "authrole")} | {"same": details["session"] == b._session_id}
    out["meta get unknown"] = (await failure_of(a.call("wamp.session.get", 1)))["error"]
    joins, leaves = await subscribe(a, "wamp.session.on_join"), await subscribe(a, "wamp.session.on_leave")
    c = await join(SERIALIZER)
    joined = await joins.count(1)
    out["meta on_join"] = joined[0]["args"][0]["session"] == c._session_id
    gone = c._session_id
    c.leave()
    left = await leaves.count(1)
    out["meta on_leave"] = left[0]["args"][0] == gone
    known = await a.call("wamp.registration.lookup", name("fidelity"))
    out["meta registration lookup"] = isinstance(known, int)
    out["meta registration get"] = relative((await a.call("wamp.registration.get", known))["uri"])
    out["meta registration match"] = known == await a.call("wamp.registration.match", name("fidelity"))
    out["meta callees"] = [b._session_id] == await a.call("wamp.registration.list_callees", known)
    out["meta registration lookup unknown"] = described(await a.call("wamp.registration.lookup", name("none")))


async def fidelity(a, b, out):
    """Every value through a call and back, and through an event; what each session saw."""
    seen = []

    def echo(value):
        seen.append(described(value))
        return [value]

    await b.register(echo, name("fidelity"))
    events = await subscribe(b, name("values"))
    rows = []
    for value in VALUES:
        try:
            back = described((await a.call(name("fidelity"), value))[0])
            rows.append([described(value), seen[-1] if seen else None, back])
            a.publish(name("values"), value)
        except Exception as error:  # noqa: BLE001 - the class is the result
            rows.append([described(value), type(error).__name__])
    arrived = await events.count(sum(len(row) == 3 for row in rows))
    out["values: sent, as callee, as caller"] = rows
    out["values: as subscriber"] = [described(e["args"][0]) if isinstance(e, dict) else e for e in arrived]


def join(serializer):
    """Joins and gives the session."""
    joined = later()

    class Session(ApplicationSession):
        async def onJoin(self, details):
            self._authid = details.authid
            self._details = details
            joined.callback(self)

        def onLeave(self, details):
            if not joined.called:
                joined.errback(RuntimeError(f"left before it joined: {details.reason} {details.message}"))
            self.disconnect()

    kind, _, batched = serializer.partition(".")
    chosen = SERID_TO_SER[kind](batched=bool(batched))
    factory = WampWebSocketClientFactory(lambda: Session(ComponentConfig(REALM)), url=URL, serializers=[chosen])
    factory.setProtocolOptions(openHandshakeTimeout=WAIT)
    connecting = TCP4ClientEndpoint(reactor, factory.host, factory.port).connect(factory)
    connecting.addErrback(lambda f: None if joined.called else joined.errback(f))
    return joined


async def main():
    out = {}
    a, b = await join(SERIALIZER), await join(SERIALIZER)
    out["join"] = {
        "authrole": a._details.authrole,
        "authmethod": a._details.authmethod,
        "subprotocol": a._transport.websocket_protocol_in_use,
    }
    for part in (publications, receivers, fidelity, calls, cancelling, timeouts, retained, meta):
        try:
            await part(a, b, out)
        except Exception as error:  # noqa: BLE001 - one part's failure must not hide the others
            out[f"part {part.__name__}"] = f"{type(error).__name__}: {error}"
    out["sessions alive at the end"] = [a.is_attached(), b.is_attached()]
    for session in (a, b):
        if session.is_attached():
            session.leave()
    return out


def finish(result):
    if hasattr(result, "getErrorMessage"):
        result.printTraceback(file=sys.stderr)
    else:
        print(json.dumps(result, default=described))
    try:
        reactor.stop()
    except ReactorNotRunning:
        pass


reactor.callWhenRunning(lambda: ensureDeferred(main()).addBoth(finish))
reactor.run()
