/** What a typed client knows of an agent, and how that becomes its properties. @module */
import type { FeedClient } from "./feed_client.ts";
import type { ProcessClient, TaskClient } from "./operation_client.ts";

/** Parameters and session data of an operation; both may be left out. */
export interface OperationTypes {
  /** Parameters of `start`. */
  readonly params?: object;
  /** Content of `session.data`. */
  readonly data?: object;
}

/**
 * What a typed client knows of an agent.
 *
 * @example An interface for the fake data agent
 * ```ts
 * interface FakeData {
 *   tasks: {
 *     delay_task: { params: { delay?: number; succeed?: boolean }; data: { delay_so_far: number } };
 *   };
 *   processes: { acq: { params: { test_mode?: boolean } } };
 *   feeds: { false_temperatures: Record<string, number> };
 * }
 * ```
 */
export interface AgentTypes {
  /** Tasks by their name. */
  readonly tasks?: object;
  /** Processes by their name. */
  readonly processes?: object;
  /** Fields of recorded feeds by the feed's name. */
  readonly feeds?: object;
}

/** The property under which a client has an operation: `-` and space become `_`. */
export type PropertyName<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? PropertyName<`${Head}_${Tail}`>
  : Name extends `${infer Head} ${infer Tail}` ? PropertyName<`${Head}_${Tail}`>
  : Name;

/** Parameters of an operation's type; anything where it does not say. */
export type ParamsOf<Operation> = Operation extends { readonly params: infer Params extends object } ? Params
  : Readonly<Record<string, unknown>>;

/** Session data of an operation's type; anything where it does not say. */
export type DataOf<Operation> = Operation extends { readonly data: infer Data extends object } ? Data
  : Readonly<Record<string, unknown>>;

/** One of the three parts of an agent's types; unknown where it is absent. */
export type MemberOf<Types, Key extends string> = Types extends { readonly [K in Key]: infer Value } ? Value
  : unknown;

/** An operation of which it is not known whether it is a task or a process: it has what both have. */
export type AnyOperation =
  & TaskClient<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>
  & Pick<ProcessClient<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>, "stop">;

/** Operations of an agent as properties of its client. */
export type OperationsOf<Types extends AgentTypes> = AgentTypes extends Types
  ? { readonly [operation: string]: AnyOperation }
  :
    & {
      readonly [K in keyof MemberOf<Types, "tasks"> & string as PropertyName<K>]: TaskClient<
        ParamsOf<MemberOf<Types, "tasks">[K]>,
        DataOf<MemberOf<Types, "tasks">[K]>
      >;
    }
    & {
      readonly [K in keyof MemberOf<Types, "processes"> & string as PropertyName<K>]: ProcessClient<
        ParamsOf<MemberOf<Types, "processes">[K]>,
        DataOf<MemberOf<Types, "processes">[K]>
      >;
    };

/** Feeds of an agent by name. */
export type FeedsOf<Types extends AgentTypes> = AgentTypes extends Types
  ? { readonly [feed: string]: FeedClient }
  : {
    readonly [K in keyof MemberOf<Types, "feeds"> & string]: FeedClient<
      MemberOf<Types, "feeds">[K] extends infer Fields extends object ? Fields : never
    >;
  };
