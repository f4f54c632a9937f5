import assert from "node:assert/strict";
import { freePort } from "../../helpers/free_port.ts";
import { testsWith } from "../../helpers/interop_test.ts";
import { findTmux, Terminal } from "../../helpers/tmux.ts";

const test = await testsWith("tmux", findTmux);
const MAIN = new URL("../../../cli/main.ts", import.meta.url).href;
/** The tour waits for things that take their time; a loaded machine adds to it. */
const TOUR_MS = 60_000;

test("ocs demo on a terminal ends at its prompt, and leaving that ends the demo", async (tmux) => {
  const data = await Deno.makeTempDir({ prefix: "demo_data_" });
  await using _data = { [Symbol.asyncDispose]: () => Deno.remove(data, { recursive: true }) };
  await using terminal = await Terminal.open(tmux, {
    command: Deno.execPath(),
    args: ["run", "-A", MAIN, "demo", "--data-dir", data, "--port", String(freePort())],
    rows: 50,
  });
  const screen = await terminal.until(/leaving it ends the demo[^]*test_realm 9 up> ?$/, {
    timeoutMs: TOUR_MS,
  });
  assert.match(screen, /^It stays up\./m);
  await terminal.line("status pysmurf-controller.run");
  await terminal.until(/pysmurf-controller\.run: OK[^]*425 of 440 resonators track/);
  await terminal.line("(await faker1.delay_task({ delay: 0.1 })).session.data.requested_delay");
  await terminal.until(/^0\.1$/m);
  await terminal.line("exit");
  await terminal.until(/^The demo ends with its prompt\.$/m);
  assert.equal(await terminal.ended(), 0);
  assert.match(await terminal.screen(), /The demo observatory is down\.$/);
  assert.deepEqual(
    (await Array.fromAsync(Deno.readDir(`${terminal.folder}/tmp`))).map(({ name }) => name),
    [],
  );
});
