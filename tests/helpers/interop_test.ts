// deno-lint-ignore-file no-console -- whoever runs the tests must see why some were skipped
/** Tests that need a foreign peer: skipped with a reason when it cannot be had, failed for it under CI. @module */

/** A test with the peer it needs. */
export type PeerTest<T> = (
  name: string,
  run: (peer: T, context: Deno.TestContext) => Promise<void>,
) => void;

/**
 * Gets a peer and gives back a `Deno.test` for tests that need it.
 *
 * When the peer is absent, every test is skipped and the reason printed once; with `CI=true` every test fails instead,
 * because a run that quietly tests nothing is worse than one that fails.
 *
 * @example Tests that need the Python stack
 * ```ts ignore
 * const test = await testsWith("Python peers", pythonPeers);
 *
 * test("OCSClient lists the operations", async (python) => {
 *   await pythonJson(python, "print('1')");
 * });
 * ```
 *
 * @param what Name of the peer, for messages.
 * @param provide Gets the peer ready; throws when it cannot.
 */
export async function testsWith<T>(what: string, provide: () => Promise<T>): Promise<PeerTest<T>> {
  try {
    const peer = await provide();
    return (name, run) => Deno.test(name, (context) => run(peer, context));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (Deno.env.get("CI") === "true") {
      return (name) =>
        Deno.test(name, () => {
          throw new Error(`Cannot test with "${what}": ${reason}`, { cause: error });
        });
    }
    console.log(`skipped: tests that need ${what}: ${reason}`);
    return (name) => Deno.test({ name, ignore: true, fn: () => {} });
  }
}
