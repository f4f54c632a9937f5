/** Waits for connections that have a bound. @module */
import { type Clock, SYSTEM_CLOCK } from "../../internal/clock.ts";
import { G3Error } from "../errors.ts";

/** Waits until it is done, the time is over or the signal says so; then `close` has to make it end. */
export async function bounded<T>(
  work: Promise<T>,
  { close, timeoutMs, signal, clock = SYSTEM_CLOCK, what }: {
    readonly close: () => void;
    readonly timeoutMs: number | undefined;
    readonly signal: AbortSignal | undefined;
    readonly clock?: Clock | undefined;
    readonly what: string;
  },
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal?.reason);
  const cancel = clock.setTimer(
    timeoutMs ?? Infinity,
    () => reject(new G3Error(`${what}: no answer in ${timeoutMs} ms`)),
  );
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    return await Promise.race([work, promise]);
  } catch (error) {
    close();
    work.catch(() => {});
    throw error;
  } finally {
    cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Where to connect to, and how long to try. */
export interface ConnectOptions {
  readonly hostname: string;
  readonly port: number;
  /** In milliseconds; default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/**
 * Connects to the other side of a stream.
 *
 * @throws {G3Error} If there is no connection in time.
 * @throws {Error} What the system says when it cannot connect; the signal's reason.
 */
export async function connect(options: ConnectOptions): Promise<Deno.TcpConn> {
  const { hostname, port, connectTimeoutMs = 10_000, signal, clock } = options;
  let late = false;
  const connecting = Deno.connect({ hostname, port }).then((conn) => {
    // The system goes on trying after we gave up; what comes of it is closed.
    if (late) conn.close();
    return conn;
  });
  return await bounded(connecting, {
    close: () => {
      late = true;
    },
    timeoutMs: connectTimeoutMs,
    signal,
    clock,
    what: `Cannot connect to ${hostname}:${port}`,
  });
}
