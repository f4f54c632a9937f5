/** The command line of `ocs`, as data for the parser: every verb, its arguments and options. @module */
import {
  argument,
  choice,
  command,
  constant,
  flag,
  float,
  group,
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

const siteObject = object({
  site: optional(option("--site", string({ metavar: "NAME" }), {
    description: message`Use $OCS_CONFIG_DIR/NAME.yaml; none: no site file.`,
  })),
  siteFile: optional(option("--site-file", string({ metavar: "PATH" }), {
    description: message`Use this site file instead of $OCS_CONFIG_DIR/default.yaml.`,
  })),
  siteHost: optional(option("--site-host", string({ metavar: "NAME" }), {
    description: message`Use the site file's entry for this host.`,
  })),
  siteHub: optional(option("--site-hub", string({ metavar: "URL" }), {
    description: message`WebSocket address of the router.`,
  })),
  siteHttp: optional(option("--site-http", string({ metavar: "URL" }), {
    description: message`HTTP bridge of the router.`,
  })),
  siteRealm: optional(option("--site-realm", "--realm", string({ metavar: "REALM" }), {
    description: message`Realm of the router.`,
  })),
  addressRoot: optional(option("--address-root", string({ metavar: "ROOT" }), {
    description: message`First part of every address.`,
  })),
});
const site = group("Site options", siteObject);

const json = object({
  json: withDefault(flag("--json", { description: message`Write JSON, for programs.` }), false),
});

const client = object({
  timeout: optional(option("--timeout", float({ metavar: "SECONDS", min: 0 }), {
    description: message`How long to wait for the answer; default 10, wait: no limit.`,
  })),
  privs: optional(option("--privs", string({ metavar: "LEVEL|PASSWORD" }), {
    description: message`Access level (2 or 3) to find a password for, or the password itself.`,
  })),
});

const target = argument(string({ metavar: "AGENT.OP" }), {
  description: message`Agent and operation, such as faker1.acq.`,
});

const agents = command(
  "agents",
  merge(
    object({
      command: constant("agents"),
      listen: withDefault(
        option("--listen", float({ metavar: "SECONDS", min: 0.1 }), {
          description: message`How long to listen for heartbeats; agents send one every second.`,
        }),
        1.5,
      ),
    }),
    json,
    client,
    site,
  ),
  { brief: message`List agents: host, pid, state, running operations, age of heartbeat.` },
);

const show = command(
  "show",
  merge(
    object({
      command: constant("show"),
      agent: argument(string({ metavar: "AGENT" }), { description: message`Instance id, such as faker1.` }),
    }),
    json,
    client,
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
    }),
    json,
    client,
    site,
  ),
  { brief: message`Start an operation.` },
);

/** The verbs that take an operation and nothing else. */
function operationVerb<const Name extends "stop" | "abort" | "wait" | "status">(
  name: Name,
  brief: ReturnType<typeof message>,
) {
  return command(name, merge(object({ command: constant(name), target }), json, client, site), { brief });
}

const listen = command(
  "listen",
  merge(
    object({
      command: constant("listen"),
      pattern: argument(string({ metavar: "PATTERN" }), {
        description:
          message`Topic or wildcard such as observatory..feeds.heartbeat; AGENT or AGENT.FEED for short.`,
      }),
      count: optional(option("-n", "--count", integer({ metavar: "N", min: 1 }), {
        description: message`End after so many events.`,
      })),
    }),
    json,
    client,
    site,
  ),
  { brief: message`Print what is published.` },
);

const port = option("--port", integer({ metavar: "N", min: 0, max: 65_535 }), {
  description: message`Port to listen on; 0: any free one. Default: that of the site file, or 8001.`,
});
const bind = option("--bind", string({ metavar: "ADDRESS" }), {
  description:
    message`Address to listen on. Default: 127.0.0.1, or all when the site file names another host.`,
});
const verbose = object({
  verbose: withDefault(flag("-v", "--verbose", { description: message`Tell more.` }), false),
});

const router = command(
  "router",
  merge(
    object({ command: constant("router"), port: optional(port), bind: optional(bind) }),
    verbose,
    json,
    site,
  ),
  { brief: message`Run the router of the site until Ctrl-C.` },
);

const up = command(
  "up",
  merge(
    object({
      command: constant("up"),
      together: withDefault(
        flag("--together", { description: message`All agents in this process instead of one process each.` }),
        false,
      ),
      noRouter: withDefault(
        flag("--no-router", { description: message`A router runs elsewhere already.` }),
        false,
      ),
      instanceIds: multiple(option("--instance-id", string({ metavar: "ID" }), {
        description: message`Only this agent; may be given several times.`,
      })),
      port: optional(port),
      bind: optional(bind),
    }),
    verbose,
    json,
    site,
  ),
  { brief: message`Run the router and every agent of this host until Ctrl-C.` },
);

const demo = command(
  "demo",
  merge(
    object({
      command: constant("demo"),
      once: withDefault(flag("--once", { description: message`End after the tour.` }), false),
      port: optional(option("--port", integer({ metavar: "N", min: 0, max: 65_535 }), {
        description: message`First port to try; default 8001.`,
      })),
    }),
    json,
  ),
  { brief: message`Bring up a whole demo observatory and show what it can do.` },
);

const config = command(
  "config",
  or(
    command(
      "check",
      merge(
        object({
          command: constant("config check"),
          file: optional(
            argument(string({ metavar: "FILE" }), { description: message`Default: the site file.` }),
          ),
          strict: withDefault(
            flag("--strict", { description: message`Warnings make the check fail, too.` }),
            false,
          ),
        }),
        json,
        site,
      ),
      { brief: message`Find everything that is wrong with a site file.` },
    ),
    command(
      "show",
      merge(object({ command: constant("config show") }), json, site),
      { brief: message`Show the settings in effect on this host, and who said so.` },
    ),
  ),
  { brief: message`Check or show the site file.` },
);

const init = command(
  "init",
  merge(
    object({
      command: constant("init"),
      folder: withDefault(
        argument(string({ metavar: "FOLDER" }), { description: message`Where to; default here.` }),
        ".",
      ),
    }),
    json,
  ),
  { brief: message`Write a commented site file and an example agent.` },
);

// Parsed before this table is loaded, see main.ts; here for help and completions.
const agent = command(
  "agent",
  object({
    command: constant("agent"),
    agentClass: argument(choice(["BarebonesAgent", "FakeDataAgent", "RegistryAgent"], { metavar: "CLASS" }), {
      description: message`Class as in site files.`,
    }),
  }),
  { brief: message`Run one agent; ocs agent CLASS --help lists its options.` },
);

const version = command(
  "version",
  merge(object({ command: constant("version") }), json),
  { brief: message`Print the versions of this program and of Deno.` },
);

/** Every verb. */
export const COMMAND_LINE = or(
  or(demo, up, router, agent, init, config, version),
  or(
    agents,
    show,
    start,
    operationVerb("stop", message`Ask a process to end.`),
    operationVerb("abort", message`Ask a task to end early.`),
    operationVerb("wait", message`Wait until an operation has ended.`),
    operationVerb("status", message`Show the current or last session of an operation.`),
    listen,
  ),
);

/** A command line that was understood. */
export type Command = InferValue<typeof COMMAND_LINE>;

/** The site options that every command but `demo`, `init` and `version` takes. */
export type SiteFlags = InferValue<typeof siteObject>;
