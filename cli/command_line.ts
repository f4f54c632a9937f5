/** The command line of `ocs`, as data for the parser: every command, its arguments and options. @module */
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
import { AGENT_TABLE } from "../agents/table.ts";
import { JSON_OPTION, REQUEST_OPTIONS, SITE_OPTIONS } from "../verbs/common_options.ts";
import { verbGrammar } from "../verbs/grammar.ts";
import { CLIENT } from "./client/grammar.ts";
import { CROSSBAR_CONFIG, GRAFANA, SYSTEMD } from "./deploy/grammar.ts";

const port = option("--port", integer({ metavar: "N", min: 0, max: 65_535 }), {
  description: message`Port to listen on; 0: any free one. Default: that of the site file, or 8001.`,
});
const bind = option("--bind", string({ metavar: "ADDRESS" }), {
  description:
    message`Address to listen on. Default: 127.0.0.1, or all when the site file names another host.`,
});
const metrics = withDefault(
  flag("--metrics", { description: message`Serve what router and agents do to Prometheus, at /metrics.` }),
  false,
);
const web = object({
  web: optional(option("--web", string({ metavar: "DIR" }), {
    description:
      message`Folder of a web page, such as a build of ocs-web, served with a config.json of this site.`,
  })),
  webUrl: optional(option("--web-url", string({ metavar: "URL" }), {
    description: message`Where browsers see the page. Default: what each of them says.`,
  })),
});
const tlsCert = option("--tls-cert", string({ metavar: "FILE" }), {
  description:
    message`PEM file of a certificate and its chain: speak TLS, and nothing else. Needs --tls-key.`,
});
const tlsKey = option("--tls-key", string({ metavar: "FILE" }), {
  description: message`PEM file of the certificate's key, without a password.`,
});
const verbose = object({
  verbose: withDefault(flag("-v", "--verbose", { description: message`Tell more.` }), false),
});

const router = command(
  "router",
  merge(
    object({
      command: constant("router"),
      port: optional(port),
      bind: optional(bind),
      metrics,
      tlsCert: optional(tlsCert),
      tlsKey: optional(tlsKey),
      crossbarConfig: optional(option("--crossbar-config", string({ metavar: "FILE" }), {
        description:
          message`Realms, rights, logins, paths and port from crossbar's config.json; --port and --bind go over it.`,
      })),
    }),
    web,
    verbose,
    JSON_OPTION,
    SITE_OPTIONS,
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
      metrics,
      tlsCert: optional(tlsCert),
      tlsKey: optional(tlsKey),
    }),
    web,
    verbose,
    JSON_OPTION,
    SITE_OPTIONS,
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
      dataDir: withDefault(
        option("--data-dir", string({ metavar: "DIR" }), {
          description: message`Where it records to; default ./ocs-data.`,
        }),
        "ocs-data",
      ),
    }),
    JSON_OPTION,
  ),
  { brief: message`Bring up a whole demo observatory and show what it can do.` },
);

const repl = command(
  "repl",
  merge(
    object({
      command: constant("repl"),
      plain: withDefault(
        flag("--plain", { description: message`Redraw nothing: for screen readers and slow lines.` }),
        false,
      ),
    }),
    REQUEST_OPTIONS,
    SITE_OPTIONS,
  ),
  { brief: message`Open the operators' prompt: these verbs, and TypeScript.` },
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
        JSON_OPTION,
        SITE_OPTIONS,
      ),
      { brief: message`Find everything that is wrong with a site file.` },
    ),
    command(
      "show",
      merge(object({ command: constant("config show") }), JSON_OPTION, SITE_OPTIONS),
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
    JSON_OPTION,
  ),
  { brief: message`Write a commented site file and an example agent.` },
);

// Taken before this table is loaded, see main.ts; here for help and completions.
const agent = command(
  "agent",
  object({
    command: constant("agent"),
    agentClass: optional(argument(choice(Object.keys(AGENT_TABLE), { metavar: "CLASS" }), {
      description:
        message`Class as in site files; without one, that of the site file's entry for the instance id.`,
    })),
    agent: optional(option("--agent", string({ metavar: "FILE" }), {
      description: message`Run a function of this TypeScript file or URL instead.`,
    })),
    entrypoint: optional(option("--entrypoint", string({ metavar: "NAME" }), {
      description: message`The function of --agent, which is handed the arguments. Default: main.`,
    })),
    list: withDefault(
      flag("--list", {
        description: message`Run none: list the classes of this toolkit and of the site's lists of agents.`,
      }),
      false,
    ),
    instanceId: optional(option("--instance-id", string({ metavar: "ID" }), {
      description: message`Which agent of the site file this is. Default: INSTANCE_ID of the environment.`,
    })),
  }),
  {
    brief: message`Run one agent; ocs agent CLASS --help lists its options.`,
    footer:
      message`All other options go on to the agent. SITE_HUB, SITE_HTTP, SITE_HOST and CROSSBAR_TIMEOUT of the environment stand for --site-hub, --site-http, --site-host and --crossbar-timeout.`,
  },
);

// What is behind the script's name is parted from the rest before the parser sees it, see parse_command.ts.
const run = command(
  "run",
  merge(
    object({
      command: constant("run"),
      script: argument(string({ metavar: "SCRIPT" }), { description: message`A TypeScript file or a URL.` }),
      args: multiple(argument(string({ metavar: "ARG" }), {
        description: message`Everything behind SCRIPT goes to the script.`,
      })),
      deadline: optional(option("--deadline", float({ metavar: "SECONDS", min: 0 }), {
        description: message`Ask the script to end after this time, and climb the ladder. Default: none.`,
      })),
      log: optional(option("--log", string({ metavar: "FILE" }), {
        description: message`Append all that it writes to FILE, each line with the time.`,
      })),
    }),
    SITE_OPTIONS,
  ),
  { brief: message`Run a script; Ctrl-C: finish the step and clean up; again: now; again: leave.` },
);

const version = command(
  "version",
  merge(object({ command: constant("version") }), JSON_OPTION),
  { brief: message`Print the versions of this program and of Deno.` },
);

/** Every command, in the order in which an operator looks for it. */
export const COMMAND_LINE = or(
  group("Operating", or(verbGrammar({ site: true }), repl, run, CLIENT)),
  group(
    "Running and setting up a site",
    or(demo, up, router, agent, init, config, CROSSBAR_CONFIG, SYSTEMD, GRAFANA, version),
  ),
);

/** A command line that was understood. */
export type Command = InferValue<typeof COMMAND_LINE>;
