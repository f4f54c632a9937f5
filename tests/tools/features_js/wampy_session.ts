/** Sessions of wampy. @module */
import { WebSocket } from "../../../deps/ws.ts";
import { AnswerError, type Join, RequestFailed, type Values, type WireOptions } from "./session.ts";

/** The part of wampy that is used here. */
export interface WampyLibrary {
  readonly Wampy: new (options: Record<string, unknown>) => Wampy;
  /** By name: `json`, `msgpack`, `cbor`. */
  readonly serializers: Readonly<Record<string, new () => unknown>>;
}

interface Data {
  readonly details: Readonly<Record<string, unknown>>;
  readonly argsList?: unknown[];
  readonly argsDict?: Record<string, unknown>;
}

interface Wampy {
  connect(url: string): Promise<Record<string, unknown>>;
  disconnect(): Promise<unknown>;
  getSessionId(): number | null;
  getOpStatus(): { readonly reqId: number };
  subscribe(
    topic: string,
    handler: (data: Data) => void,
    options: WireOptions,
  ): Promise<{ subscriptionId: number; subscriptionKey: string }>;
  unsubscribe(key: string): Promise<unknown>;
  publish(topic: string, payload: unknown, options: WireOptions): Promise<{ publicationId: number }>;
  register(
    procedure: string,
    handler: (data: Data & { result_handler(result: unknown): void }) => unknown,
    options: WireOptions,
  ): Promise<{ registrationId: number }>;
  unregister(procedure: string): Promise<unknown>;
  call(procedure: string, payload: unknown, options: WireOptions): Promise<Data>;
  cancel(reqId: number, options: WireOptions): boolean;
}

function asValues(data: { argsList?: unknown[]; argsDict?: Record<string, unknown> }): Values {
  return { args: data.argsList ?? [], kwargs: data.argsDict ?? {} };
}

function payload({ args, kwargs }: Values): { argsList: unknown[]; argsDict?: Record<string, unknown> } {
  const argsList = [...args];
  return Object.keys(kwargs).length === 0 ? { argsList } : { argsList, argsDict: { ...kwargs } };
}

/** wampy's errors carry the URI and the values of an ERROR; its own carry none. */
function failed(error: unknown): RequestFailed {
  const of = (key: string): unknown =>
    typeof error === "object" && error !== null ? Reflect.get(error, key) : undefined;
  const uri = of("errorUri");
  const args: unknown[] = Array.isArray(of("argsList")) ? of("argsList") as unknown[] : []; // an array, just looked
  const kwargs = of("argsDict");
  return new RequestFailed(typeof uri === "string" ? uri : "", {
    args,
    // A plain object as decoded, if it is there at all.
    kwargs: typeof kwargs === "object" && kwargs !== null ? kwargs as Record<string, unknown> : {},
  }, String(error));
}

async function asked<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw failed(error);
  }
}

/** Joins with wampy. */
export function joinWithWampy({ Wampy, serializers }: WampyLibrary): Join {
  return async (url, realm, serializer) => {
    const Serializer = serializers[serializer];
    if (Serializer === undefined) throw new Error(`Cannot use serializer "${serializer}": wampy has none`);
    let alive = false;
    const sockets: WebSocket[] = [];
    /** The class that wampy wants: its own arguments, and a look at what it got. */
    class Socket extends WebSocket {
      constructor(address: string, protocols?: string[]) {
        super(address, protocols ?? []);
        sockets.push(this);
      }
    }
    const wampy = new Wampy({
      realm,
      // wampy calls it with an address and protocols, as browsers do; ws has the same interface.
      ws: Socket,
      autoReconnect: false,
      serializer: new Serializer(),
      uriValidation: "loose",
      onClose: () => {
        alive = false;
      },
    });
    const welcome = await wampy.connect(url);
    alive = true;
    return {
      id: wampy.getSessionId() ?? 0,
      authid: String(welcome["authid"]),
      authrole: String(welcome["authrole"]),
      subprotocol: sockets[0]?.protocol ?? "",
      get alive() {
        return alive;
      },
      subscribe: async (topic, handler, options = {}) => {
        const { subscriptionId, subscriptionKey } = await asked(() =>
          wampy.subscribe(topic, (data) => {
            const { topic: published, retained } = data.details;
            handler({ ...asValues(data), topic: published, retained: retained === true });
          }, options)
        );
        return { id: subscriptionId, unsubscribe: async () => void await wampy.unsubscribe(subscriptionKey) };
      },
      publish: async (topic, values, options = {}) => {
        // wampy always asks for an acknowledgement.
        const { acknowledge: _, ...rest } = options;
        return (await asked(() => wampy.publish(topic, payload(values), rest))).publicationId;
      },
      register: async (procedure, handler, options = {}) => {
        const { registrationId } = await asked(() =>
          wampy.register(procedure, async (data) => {
            const { receive_progress: wanted, procedure: called } = data.details;
            const progress = (value: unknown) =>
              data.result_handler({ argsList: [value], options: { progress: true } });
            try {
              const result = await handler({
                ...asValues(data),
                procedure: called,
                progress: wanted === true ? progress : undefined,
              });
              return payload(result);
            } catch (error) {
              if (!(error instanceof AnswerError)) throw error;
              throw { error: error.uri, ...payload(error.values) };
            }
          }, options)
        );
        return { id: registrationId, unregister: async () => void await wampy.unregister(procedure) };
      },
      call: (procedure, values, { onProgress, ...options } = {}) => {
        const progress = onProgress === undefined ? {} : {
          progress_callback: (data: { argsList?: unknown[]; argsDict?: Record<string, unknown> }) =>
            onProgress(asValues(data)),
        };
        const result = asked(() => wampy.call(procedure, payload(values), { ...options, ...progress })).then(
          asValues,
        );
        const { reqId } = wampy.getOpStatus();
        return { result, cancel: () => void wampy.cancel(reqId, { mode: "killnowait" }) };
      },
      leave: async () => {
        if (alive) await wampy.disconnect();
      },
    };
  };
}
