import assert from "node:assert/strict";
import { stopSignals } from "../../../internal/stop_signals.ts";

Deno.test("stopSignals() leaves SIGHUP alone where nohup has it ignored", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const script = `import { stopSignals } from ${
    JSON.stringify(new URL("../../../internal/stop_signals.ts", import.meta.url).href)
  };
console.log(stopSignals().join(" "));`;
  const ran = async (...wrapper: readonly string[]) => {
    const [program = Deno.execPath(), ...args] = [...wrapper, Deno.execPath()];
    const { stdout } = await new Deno.Command(program, {
      args: [...args, "eval", script],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assert.equal(await ran("nohup"), "SIGINT SIGTERM");
  assert.equal(await ran(), stopSignals().join(" "));
});
