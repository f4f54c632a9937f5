/** Conditions a caller of a verb may want to catch. @module */

/** The agent is there, but has no such operation. */
export class OperationNotFoundError extends Error {
  /** Name of the class. */
  override readonly name = "OperationNotFoundError";
}

/** The agent has the operation, but it is not of the kind that the verb is for. */
export class OperationKindError extends Error {
  /** Name of the class. */
  override readonly name = "OperationKindError";
}

/** The agent is there, but has no such feed. */
export class FeedNotFoundError extends Error {
  /** Name of the class. */
  override readonly name = "FeedNotFoundError";
}

/** The feed publishes, but no such field. */
export class FieldNotFoundError extends Error {
  /** Name of the class. */
  override readonly name = "FieldNotFoundError";
}

/** No host has an agent of such a name. */
export class HostedAgentNotFoundError extends Error {
  /** Name of the class. */
  override readonly name = "HostedAgentNotFoundError";
}

/** What an agent's program has written is not to be had from here. */
export class NoLogError extends Error {
  /** Name of the class. */
  override readonly name = "NoLogError";
}

/** More than one operation or agents' programs would be touched, nobody said yes to that, and nobody is there to be asked. */
export class NotConfirmedError extends Error {
  /** Name of the class. */
  override readonly name = "NotConfirmedError";
}

/** There is no session to look at: the operation never ran. */
export class NoSessionError extends Error {
  /** Name of the class. */
  override readonly name = "NoSessionError";
}
