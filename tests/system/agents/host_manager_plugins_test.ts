import assert from "node:assert/strict";
import { bridgeCall } from "../../helpers/bridge.ts";
import { goodList } from "../../helpers/lab_plugins.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { untilTrue } from "../../helpers/until.ts";
import { HostBed, IDLE, type ShownManager } from "./host_manager_bed.ts";

function textsOf({ messages }: ShownManager): string {
  return messages.map(([, text]) => text).join("\n");
}

Deno.test("HostManager starts agents of lists, and tells of one that throws; once mended it counts at the next reload", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [
    { id: "idle", exe: IDLE },
    { id: "lab1", class: "LabAgent", arguments: ["--mode", "acq"] },
  ], { env: { OCS_PLUGINS: "lab_agents.ts,exits.ts" } });
  const list = `${bed.site.folder}/lab_agents.ts`;
  await Deno.writeTextFile(list, "throw new Error('no device');\n");
  await Deno.writeTextFile(`${bed.site.folder}/exits.ts`, "Deno.exit(3);\n");
  await bed.start();
  const said = textsOf(await bed.untilState(["idle"], "up"));
  assert.match(
    said,
    /the environment \(OCS_PLUGINS\): Cannot load ".*lab_agents\.ts": no device, at file:.*lab_agents\.ts:1:7/,
  );
  assert.match(said, /Cannot load ".*exits\.ts": it ends the program that loads it, with code 3/);
  assert.match(said, /No plugin found for agent_class "LabAgent"!/);

  await Deno.writeTextFile(list, goodList());
  const [, , update] = await bed.task("update", { reload_config: true });
  assert.match(textsOf(update), /Found plugin for "LabAgent"/);
  await bed.untilState(["idle", "lab1"], "up");
  await bed.until(
    "the agent's word",
    ({ data }) => data.children["lab1"]?.out.some((line) => line.endsWith("mode is acq")),
  );
  await untilTrue(async () => {
    const answer = await bridgeCall(router, "observatory.lab1", ["get_agent_class"]).catch(() => []);
    return answer[0] === "LabAgent";
  }, { what: "an answer of lab1" });
});
