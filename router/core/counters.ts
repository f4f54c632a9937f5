/** What the core counts for status pages and leak tests. @module */

/** Totals since the start of the router. */
export interface CoreCounters {
  /** Sessions that joined. */
  joined: number;
  /** Sessions that ended. */
  left: number;
  /** Connections closed for breaking the protocol. */
  violations: number;
  /** Authentications that failed. */
  authenticationFailures: number;
  /** PUBLISH messages accepted. */
  publications: number;
  /** EVENT messages handed to links. */
  events: number;
  /** CALL messages received. */
  calls: number;
  /** Final replies handed to callers by the dealer. */
  replies: number;
  /** Of these, the ERROR messages. */
  callErrors: number;
  /** YIELD and ERROR messages of calls that were gone. */
  lateAnswers: number;
  /** Unacknowledged publications dropped: bad URI or no permission. */
  droppedPublications: number;
  /** Retained events dropped to stay below the limit. */
  droppedRetained: number;
  /** Registrations freed because their holder did not answer a probe. */
  staleHolders: number;
  /** CALLs refused because the callee does not read. */
  unavailableCallees: number;
}

/** Counters at zero. */
export function makeCounters(): CoreCounters {
  return {
    joined: 0,
    left: 0,
    violations: 0,
    authenticationFailures: 0,
    publications: 0,
    events: 0,
    calls: 0,
    replies: 0,
    callErrors: 0,
    lateAnswers: 0,
    droppedPublications: 0,
    droppedRetained: 0,
    staleHolders: 0,
    unavailableCallees: 0,
  };
}

/** What exists at this moment; all zero once everybody has left. */
export interface CoreGauges {
  /** Open links. */
  readonly connections: number;
  /** Joined sessions, internal ones not counted. */
  readonly sessions: number;
  /** Subscriptions, those kept for a retained event included. */
  readonly subscriptions: number;
  /** Registrations. */
  readonly registrations: number;
  /** Open calls. */
  readonly calls: number;
  /** Topics with a retained event. */
  readonly retained: number;
}
