/** A router with a log that tests can read. @module */
import { Router, type RouterOptions } from "../../../router/mod.ts";

/** A router and what it has said. */
export interface LoggedRouter extends AsyncDisposable {
  /** The router. */
  readonly router: Router;
  /** Its port. */
  readonly port: number;
  /** Lines of its log. */
  readonly log: string[];
}

/** Starts a router on a free port. */
export async function startRouter(options: RouterOptions = {}): Promise<LoggedRouter> {
  const log: string[] = [];
  const say = (level: string) => (text: string) => void log.push(`${level} ${text}`);
  const router = await Router.start({
    logger: { info: say("info"), warn: say("warn"), error: say("error") },
    ...options,
  });
  return { router, port: router.port, log, [Symbol.asyncDispose]: () => router.stop() };
}

/** All subprotocols, in the order and spelling of autobahn-python. */
export const ALL_SUBPROTOCOLS = [
  "wamp.2.cbor.batched",
  "wamp.2.cbor",
  "wamp.2.msgpack.batched",
  "wamp.2.msgpack",
  "wamp.2.json.batched",
  "wamp.2.json",
] as const;
