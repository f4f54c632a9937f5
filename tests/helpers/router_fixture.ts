/** What tests know of a router under test, whoever made it. @module */

/** A router on a loopback port, with the realm `test_realm` and the address root `observatory`. */
export interface RouterFixture extends AsyncDisposable {
  /** `crossbar` or `ours`, for messages. */
  readonly name: string;
  readonly port: number;
  /** `ws://127.0.0.1:PORT/ws` */
  readonly url: string;
  /** `http://127.0.0.1:PORT/call` */
  readonly httpUrl: string;
  readonly realm: string;
  readonly addressRoot: string;
  /** Its latest log lines, for messages. */
  tail(): string;
}

/** A router that can be stopped and started on the same port, as `systemctl restart` or a crash does it. */
export interface RestartableRouter extends RouterFixture {
  /** Ends it: with SIGTERM and in order, or with SIGKILL. */
  down(how: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again on the same port; resolves when it answers. */
  up(): Promise<void>;
}

/** The realm of all fixtures. */
export const REALM = "test_realm";
/** The address root of all fixtures. */
export const ADDRESS_ROOT = "observatory";

/** True when a router answers `GET /info` on the port. */
export async function answersInfo(port: number): Promise<boolean> {
  try {
    const reply = await fetch(`http://127.0.0.1:${port}/info`, { signal: AbortSignal.timeout(1_000) });
    await reply.body?.cancel();
    return reply.ok;
  } catch {
    return false; // not up yet
  }
}

/** Where a router is going to be: for the site file that it is started from. */
export function routerAt(port: number): RouterFixture {
  return {
    name: "later",
    port,
    url: `ws://127.0.0.1:${port}/ws`,
    httpUrl: `http://127.0.0.1:${port}/call`,
    realm: REALM,
    addressRoot: ADDRESS_ROOT,
    tail: () => "",
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
