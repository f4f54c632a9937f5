/** Waits for connections that have a bound. @module */
import { G3Error } from "../errors.ts";

/** Waits until it is done, the time is over or the signal says so; then `close` has to make it end. */
export async function bounded<T>(
  work: Promise<T>,
  { close, timeoutMs, signal, what }: {
    readonly close: () => void;
    readonly timeoutMs: number | undefined;
    readonly signal: AbortSignal | undefined;
    readonly what: string;
  },
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal?.reason);
  const timer = timeoutMs === undefined
    ? undefined
    : setTimeout(() => reject(new G3Error(`${what}: no answer in ${timeoutMs} ms`)), timeoutMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    return await Promise.race([work, promise]);
  } catch (error) {
    close();
    work.catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Where to connect to, and how long to try. */
export interface ConnectOptions {
  readonly hostname: string;
  readonly port: number;
  /** In milliseconds; default 10,000. */
  readonly connectTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Connects to the other side of a stream.
 *
 * @throws {G3Error} If there is no connection in time.
 * @throws {Error} What the system says when it cannot connect; the signal's reason.
 */
export async function connect(options: ConnectOptions): Promise<Deno.TcpConn> {
  const { hostname, port, connectTimeoutMs = 10_000, signal } = options;
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
    what: `Cannot connect to ${hostname}:${port}`,
  });
}
