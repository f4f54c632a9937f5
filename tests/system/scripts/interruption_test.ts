import assert from "node:assert/strict";
import { type AroundRequest, runScript, type Script } from "../../../client/mod.ts";
import { acquire } from "../../../scripts/examples/acquire.ts";
import { tuneAll } from "../../../scripts/examples/tune_all.ts";
import { type ScriptSite, startScriptSite } from "../../helpers/script_site.ts";
import { untilTrue } from "../../helpers/until.ts";

/** Where in a request the interruption comes. */
const MOMENTS = ["before", "in flight", "after"] as const;
type Moment = typeof MOMENTS[number];

/** What comes at the n-th request. */
interface Injection {
  /** Counted from 1 over all requests of the script, those of its clean-ups included. */
  readonly at: number;
  readonly moment: Moment;
  readonly what: "one Ctrl-C" | "two at once" | "one, and one at the next request" | "an error";
}

class InjectedError extends Error {}

/** Runs a script once, and tells how many requests it made and with which exit code it ended. */
async function run(
  body: (script: Script) => Promise<unknown>,
  site: ScriptSite,
  injection?: Injection,
): Promise<{ readonly requests: number; readonly code: number; readonly said: readonly string[] }> {
  let requests = 0;
  let climb = () => {};
  const said: string[] = [];
  const inject = (n: number, moment: Moment): void => {
    if (injection === undefined || moment !== injection.moment) return;
    const { at, what } = injection;
    if (n === at + 1 && what === "one, and one at the next request") climb();
    if (n !== at) return;
    if (what === "an error") throw new InjectedError("injected");
    climb();
    if (what === "two at once") climb();
  };
  const around: AroundRequest = async (_request, send) => {
    const n = ++requests;
    inject(n, "before");
    const answer = send();
    // Whatever is thrown in flight must not leave it without somebody who looks at it.
    answer.catch(() => {});
    inject(n, "in flight");
    const result = await answer;
    inject(n, "after");
    return result;
  };
  const code = await runScript(body, {
    around,
    client: { site: site.site },
    cleanupSeconds: 20,
    say: (text) => said.push(text),
    leave: () => assert.fail("the third rung was never climbed"),
    listen: (given) => {
      climb = () => given("Ctrl-C", 130);
      return { [Symbol.dispose]() {} };
    },
  });
  return { requests, code, said };
}

/** Injects at each request of a script, one run for each, and looks for what is left on. */
async function interruptEverywhere(
  body: (script: Script) => Promise<unknown>,
  site: ScriptSite,
  fewest: number,
): Promise<void> {
  const dry = await run(body, site);
  assert.equal(dry.code, 0, dry.said.join("\n"));
  assert.deepEqual(await site.on(), [], "the script itself leaves something on");
  assert.ok(dry.requests >= fewest, `${dry.requests} requests`);
  let runs = 0;
  for (const what of ["one Ctrl-C", "two at once", "one, and one at the next request", "an error"] as const) {
    for (const moment of MOMENTS) {
      for (let at = 1; at <= dry.requests; at++) {
        const { requests, code, said } = await run(body, site, { at, moment, what });
        const where = `${what} ${moment} request ${at} of ${dry.requests}:\n${said.join("\n")}`;
        runs++;
        assert.deepEqual(await site.on(), [], where);
        // How often an operation is looked at until it runs may differ by a few.
        if (requests < at) continue;
        if (what !== "an error") assert.equal(code, 130, where);
      }
    }
  }
  assert.ok(runs >= 12 * fewest);
}

Deno.test("acquire.ts leaves nothing on, wherever an interruption or an error comes", async () => {
  await using site = await startScriptSite({ fakers: ["faker1", "faker2"] });
  const choice = { agents: ["faker1", "faker2"], process: "acq", seconds: 0.02 };
  await interruptEverywhere((script) => acquire(script, choice), site, 14);
});

Deno.test("tune_all.ts leaves nothing on, wherever an interruption or an error comes", async () => {
  await using site = await startScriptSite({ registry: true, crates: { crate1: {}, crate2: {} } });
  const choice = { agentClass: "CrateAgent", tasks: ["uxm_setup"], minimum: 2, timeoutSeconds: 60 };
  // The registry has to have heard of both.
  await untilTrue(async () => (await run((script) => tuneAll(script, choice), site)).code === 0);
  await interruptEverywhere((script) => tuneAll(script, choice), site, 8);
});
