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

Deno.test("OCS 7.3: ocs client status, up and down take ocsbow's options", () => {
  const read = (text: string) => {
    const parsed = parseCommand(text.split(" "), LOOK);
    assert("command" in parsed, text);
    return parsed.command;
  };
  const status = read("client --site-file a.yaml status -H daq1 --host daq2 -r");
  assert(status.command === "client status");
  assert.deepEqual([status.hosts, status.reload, status.siteFile], [["daq1", "daq2"], true, "a.yaml"]);
  for (const text of ["client up -a --dry-run", "client up --all --dry-run"]) {
    const up = read(text);
    assert(up.command === "client up" && up.all && up.dryRun && up.instances.length === 0);
  }
  const down = read("client down faker1 hm1");
  assert(down.command === "client down" && !down.all && !down.dryRun);
  assert.deepEqual(down.instances, ["faker1", "hm1"]);
});
