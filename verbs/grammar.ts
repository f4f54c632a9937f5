/** The operators' verbs, as data for the parser: their arguments and options. @module */
import {
  argument,
  command,
  constant,
  flag,
  float,
  type InferValue,
  integer,
  merge,
  message,
  multiple,
  object,
  option,
  optional,
  or,
  string,
  withDefault,
} from "../deps/optique.ts";
import {
  JSON_OPTION,
  NO_REQUEST_OPTIONS,
  NO_SITE_OPTIONS,
  REQUEST_OPTIONS,
  SITE_OPTIONS,
} from "./common_options.ts";
import { G3_GRAMMAR } from "./g3_grammar.ts";
import { hkGrammar } from "./hk_grammar.ts";
import { hostsGrammar } from "./hosts_grammar.ts";
import { liveGrammar } from "./live_grammar.ts";

const target = argument(string({ metavar: "AGENT.OP" }), {
  description: message`Agent and operation, such as faker1.acq; all that match: faker*.acq or */acq.`,
});

const yes = withDefault(
  flag("-y", "--yes", { description: message`Do not ask before touching several.` }),
  false,
);

const one = argument(string({ metavar: "AGENT.OP" }), {
  description: message`Agent and operation, such as faker1.acq.`,
});

const interval = optional(option("--interval", float({ metavar: "SECONDS", min: 0.1 }), {
  description: message`Time between two looks with --follow; default 1.`,
}));

const count = optional(option("-n", "--count", integer({ metavar: "N", min: 1 }), {
  description: message`End after so many events.`,
}));

/**
 * Makes the parser of every verb that the command line and the prompt have in common.
 *
 * A new verb is one entry here and one case in `run_verb.ts`.
 *
 * @param site Whether verbs take the site options: on the command line, not at the prompt.
 */
// deno-lint-ignore explicit-module-boundary-types -- the type is that of the parsers, which `VerbCommand` reads from it
export function verbGrammar({ site: takesSite }: { readonly site: boolean }) {
  const site = takesSite ? SITE_OPTIONS : NO_SITE_OPTIONS;

  const agents = command(
    "agents",
    merge(
      object({
        command: constant("agents"),
        listen: optional(option("--listen", float({ metavar: "SECONDS", min: 0.1 }), {
          description: message`How long to listen for heartbeats; default: until everybody is known.`,
        })),
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`List agents, trouble first: state, age of heartbeat, running operations.` },
  );

  const show = command(
    "show",
    merge(
      object({
        command: constant("show"),
        agent: argument(string({ metavar: "AGENT" }), { description: message`Instance id, such as faker1.` }),
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Show an agent: operations with their parameters, feeds.` },
  );

  const start = command(
    "start",
    merge(
      object({
        command: constant("start"),
        target,
        params: multiple(argument(string({ metavar: "KEY=VALUE" }), {
          description: message`Parameters; values are YAML: args=[--band, 4] delay=2.0 log=false name=x.`,
        })),
        wait: withDefault(flag("-w", "--wait", { description: message`Then wait for its end.` }), false),
        yes,
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Start an operation.` },
  );

  const stop = command(
    "stop",
    merge(object({ command: constant("stop"), target, yes }), JSON_OPTION, REQUEST_OPTIONS, site),
    { brief: message`Ask a process to end.` },
  );

  const abort = command(
    "abort",
    merge(object({ command: constant("abort"), target, yes }), JSON_OPTION, REQUEST_OPTIONS, site),
    { brief: message`Ask a task to end early.` },
  );

  const wait = command(
    "wait",
    merge(object({ command: constant("wait"), target }), JSON_OPTION, REQUEST_OPTIONS, site),
    { brief: message`Wait until an operation has ended.` },
  );

  const status = command(
    "status",
    merge(
      object({
        command: constant("status"),
        target: argument(string({ metavar: "AGENT[.OP]" }), {
          description:
            message`Operation, all of an agent, or all that match, such as faker1.acq, faker1, */acq.`,
        }),
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Show the current or last session of an operation.` },
  );

  const data = command(
    "data",
    merge(
      object({
        command: constant("data"),
        target: one,
        path: optional(argument(string({ metavar: "PATH" }), {
          description: message`Into the data, such as fields.channel_00 or values[0]; default all.`,
        })),
        follow: withDefault(flag("-f", "--follow", { description: message`Then print each change.` }), false),
        all: withDefault(flag("--all", { description: message`Leave nothing out on a terminal.` }), false),
        interval,
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Show the data of an operation's session.` },
  );

  const messages = command(
    "messages",
    merge(
      object({
        command: constant("messages"),
        target: one,
        follow: withDefault(
          flag("-f", "--follow", { description: message`Then print each that comes.` }),
          false,
        ),
        count: optional(option("-n", "--count", integer({ metavar: "N", min: 1 }), {
          description: message`The last so many; default 100 on a terminal, else all.`,
        })),
        interval,
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Show the messages of an operation's session.` },
  );

  const logs = command(
    "logs",
    merge(
      object({
        command: constant("logs"),
        agent: argument(string({ metavar: "AGENT" }), { description: message`Instance id, such as faker1.` }),
        follow: withDefault(
          flag("-f", "--follow", { description: message`Then print each line that comes.` }),
          false,
        ),
        count: optional(option("-n", "--count", integer({ metavar: "N", min: 1 }), {
          description: message`The last so many of standard output and of standard error; default 100.`,
        })),
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Show what an agent's program has written.` },
  );

  const listen = command(
    "listen",
    merge(
      object({
        command: constant("listen"),
        pattern: argument(string({ metavar: "PATTERN" }), {
          description:
            message`Topic or wildcard such as observatory..feeds.heartbeat; AGENT or AGENT.FEED for short.`,
        }),
        count,
      }),
      JSON_OPTION,
      REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Print what is published.` },
  );

  const journal = command(
    "journal",
    merge(
      object({
        command: constant("journal"),
        pattern: multiple(argument(string({ metavar: "PATTERN" }), {
          description: message`Part of a line, its reply, writer or outcome; * stands for anything.`,
        })),
        since: optional(option("--since", string({ metavar: "TIME" }), {
          description: message`Such as 30m, 2h, 3d, 18:30, 2026-11-25 or 2026-11-25T18:30.`,
        })),
        count: withDefault(
          option("-n", "--count", integer({ metavar: "N", min: 1 }), {
            description: message`At most so many, the newest.`,
          }),
          20,
        ),
      }),
      JSON_OPTION,
      NO_REQUEST_OPTIONS,
      site,
    ),
    { brief: message`Search what was typed at the prompt, night by night.` },
  );

  return or(
    or(agents, show, hostsGrammar(site), logs),
    or(start, stop, abort, wait, status, data, messages),
    liveGrammar(site),
    or(listen, journal, hkGrammar(site), G3_GRAMMAR),
  );
}

/** A verb that was understood. */
export type VerbCommand = InferValue<ReturnType<typeof verbGrammar>>;
