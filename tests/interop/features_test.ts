/**
 * The same feature script on crossbar and on our router: what a foreign client sees has to be equal, or stand in
 * the table of differences with its reason. `docs/compatibility.md` has the same table in words.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Crossbar } from "../helpers/crossbar.ts";
import { nexusFeatures } from "../helpers/go_peers.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { npmPeers } from "../helpers/npm_peers.ts";
import { startOpenRouter } from "../helpers/open_router.ts";
import { Program } from "../helpers/process.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import type { RouterFixture } from "../helpers/router_fixture.ts";

/** What a script saw, by feature. */
type Seen = Record<string, unknown>;

/** A difference that is meant. */
interface Difference {
  /** Names of the features it shows in. */
  readonly features: RegExp;
  /** `client serializer`; default all. */
  readonly clients?: RegExp;
  readonly reason: string;
}

const DIFFERENCES: readonly Difference[] = [
  {
    features: /^receivers: eligible nobody$/,
    clients: /^(autobahn|nexus)/,
    reason: "an empty `eligible` list: nobody, as the protocol has it; crossbar takes it for no list at all",
  },
  {
    features: /^call timeout$/,
    clients: /^(autobahn-python|nexus)/,
    reason:
      "CALL.timeout is in milliseconds and gives wamp.error.timeout; crossbar: seconds, wamp.error.canceled",
  },
  {
    features: /^(publish|call) bad uri$|^part (publications|calls|badUris) leaves alive$/,
    clients: /^(autobahn-2|nexus)/,
    reason: "a URI with spaces or # is answered with invalid_uri; crossbar closes the connection",
  },
  {
    features: /^publish kwargs only$|^part kwargsOnly leaves alive$/,
    clients: /^nexus/,
    reason: "null in place of positional values is taken as none; crossbar closes the connection",
  },
  {
    features: /^call progress$/,
    clients: /^wampy/,
    reason: "progress is asked only of callees that announce it, which wampy does not; crossbar asks any",
  },
  {
    features: /^cancel$/,
    clients: /^wampy/,
    reason: "every cancelled call is answered; crossbar never answers when the callee cannot be interrupted",
  },
];

/** Clients that crossbar cannot serve over some serializer: there ours is compared with ours over JSON. */
const NOT_ON_CROSSBAR: readonly Difference[] = [
  {
    features: /./,
    clients: /^wampy (msgpack|cbor)$/,
    reason: "wampy sends ids as floats; crossbar closes the connection, ours takes an integral float",
  },
];

/** What depends on the serializer by nature: the subprotocol, and which values it can carry. */
const OF_THE_SERIALIZER = /^(join$|values: |part fidelity )/;

type Run = (router: RouterFixture, serializer: string) => Promise<Seen>;

async function seenBy(command: string, args: readonly string[]): Promise<Seen> {
  const { stdout } = await Program.run({ name: args.join(" "), command, args, timeoutMs: 90_000 });
  const seen: unknown = JSON.parse(stdout);
  assert(typeof seen === "object" && seen !== null);
  return seen as Seen; // an object, just looked; its values are unknown
}

/** Runs a script on both routers and compares, one step for each serializer. */
async function compare(
  { client, run, serializers, context }: {
    readonly client: string;
    readonly run: Run;
    readonly serializers: readonly string[];
    readonly context: Deno.TestContext;
  },
): Promise<void> {
  await using crossbar = await Crossbar.start(await pythonPeers(), { open: true });
  await using ours = await startOpenRouter();
  let overJson: Seen = {};
  for (const serializer of serializers) {
    await context.step(serializer, async () => {
      const name = `${client} ${serializer}`;
      const applies = ({ clients }: Difference) => clients === undefined || clients.test(name);
      const own = await run(ours, serializer);
      if (serializer === "json") overJson = own;
      if (NOT_ON_CROSSBAR.some(applies)) {
        for (const [feature, value] of Object.entries(own)) {
          if (!OF_THE_SERIALIZER.test(feature)) {
            assert.deepEqual(value, overJson[feature], `${name}: ${feature}`);
          }
        }
        return;
      }
      const theirs = await run(crossbar, serializer);
      const meant = DIFFERENCES.filter(applies);
      const unmet: string[] = [];
      for (const feature of new Set([...Object.keys(theirs), ...Object.keys(own)])) {
        const [there, here] = [JSON.stringify(theirs[feature]), JSON.stringify(own[feature])];
        if (there !== here && !meant.some(({ features }) => features.test(feature))) {
          unmet.push(`${feature}\n  crossbar: ${there}\n  ours:     ${here}`);
        }
      }
      assert.equal(unmet.length, 0, `${name} sees a difference:\n${unmet.join("\n")}\n${ours.tail()}`);
      for (const { features, reason } of meant) {
        const names = Object.keys({ ...theirs, ...own }).filter((feature) => features.test(feature));
        const differs = names.some((feature) =>
          JSON.stringify(theirs[feature]) !== JSON.stringify(own[feature])
        );
        assert(names.length === 0 || differs, `${name}: the listed difference is gone, drop it: ${reason}`);
      }
    });
  }
}

const withPython = await testsWith("Python peers", pythonPeers);
const withNpm = await testsWith("Python peers and npm libraries", async () => {
  await pythonPeers();
  return await npmPeers();
});
const withGo = await testsWith("Python peers and the nexus client", async () => {
  await pythonPeers();
  return await nexusFeatures();
});

withPython(
  "autobahn-python sees the same on our router as on crossbar, over each serializer",
  async (peers, context) => {
    const script = new URL("../tools/features_autobahn.py", import.meta.url).pathname;
    await compare({
      client: "autobahn-python",
      run: (router, serializer) => seenBy(peers.python, [script, router.url, router.realm, serializer]),
      serializers: ["json", "json.batched", "msgpack", "msgpack.batched", "cbor", "cbor.batched"],
      context,
    });
  },
);

for (const client of ["autobahn-20", "autobahn-26", "wampy"]) {
  withNpm(
    `${client} sees the same on our router as on crossbar, over each serializer`,
    async (folder, context) => {
      const script = new URL("../tools/features_js/main.ts", import.meta.url).pathname;
      await compare({
        client,
        run: (router, serializer) =>
          seenBy(Deno.execPath(), [
            "run",
            "-A",
            script,
            folder,
            client,
            router.url,
            router.realm,
            serializer,
          ]),
        serializers: ["json", "msgpack", "cbor"],
        context,
      });
    },
  );
}

withGo("nexus sees the same on our router as on crossbar, over each serializer", async (program, context) => {
  await compare({
    client: "nexus",
    run: (router, serializer) => seenBy(program, [router.url, router.realm, serializer]),
    serializers: ["json", "msgpack", "cbor"],
    context,
  });
});
