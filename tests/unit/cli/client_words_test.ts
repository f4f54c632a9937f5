import assert from "node:assert/strict";
import { clientWords } from "../../../cli/client/client_words.ts";
import { scanText } from "../../../cli/client/scan_text.ts";
import { parseCommand } from "../../../cli/parse_command.ts";

const LOOK = { columns: 80, colors: false };

Deno.test("OCS 7.2: clientWords() takes site options before the sub-command, as Python does", () => {
  const words = (text: string) => clientWords(text.split(" ")).join(" ");
  assert.equal(words("client --site-file a.yaml scan --details"), "client scan --site-file a.yaml --details");
  assert.equal(
    words("client --site=x --site-hub ws://h listen t"),
    "client listen --site=x --site-hub ws://h t",
  );
  assert.equal(words("client --help"), "client --help");
  assert.equal(words("client"), "client");
  assert.equal(words("client --site-file"), "client --site-file");
});

Deno.test("OCS 7.2: --use-registry stands for registry where no id is given", () => {
  const registryOf = (...words: string[]) => {
    const parsed = parseCommand(["client", "scan", ...words], LOOK);
    assert("command" in parsed && parsed.command.command === "client scan");
    return parsed.command.useRegistry;
  };
  assert.equal(registryOf("--use-registry"), "registry");
  assert.equal(registryOf("--use-registry", "--details"), "registry");
  assert.equal(registryOf("--use-registry", "reg2", "--details"), "reg2");
  assert.equal(registryOf("--use-registry=reg2"), "reg2");
  assert.equal(registryOf("--details"), undefined);
});

Deno.test("OCS 7.2: shell without an id, no command and an unknown one are usage errors", () => {
  const refusal = (...words: string[]) => {
    const parsed = parseCommand(["client", ...words], LOOK);
    assert(!("command" in parsed));
    return [parsed.code, parsed.err] as const;
  };
  assert.equal(refusal("shell")[0], 2);
  assert.match(refusal("shell")[1], /No instance_id provided\./);
  assert.equal(refusal("shel", "x")[0], 2);
  assert.equal(refusal("scan", "more")[0], 2);
  assert.equal(refusal("listen")[0], 2);
});

Deno.test("OCS 7.2: scanText() writes the list of the spec to the letter", () => {
  const agents = [
    { instance: "faker1", operations: { acq: "RUNNING", delay_task: "NONE" } },
    { instance: "registry", operations: { main: "RUNNING" } },
  ];
  assert.equal(
    scanText(agents, { how: "Detected", details: true }),
    "List of Detected Agents: (2)\n" +
      "  faker1\n    acq                 : RUNNING\n    delay_task          : NONE\n" +
      "  registry\n    main                : RUNNING\n\n",
  );
  assert.equal(
    scanText(agents, { how: "Registered", details: false }),
    "List of Registered Agents: (2)\n  faker1\n  registry\n\n",
  );
  assert.equal(scanText([], { how: "Detected", details: true }), "List of Detected Agents: (0)\n\n");
});
