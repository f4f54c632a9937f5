import assert from "node:assert/strict";
import type { FleetEvent } from "../../verbs/fleet_event.ts";
import { FleetWatch } from "../../verbs/fleet_watch.ts";
import { PLAIN } from "../../verbs/look.ts";
import { data } from "../../verbs/data.ts";
import { start } from "../../verbs/operate.ts";
import { openSharedLink } from "../../verbs/shared_link.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { writeSite } from "../helpers/site_file.ts";
import { untilTrue } from "../helpers/until.ts";

const test = await testsWith("Python peers", pythonPeers);

test("FleetWatch and verbs work with Python's registry and agents on crossbar, and over its restart", async (peers) => {
  await using router = await Crossbar.start(peers);
  const faker = { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: ["--mode", "acq"] };
  // Its name is that of the site file.
  const registry = { agentClass: "RegistryAgent", instanceId: "the-registry" };
  await using site = await writeSite(router, [faker, registry]);
  await using _registry = await startPythonAgent({ peers, site, ...registry });
  await using killed = await startPythonAgent({ peers, site, ...faker });
  await using link = await openSharedLink({ site: { siteFile: site.file, siteHost: "localhost" } });
  await link.connection.joined();
  // The registry looks once a second.
  await untilTrue(async () => {
    await using fleet = FleetWatch.open(link);
    await fleet.settled;
    return fleet.agents.has("faker1") && fleet.agents.has("the-registry");
  }, { what: "a listing", timeoutMs: 30_000 });
  await using fleet = FleetWatch.open(link);
  const events: FleetEvent[] = [];
  fleet.onEvent((event) => events.push(event));
  const has = (kind: FleetEvent["kind"]) => events.some((event) => event.kind === kind);
  await untilTrue(() => fleet.agents.get("faker1")?.operations.get("acq")?.code === 3, { timeoutMs: 30_000 });
  const channel = await untilTrue(
    () => data("faker1.acq", { link, path: "fields.channel_00" }).catch(() => undefined),
    { what: "data", timeoutMs: 30_000 },
  );
  assert.match(channel.text(PLAIN), /^-?[\d.]+$/);
  await start("faker1.delay_task", { delay: 1.5, succeed: false }, { link });
  await untilTrue(() => has("operation-ended"), { timeoutMs: 30_000 });
  const ended = events.find((event) => event.kind === "operation-ended");
  assert(ended?.kind === "operation-ended" && !ended.success && ended.messages.length > 0);
  await router.down("SIGKILL");
  await untilTrue(() => has("router-lost"), { timeoutMs: 30_000 });
  await router.up();
  await untilTrue(() => has("router-back"), { timeoutMs: 60_000 });
  const heardMs = fleet.agents.get("faker1")?.heardMs ?? 0;
  await untilTrue(() => (fleet.agents.get("faker1")?.heardMs ?? 0) > heardMs, { timeoutMs: 60_000 });
  assert.equal(has("agent-expired"), false);
  killed.signal("SIGKILL");
  await untilTrue(() => has("agent-expired"), { timeoutMs: 60_000 });
});
