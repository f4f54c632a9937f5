/** A joined client and the scripted router at the other end. @module */
import { type ConnectOptions, WampConnection } from "../../../client/mod.ts";
import { RecordLogger } from "./record_logger.ts";
import { type ScriptedPeer, ScriptedRouter } from "./scripted_router.ts";

/** Everything a test looks at. Dispose of it. */
export interface JoinedPair extends AsyncDisposable {
  readonly client: WampConnection;
  readonly router: ScriptedRouter;
  readonly peer: ScriptedPeer;
  readonly hello: unknown[];
  readonly logger: RecordLogger;
}

/** Connects a client to a scripted router and lets it join. */
export async function joinedPair(
  options: Partial<ConnectOptions> & { readonly subprotocol?: string; readonly welcome?: object } = {},
): Promise<JoinedPair> {
  const { subprotocol, welcome, ...connect } = options;
  const router = new ScriptedRouter(subprotocol);
  const logger = new RecordLogger();
  const client = new WampConnection({
    url: "ws://router.test/ws",
    realm: "test_realm",
    openTransport: router.openTransport,
    logger,
    ...connect,
  });
  const peer = await router.accept();
  const hello = await peer.welcome(4711, welcome);
  await client.joined();
  return {
    client,
    router,
    peer,
    hello,
    logger,
    async [Symbol.asyncDispose]() {
      peer.cut();
      await client.close();
    },
  };
}
