/** Metrics of the router itself: what `/info` tells, under Prometheus's kind of names. @module */
import type { RouterStatus } from "../info.ts";
import type { MetricFamily, MetricSample } from "./metric_family.ts";

/** Makes the families of a snapshot. */
export function routerFamilies(status: RouterStatus): readonly MetricFamily[] {
  const { now, core, wire } = status;
  return [
    family("gauge", "info", "Version of the router; always 1.", [
      { labels: { version: status.version }, value: 1 },
    ]),
    gauge("uptime_seconds", "Time since the router's start.", status.uptimeSeconds),
    gauge("connections", "Open connections, those of HTTP included.", status.connections),
    gauge("sessions", "Joined sessions.", now.sessions),
    gauge("subscriptions", "Subscriptions.", now.subscriptions),
    gauge("registrations", "Registered procedures.", now.registrations),
    gauge("open_calls", "Calls without an answer yet.", now.calls),
    gauge("retained_topics", "Topics with a retained event.", now.retained),
    gauge("queued_bytes", "Bytes that wait for all peers together.", status.queuedBytes),
    gauge("slow_sessions", "Sessions that read too slowly for what they get.", status.slowSessions),
    gauge("loop_lag_seconds", "Lag of the event loop at the last self-check.", wire.loopLagMs / 1000),
    gauge(
      "loop_lag_max_seconds",
      "Longest lag that a self-check has found since the start.",
      wire.maxLoopLagMs / 1000,
    ),
    counter("connections_accepted_total", "Connections that became WAMP connections.", wire.accepted),
    counter("connections_refused_total", "Handshakes and connections turned away.", wire.refused),
    family("counter", "connections_dropped_total", "Connections that the router ended, by reason.", [
      because("overflow", wire.overflowed),
      because("stuck", wire.stuck),
      because("silent", wire.silent),
      because("violation", core.violations),
    ]),
    counter("sessions_joined_total", "Sessions that joined.", core.joined),
    counter("sessions_left_total", "Sessions that ended.", core.left),
    counter("authentication_failures_total", "Logins that failed.", core.authenticationFailures),
    family("counter", "messages_total", "WAMP messages on all connections.", [
      { labels: { direction: "received" }, value: wire.receivedMessages },
      { labels: { direction: "sent" }, value: wire.sentMessages },
    ]),
    family("counter", "message_bytes_total", "Bytes of these messages, without the framing of WebSocket.", [
      { labels: { direction: "received" }, value: wire.receivedBytes },
      { labels: { direction: "sent" }, value: wire.sentBytes },
    ]),
    counter("publications_total", "Publications taken.", core.publications),
    counter("events_total", "Events handed to subscribers.", core.events),
    counter("calls_total", "Calls received.", core.calls),
    counter("call_replies_total", "Final answers to calls, errors included.", core.replies),
    counter("call_errors_total", "Final answers to calls that are errors.", core.callErrors),
    counter("late_answers_total", "Answers to calls that were over.", core.lateAnswers),
    counter(
      "unavailable_callees_total",
      "Calls refused because the callee does not read.",
      core.unavailableCallees,
    ),
    counter(
      "stale_registrations_total",
      "Registrations taken from a holder that was gone.",
      core.staleHolders,
    ),
    counter("slow_readers_total", "Times that a session became slow.", wire.slow),
    family("counter", "dropped_total", "Messages that did not get where they were meant to, by reason.", [
      because("queue_full", wire.droppedEvents),
      because("oversized", wire.oversized),
      because("unencodable", wire.unencodable),
      because("publication_refused", core.droppedPublications),
      because("retained_evicted", core.droppedRetained),
    ]),
    counter("bridge_calls_total", "Calls through the HTTP bridge.", wire.bridgeCalls),
    counter("bridge_publications_total", "Publications through the HTTP bridge.", wire.bridgePublications),
  ];
}

function family(
  type: MetricFamily["type"],
  name: string,
  help: string,
  samples: readonly MetricSample[],
): MetricFamily {
  return { name: `ocs_router_${name}`, help, type, samples };
}

function gauge(name: string, help: string, value: number): MetricFamily {
  return family("gauge", name, help, [{ value }]);
}

function counter(name: string, help: string, value: number): MetricFamily {
  return family("counter", name, help, [{ value }]);
}

function because(reason: string, value: number): MetricSample {
  return { labels: { reason }, value };
}
