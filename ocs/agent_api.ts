/** What an agent says of itself when asked `get_api`. @module */
import { isRecord, kindOf, RecordReader } from "./_wire.ts";
import { type EncodedFeed, parseFeed } from "./encoded_feed.ts";
import { type EncodedSession, type NoHistory, parseSession } from "./encoded_session.ts";

/** Tasks end on their own and can be aborted; processes run until stopped. */
export type OperationKind = "task" | "process";

/** What an agent says of an operation, in the wire's own words and order. */
export interface OperationInfo {
  /** In Python: runs in a thread of its own. */
  readonly blocking: boolean;
  /** Tasks only: an `abort` has an effect. */
  readonly abortable?: boolean;
  /** Help for the operator, with its line breaks and indentation. */
  readonly docstring: string | null;
  /** Task or process. */
  readonly op_type: OperationKind;
  /** Credential level needed to start and stop it, 1 to 4. */
  readonly min_privs: number;
}

/** Where an agent stands with access control. */
export interface AccessControl {
  /** Version of the protocol; 1. */
  readonly version: number;
  /** `none`, `override` or `director`. */
  readonly policy: string;
  /** Unix seconds of the last accepted update, or of the agent's start. */
  readonly update_timestamp: number;
  /** Updates accepted so far. */
  readonly update_count: number;
  /** Step of the last accepted update. */
  readonly step: number;
}

/** Name, current or last session, and description of an operation. */
export type ApiOperation = readonly [name: string, session: EncodedSession | NoHistory, info: OperationInfo];

/** Answer to `get_api`, in the wire's own words and order. */
export interface AgentApi {
  /** Such as `FakeDataAgent`; null for an agent without a class. */
  readonly agent_class: string | null;
  /** Machine that the agent runs on. */
  readonly instance_hostname: string | null;
  /** Process id there. */
  readonly instance_pid: number | null;
  /** In order of registration. */
  readonly feeds: readonly (readonly [name: string, feed: EncodedFeed])[];
  /** By name. */
  readonly processes: readonly ApiOperation[];
  /** By name. */
  readonly tasks: readonly ApiOperation[];
  /** Absent in agents that know no access control: those must not be sent a password. */
  readonly access_control?: AccessControl;
}

/**
 * Reads an answer to `get_api`.
 *
 * What older agents leave out is null, or the plainest value: `min_privs` 1, `blocking` true.
 *
 * @throws {TypeError} If it is none; says which key, what is there and what was expected. Null, too, which is what a
 * program answers that is no agent.
 */
export function parseAgentApi(value: unknown): AgentApi {
  const api = new RecordReader("answer to get_api", value);
  const access = api.raw("access_control") ?? undefined;
  return {
    agent_class: api.textOrNull("agent_class"),
    instance_hostname: api.textOrNull("instance_hostname"),
    instance_pid: (api.raw("instance_pid") ?? null) === null ? null : api.number("instance_pid"),
    feeds: api.array("feeds").map((entry) => parseFeedEntry(entry)),
    processes: api.array("processes").map((entry) => parseOperation("process", entry)),
    tasks: api.array("tasks").map((entry) => parseOperation("task", entry)),
    ...(access === undefined ? {} : { access_control: parseAccessControl(access) }),
  };
}

function parseFeedEntry(entry: unknown): readonly [string, EncodedFeed] {
  if (!Array.isArray(entry) || typeof entry[0] !== "string") {
    throw new TypeError(`Cannot read answer to get_api: a feed is ${kindOf(entry)}, expected name and feed`);
  }
  return [entry[0], parseFeed(entry[1])];
}

function parseOperation(kind: OperationKind, entry: unknown): ApiOperation {
  if (!Array.isArray(entry) || typeof entry[0] !== "string") {
    throw new TypeError(
      `Cannot read answer to get_api: a ${kind} is ${kindOf(entry)}, expected name, session and description`,
    );
  }
  const [name, session, description] = entry;
  // Very old agents send no description at all.
  const info = new RecordReader(`${kind} "${name}"`, isRecord(description) ? description : {});
  return [name, parseSession(session) ?? { op_name: name, status: "no_history" }, {
    blocking: info.flag("blocking", true),
    ...(kind === "task" ? { abortable: info.flag("abortable", false) } : {}),
    docstring: info.textOrNull("docstring"),
    op_type: kind,
    min_privs: info.number("min_privs", 1),
  }];
}

function parseAccessControl(value: unknown): AccessControl {
  const access = new RecordReader("access control", value);
  return {
    version: access.number("version"),
    policy: access.text("policy", "none"),
    update_timestamp: access.number("update_timestamp", 0),
    update_count: access.number("update_count", 0),
    step: access.number("step", 0),
  };
}
