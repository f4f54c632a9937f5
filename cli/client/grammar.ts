/** `ocs client`: the words of Python's `ocs-client-cli`, as data for the parser. @module */
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

/** `ocs client` and what follows it. */
export const CLIENT = command(
  "client",
  or(shell, scan, listen),
  { brief: message`ocs-client-cli of Python OCS by its own words: shell, scan, listen.` },
);
