/** `ocs client`: the words of Python's `ocs-client-cli` and `ocsbow`, as data for the parser. @module */
import {
  argument,
  command,
  constant,
  flag,
  merge,
  message,
  multiple,
  object,
  option,
  optional,
  or,
  string,
  withDefault,
} from "../../deps/optique.ts";
import { JSON_OPTION, REQUEST_OPTIONS, SITE_OPTIONS } from "../../verbs/common_options.ts";

const shell = command(
  "shell",
  merge(
    object({
      command: constant("client shell"),
      instanceIds: multiple(
        argument(string({ metavar: "INSTANCE_ID" }), {
          description: message`Agent to talk to: client, or clients[0], clients[1] where there are several.`,
        }),
        { min: 1, errors: { tooFew: message`No instance_id provided.` } },
      ),
      simple: withDefault(
        flag("--simple", { description: message`As --plain of ocs repl: redraw nothing.` }),
        false,
      ),
    }),
    REQUEST_OPTIONS,
    SITE_OPTIONS,
  ),
  { brief: message`Open the prompt of ocs repl with agents as client and clients.` },
);

const scan = command(
  "scan",
  merge(
    object({
      command: constant("client scan"),
      details: withDefault(
        flag("--details", { description: message`List all operations with their OpCodes.` }),
        false,
      ),
      useRegistry: optional(option("--use-registry", string({ metavar: "ID" }), {
        description:
          message`Ask the registry of this id instead of listening; without an id the one called registry.`,
      })),
    }),
    JSON_OPTION,
    REQUEST_OPTIONS,
    SITE_OPTIONS,
  ),
  { brief: message`List agents, as ocs agents does, in the form of ocs-client-cli.` },
);

const listen = command(
  "listen",
  merge(
    object({
      command: constant("client listen"),
      selector: argument(string({ metavar: "FEED_SELECTOR" }), {
        description: message`Topic or wildcard such as observatory..feeds.heartbeat.`,
      }),
    }),
    JSON_OPTION,
    REQUEST_OPTIONS,
    SITE_OPTIONS,
  ),
  { brief: message`Print what is published, as ocs listen does, in the form of ocs-client-cli.` },
);

const status = command(
  "status",
  merge(
    object({
      command: constant("client status"),
      hosts: multiple(option("-H", "--host", string({ metavar: "NAME" }), {
        description: message`Only this host; may be given several times.`,
      })),
      reload: withDefault(
        flag("-r", "--reload-config", { description: message`Have the managers read the site file first.` }),
        false,
      ),
    }),
    JSON_OPTION,
    REQUEST_OPTIONS,
    SITE_OPTIONS,
  ),
  { brief: message`List hosts, their managers and agents: ocs hosts.` },
);

const targets = object({
  instances: multiple(argument(string({ metavar: "INSTANCE" }), {
    description: message`Instance id of an agent, or of a host manager for all that it runs.`,
  })),
  all: withDefault(flag("-a", "--all", { description: message`All agents of all host managers.` }), false),
  dryRun: withDefault(
    flag("--dry-run", { description: message`Show what would be done, and do nothing.` }),
    false,
  ),
});

const up = command(
  "up",
  merge(object({ command: constant("client up") }), targets, JSON_OPTION, REQUEST_OPTIONS, SITE_OPTIONS),
  { brief: message`Have host managers start agents, and wait until they are up: ocs hosts up --yes.` },
);

const down = command(
  "down",
  merge(object({ command: constant("client down") }), targets, JSON_OPTION, REQUEST_OPTIONS, SITE_OPTIONS),
  { brief: message`Have host managers stop agents, and wait until they are down: ocs hosts down --yes.` },
);

/** `ocs client` and what follows it. */
export const CLIENT = command(
  "client",
  or(shell, scan, listen, status, up, down),
  { brief: message`ocs-client-cli and ocsbow of Python OCS by their own words.` },
);
