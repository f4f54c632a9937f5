/** Sessions of autobahn-js, either version: their interface is the same. @module */
import { Buffer } from "node:buffer";
import { within } from "../../helpers/until.ts";
import {
  AnswerError,
  type FeatureSession,
  type Join,
  RequestFailed,
  type SeenCall,
  type Values,
} from "./session.ts";

/** The part of autobahn-js that is used here; the published types lack serializers and cancelling. */
export interface Autobahn {
  Connection: new (options: Record<string, unknown>) => AutobahnConnection;
  Error: new (
    error: string,
    args?: readonly unknown[],
    kwargs?: Readonly<Record<string, unknown>>,
  ) => unknown;
  Result: new (args?: readonly unknown[], kwargs?: Readonly<Record<string, unknown>>) => unknown;
  serializer: Readonly<Record<string, new () => object>>;
  cbor: {
    Encoder: new (
      options: object,
    ) => { pushAny(value: unknown): boolean; read(): Uint8Array | null };
  };
}

interface AutobahnConnection {
  onopen: (session: AutobahnSession, details: Record<string, unknown>) => void;
  onclose: (reason: string, details: Record<string, unknown>) => boolean;
  open(): void;
  close(): void;
}

interface AutobahnSession {
  readonly id: number;
  readonly isOpen: boolean;
  subscribe(
    topic: string,
    handler: (args: unknown[] | undefined, kwargs: unknown, details: Details) => void,
    options: object,
  ): Promise<{ id: number; unsubscribe(): Promise<unknown> }>;
  publish(
    topic: string,
    args: unknown,
    kwargs: unknown,
    options: object,
  ): Promise<{ id: number }> | undefined;
  register(
    procedure: string,
    handler: (args: unknown[] | undefined, kwargs: unknown, details: Details) => unknown,
    options: object,
  ): Promise<{ id: number; unregister(): Promise<unknown> }>;
  call(
    procedure: string,
    args: unknown,
    kwargs: unknown,
    options: object,
  ): Promise<unknown> & {
    then(done: unknown, failed: unknown, progress: unknown): unknown;
    cancel(options?: object): void;
  };
}

interface Details {
  readonly topic?: unknown;
  readonly procedure?: unknown;
  readonly retained?: boolean;
  readonly progress?: (args: unknown[]) => void;
}

const SERIALIZERS: Readonly<Record<string, string>> = {
  json: "JSONSerializer",
  msgpack: "MsgpackSerializer",
  cbor: "CBORSerializer",
};

function record(value: unknown): Record<string, unknown> {
  // autobahn hands keyword values over as a plain object, or undefined.
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

/** Joins with autobahn-js. */
export function joinWith(autobahn: Autobahn): Join {
  const failed = (error: unknown): RequestFailed => {
    const { error: uri, args, kwargs, message } = record(error);
    const list: unknown[] = Array.isArray(args) ? args : [];
    return new RequestFailed(
      typeof uri === "string" ? uri : "",
      { args: list, kwargs: record(kwargs) },
      String(message),
    );
  };
  const asValues = (result: unknown): Values => {
    if (!(result instanceof autobahn.Result)) return { args: result === null ? [] : [result], kwargs: {} };
    const { args, kwargs } = record(result);
    return { args: Array.isArray(args) ? args : [], kwargs: record(kwargs) };
  };

  // autobahn's CBOR library reads its own encoder once, which under Node gives everything and under Deno the first
  // byte; so read it to its end.
  const encodeCbor = (value: unknown): Uint8Array => {
    const encoder = new autobahn.cbor.Encoder({ highWaterMark: 1_048_576 });
    encoder.pushAny(value);
    const chunks: Uint8Array[] = [];
    for (let chunk = encoder.read(); chunk !== null; chunk = encoder.read()) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  return async (url, realm, serializer) => {
    const Serializer = autobahn.serializer[SERIALIZERS[serializer] ?? ""];
    if (Serializer === undefined) throw new Error(`Cannot use serializer "${serializer}": autobahn has none`);
    const serialize = serializer === "cbor" ? { serialize: encodeCbor } : {};
    const joined = Promise.withResolvers<[AutobahnSession, Record<string, unknown>]>();
    const closed = Promise.withResolvers<void>();
    const connection = new autobahn.Connection({
      realm,
      max_retries: 0,
      transports: [{ type: "websocket", url, serializers: [Object.assign(new Serializer(), serialize)] }],
      on_user_error: () => {},
      on_internal_error: () => {},
    });
    connection.onopen = (session, details) => joined.resolve([session, details]);
    connection.onclose = (reason, details) => {
      closed.resolve();
      joined.reject(new Error(`Cannot join: ${reason} ${JSON.stringify(details)}`));
      return true; // no reconnecting
    };
    connection.open();
    const [session, details] = await within(joined.promise, 5_000, "WELCOME");
    const adapter: FeatureSession = {
      id: session.id,
      authid: String(details["authid"]),
      authrole: String(details["authrole"]),
      subprotocol: String(record(details["transport"])["protocol"]),
      get alive() {
        return session.isOpen;
      },
      subscribe: async (topic, handler, options = {}) => {
        const subscription = await session.subscribe(
          topic,
          (args, kwargs, { topic, retained }) =>
            handler({ args: args ?? [], kwargs: record(kwargs), topic, retained: retained === true }),
          options,
        )
          .catch((error) => Promise.reject(failed(error)));
        return { id: subscription.id, unsubscribe: async () => void await subscription.unsubscribe() };
      },
      publish: async (topic, { args, kwargs }, options = {}) => {
        try {
          return (await session.publish(topic, args, kwargs, options))?.id;
        } catch (error) {
          throw failed(error);
        }
      },
      register: async (procedure, handler, options = {}) => {
        const registration = await session.register(procedure, async (args, kwargs, details) => {
          const { progress, procedure } = details;
          const call: SeenCall = {
            args: args ?? [],
            kwargs: record(kwargs),
            procedure,
            progress: progress === undefined ? undefined : (value) => progress([value]),
          };
          try {
            const result = await handler(call);
            return new autobahn.Result(result.args, result.kwargs);
          } catch (error) {
            if (!(error instanceof AnswerError)) throw error;
            throw new autobahn.Error(error.uri, error.values.args, error.values.kwargs);
          }
        }, options).catch((error) => Promise.reject(failed(error)));
        return { id: registration.id, unregister: async () => void await registration.unregister() };
      },
      call: (procedure, { args, kwargs }, { onProgress, ...options } = {}) => {
        const wire = onProgress === undefined ? options : { ...options, receive_progress: true };
        let pending: ReturnType<AutobahnSession["call"]>;
        try {
          pending = session.call(procedure, args, kwargs, wire);
        } catch (error) {
          return { result: Promise.reject(failed(error)), cancel: () => {} };
        }
        const result = new Promise<Values>((resolve, reject) => {
          pending.then(
            (value: unknown) => resolve(asValues(value)),
            (error: unknown) => reject(failed(error)),
            (value: unknown) => onProgress?.(asValues(value)),
          );
        });
        return { result, cancel: () => pending.cancel() };
      },
      leave: async () => {
        if (session.isOpen) connection.close();
        await closed.promise;
      },
    };
    return adapter;
  };
}
