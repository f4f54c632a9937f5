import assert from "node:assert/strict";
import type { FleetEvent } from "../../../verbs/fleet_event.ts";
import { FleetWatch } from "../../../verbs/fleet_watch.ts";
import { start, wait } from "../../../verbs/operate.ts";
import { openSharedLink } from "../../../verbs/shared_link.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { Program } from "../../helpers/process.ts";
import { untilTrue } from "../../helpers/until.ts";

const FAKE_DATA = new URL("../../../agents/fake_data.ts", import.meta.url);

function startFaker(router: OurRouter, instanceId: string): Program {
  const site = ["--site", "none", "--site-hub", router.url, "--site-realm", router.realm];
  return Program.start({
    name: instanceId,
    command: Deno.execPath(),
    args: [
      ...["run", "-A", FAKE_DATA.href, ...site, "--address-root", router.addressRoot],
      ...["--instance-id", instanceId, "--mode", "acq"],
    ],
    env: { OCS_CONFIG_DIR: "" },
  });
}

Deno.test("FleetWatch tells what becomes of real agents: killed, started again, failing, and their router killed", async () => {
  await using router = await OurRouter.start();
  await using _other = startFaker(router, "faker2");
  await using killed = startFaker(router, "faker1");
  await using link = await openSharedLink({
    site: { site: "none", siteHub: router.url, siteRealm: router.realm, addressRoot: router.addressRoot },
  });
  await using fleet = FleetWatch.open(link);
  const events: FleetEvent[] = [];
  fleet.onEvent((event) => events.push(event));
  const until = (condition: () => unknown, what: string) =>
    untilTrue(() => Boolean(condition()), { what, timeoutMs: 60_000 });
  const ended = (op: string) => events.find((event) => event.kind === "operation-ended" && event.op === op);
  const ofAgents = () => events.filter(({ kind }) => /^(agent-[er]|router)/.test(kind));
  await until(
    () => ["faker1", "faker2"].every((name) => fleet.agents.get(name)?.operations.get("acq")?.code === 3),
    "two agents that acquire",
  );

  await start("faker1.delay_task", { delay: 1.5, succeed: false }, { link });
  await until(() => ended("delay_task"), "the end of the task");
  const failed = ended("delay_task");
  assert(failed?.kind === "operation-ended");
  assert.deepEqual([failed.agent, failed.success], ["faker1", false]);
  assert(failed.messages.some(([, text]) => /Exited after 1\.5 seconds/.test(String(text))));

  killed.signal("SIGKILL");
  await until(() => fleet.agents.get("faker1")?.state === "expired", "the end of faker1");
  assert.deepEqual(ofAgents(), [{ kind: "agent-expired", agent: "faker1", running: ["acq", "count"] }]);
  await assert.rejects(
    wait("faker1.acq", { link, timeoutSeconds: 5 }),
    /no agent is registered at "observatory\.faker1" \(is it running\? agents seen: faker2\)/,
  );
  await using _again = startFaker(router, "faker1");
  await until(() => fleet.agents.get("faker1")?.state === "up", "the new faker1");
  assert.deepEqual(ofAgents()[1], {
    kind: "agent-returned",
    agent: "faker1",
    restarted: true,
    lost: ["acq", "count"],
  });

  await router.down("SIGKILL");
  await until(() => fleet.router.state === "lost", "the loss of the router");
  await router.up();
  const heard = new Map([...fleet.agents.values()].map(({ instance, heardMs }) => [instance, heardMs]));
  await until(
    () => [...fleet.agents.values()].every(({ instance, heardMs }) => heardMs > (heard.get(instance) ?? 0)),
    "both agents after the router",
  );
  assert.deepEqual(ofAgents().slice(2).map(({ kind }) => kind), ["router-lost", "router-back"]);
});
