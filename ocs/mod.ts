/**
 * The vocabulary of OCS: codes, addresses, the shapes of what is on the wire, and how Python writes it.
 *
 * Nothing here does any input or output.
 *
 * @example Read a heartbeat
 * ```ts
 * import assert from "node:assert/strict";
 * import { OpCode, parseFeedEvent } from "./mod.ts";
 *
 * const { message, feed } = parseFeedEvent([[{ acq: 3 }, {
 *   agent_address: "observatory.faker1",
 *   agg_params: {},
 *   feed_name: "heartbeat",
 *   address: "observatory.faker1.feeds.heartbeat",
 *   record: false,
 *   session_id: "1790000000.1234567",
 *   agent_class: "FakeDataAgent",
 * }]]);
 * assert.equal(feed.agent_class, "FakeDataAgent");
 * assert.deepEqual(message, { acq: OpCode.RUNNING });
 * ```
 *
 * @module
 */
export { Float } from "../internal/float.ts";
export { ACCESS_CONTROL_VERSION, CredLevel, credLevelText, toCredLevel } from "./access_level.ts";
export {
  matchesAccessPattern,
  matchesGlob,
  type PatternResult,
  testAccessPattern,
} from "./access_pattern.ts";
export {
  type AccessPolicy,
  type AccessRule,
  type Caller,
  type CallerLevel,
  callerLevel,
  type HashedPassword,
  hashPassword,
  parseAccessPolicy,
  parseAccessRules,
  passwordMatches,
  refusalText,
  shownAccessPolicy,
} from "./access_rules.ts";
export {
  type AccessScope,
  type AgentIdentity,
  parseScope,
  scopeApplies,
  scopeSpecificity,
} from "./access_scope.ts";
export {
  agentAddress,
  type FeedAddress,
  feedTopic,
  heartbeatPattern,
  opsProcedure,
  parseFeedAddress,
} from "./addresses.ts";
export {
  type AccessControl,
  type AgentApi,
  type ApiOperation,
  type OperationInfo,
  type OperationKind,
  parseAgentApi,
} from "./agent_api.ts";
export { type EncodedBlock, isSample, parseBlock, parseBlocks, type Sample } from "./block.ts";
export {
  type AggParams,
  type EncodedFeed,
  type FeedEvent,
  parseFeed,
  parseFeedEvent,
} from "./encoded_feed.ts";
export { type EncodedSession, type NoHistory, parseSession, type SessionMessage } from "./encoded_session.ts";
export { checkFieldName, enforceFieldName, isFieldName } from "./field_names.ts";
export { humanizedTime } from "./humanized_time.ts";
export { OCSReply, type OCSReplyOptions, parseReply, type ReplySession } from "./ocs_reply.ts";
export { OpCode, opCodeName, opCodeOf, SESSION_STATUSES, type SessionStatus } from "./op_code.ts";
export { choosePassword, needsPasswordsFile, type PasswordEntry, type Privs } from "./passwords_file.ts";
export { pyFixed, pyFloatRepr } from "./python_float.ts";
export { isTruthy, pyClass, pyRepr, pyStr, pyTypeName } from "./python_text.ts";
export { ResponseCode, responseCodeName } from "./response_code.ts";
