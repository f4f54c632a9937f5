/**
 * Our agents beside Python's on crossbar: the same calls by Python's own client get the same replies, but for ids and
 * times.
 *
 * @module
 */
import assert from "node:assert/strict";
import { bridgeCall } from "../helpers/bridge.ts";
import { Crossbar } from "../helpers/crossbar.ts";
import { testsWith } from "../helpers/interop_test.ts";
import { Program } from "../helpers/process.ts";
import { startPythonAgent } from "../helpers/python_agent.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { type SiteFolder, writeSite } from "../helpers/site_file.ts";

/** A call, and what came back. */
type Exchange = readonly [call: unknown, reply: unknown];

const AGENTS = [
  {
    kind: "fake_data",
    agentClass: "FakeDataAgent",
    arguments: [["--mode", "idle"], ["--frame-length", "1"]],
  },
  { kind: "registry", agentClass: "RegistryAgent", arguments: [] },
  { kind: "barebones", agentClass: "BarebonesAgent", arguments: [["--mode", "idle"]] },
] as const;

const CALLS = new URL("../tools/call_agents.py", import.meta.url).pathname;

/** Starts one of our agents and waits until it answers. */
async function startOurAgent(kind: string, instanceId: string, site: SiteFolder): Promise<Program> {
  const program = Program.start({
    name: `our ${kind}`,
    command: Deno.execPath(),
    args: [
      ...["run", "-A", new URL(`../../agents/${kind}.ts`, import.meta.url).pathname],
      ...["--instance-id", instanceId, "--site-file", site.file, "--site-host", "localhost"],
    ],
  });
  try {
    await program.until(
      () => bridgeCall(site.router, `observatory.${instanceId}`, ["get_api"]),
      "an answer to get_api",
      30_000,
    );
  } catch (error) {
    await program.stop();
    throw error;
  }
  return program;
}

const test = await testsWith("Python peers", pythonPeers);

test(
  "Done 2: our agents reply to Python's OCSClient on crossbar as Python's own do",
  async (peers, context) => {
    await using router = await Crossbar.start(peers);
    await using site = await writeSite(
      router,
      AGENTS.flatMap(({ kind, agentClass, arguments: args }) => [
        { agentClass, instanceId: `${kind}-theirs`, arguments: args },
        { agentClass, instanceId: `${kind}-ours`, arguments: args },
      ]),
    );
    for (const { kind } of AGENTS) {
      await context.step(kind, async () => {
        const replies = async (instanceId: string): Promise<readonly Exchange[]> => {
          const { stdout } = await Program.run({
            name: `calls to ${instanceId}`,
            command: peers.python,
            args: [CALLS, site.file, instanceId, kind],
          });
          const parsed: unknown = JSON.parse(stdout);
          assert(Array.isArray(parsed));
          return parsed;
        };
        await using _theirs = await startPythonAgent({ peers, site, instanceId: `${kind}-theirs` });
        const expected = await replies(`${kind}-theirs`);
        await using _ours = await startOurAgent(kind, `${kind}-ours`, site);
        const actual = await replies(`${kind}-ours`);
        assert.equal(actual.length, expected.length);
        const unmet: string[] = [];
        for (const [n, [call, reply]] of expected.entries()) {
          const asked = JSON.stringify(call);
          const [theirs, ours] = [JSON.stringify(reply), JSON.stringify(actual[n]?.[1])];
          if (theirs !== ours) unmet.push(`${asked}\n  Python: ${theirs}\n  ours:   ${ours}`);
        }
        assert.equal(unmet.length, 0, `replies differ:\n${unmet.join("\n")}`);
      });
    }
  },
);
