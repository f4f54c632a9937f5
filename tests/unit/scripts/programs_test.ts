import assert from "node:assert/strict";
import { AGENT_TABLE } from "../../../agents/table.ts";
import { permissionsOf, programs } from "../../../scripts/programs.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("programs() are the command and each agent of the table, under names of their own", () => {
  const all = programs();
  assert.deepEqual(
    all.map(({ entry }) => entry).sort(),
    ["cli/main.ts", ...Object.values(AGENT_TABLE).map(({ file }) => `agents/${file}`)].sort(),
  );
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
  assert(all.every(({ name }) => /^ocs[a-z0-9-]*$/.test(name)));
});

Deno.test("permissionsOf() is what the page of each agent says", async () => {
  for (const [agentClass, { file }] of Object.entries(AGENT_TABLE)) {
    // Two names of one agent, on one page.
    const page = agentClass === "SmurfRecorder" ? "timestream_aggregator.md" : file.replace(/\.ts$/, ".md");
    const text = await Deno.readTextFile(new URL(`docs/agents/${page}`, ROOT));
    const flags = permissionsOf(agentClass).join(" ");
    assert.equal(flags.includes("--allow-all"), agentClass === "HostManager", agentClass);
    assert(text.includes(`    deno run --unstable-net ${flags} agents/`), `${page}: ${flags}`);
  }
  assert.throws(
    () => permissionsOf("Faker"),
    /Cannot tell the permissions of "Faker": expected one of AccessDirector/,
  );
});
