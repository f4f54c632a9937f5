/**
 * The agent of habits_agent.py on this toolkit, part by part by the counterparts of docs/coming_from_python.md.
 *
 *     ocs agent --agent habits_agent.ts --instance-id habits_ts --site-file FILE --site-host localhost
 *
 * @module
 */
import {
  type Agent,
  type AgentProgram,
  AS_INT,
  choice,
  flag,
  float,
  int,
  list,
  Pacemaker,
  runAgent,
  text,
  TimeoutLock,
} from "../../mod.ts";

const HABITS = { name: "Habits", options: {} } as const satisfies AgentProgram;

class Habits {
  constructor(agent: Agent) {
    const lock = new TimeoutLock({ defaultTimeoutSeconds: 5 });
    let heard = 0;
    const temps = agent.registerFeed("temps", {
      record: true,
      aggParams: { frame_length: 60 },
      bufferTimeSeconds: 0,
      fields: { T: "float", n: "int", name: "string" },
    });
    const notes = agent.registerFeed("notes");
    agent.subscribe(`${agent.addressRoot}..feeds.notes`, () => heard++, { match: "wildcard" });

    agent.registerTask("go", {
      params: {
        delay: float({ default: 0, check: (x) => x >= 0 && x <= 10 }),
        mode: choice(["fast", "slow"], { default: "fast" }),
        n: int({ default: 1 }),
        on: flag({ default: true }),
        names: list({ default: [] }),
        text: text({ default: null }),
      },
    }, (session, params) => {
      session.data = { params: { ...params }, x: 1.5, nan: NaN };
      session.addMessage("half way");
      return `went ${params.n}`;
    });

    agent.registerTask("cast", { params: { x: int({ cast: AS_INT }) } }, (session, { x }) => {
      session.data = { x };
      return "cast";
    });

    agent.registerTask(
      "loose",
      { params: { k: text({ default: "v" }) }, strays: "drop" },
      (_session, { k }) => {
        return `k is ${k}`;
      },
    );

    agent.registerTask("fail", { params: {} }, (session) => {
      session.degraded = true;
      return [false, "it did not work"];
    });

    agent.registerTask("locked", { params: {} }, async () => {
      using held = await lock.acquireTimeout({ timeoutSeconds: 0, job: "locked" });
      return held.acquired ? "locked" : [false, `${lock.job} holds the lock`];
    });

    agent.registerTask("long", { abortable: true, blocking: false }, async (session) => {
      while (!session.signal.aborted) await session.sleep(3600);
      return [false, "aborted"];
    });

    agent.registerTask("relay", { blocking: false }, async (session) => {
      const { address } = agent;
      const [code, message, other] = await agent.callOperation({ address, opName: "go", action: "status" });
      session.data = { code, message, op: other["op_name"] ?? null };
      return "asked";
    });

    agent.registerTask("guarded", { params: {}, minPrivs: 2 }, () => [false, "it did not work"]);

    agent.registerProcess("acq", {
      params: { step: int({ default: 1 }) },
      blocking: false,
      startup: { step: 2 },
    }, async (session, { step }) => {
      const pace = new Pacemaker(50);
      const data = { count: 0, heard: false, acquired: false };
      session.data = data;
      await using held = await lock.acquireTimeout({ job: "acq" });
      while (!session.signal.aborted) {
        await pace.sleep(session.signal);
        data.count += step;
        temps.publish({ blockName: "block", timestamp: Date.now() / 1000, data: { T: 4, n: 3, name: "x" } });
        notes.publish({ heard: heard > 0 });
        data.heard = heard > 0;
        data.acquired = held.acquired;
      }
      return "Acquisition exited cleanly.";
    });
  }
}

/** Runs it; `ocs agent --agent` calls this. */
export function main(args?: readonly string[]): Promise<number> {
  return runAgent(Habits, HABITS, { args });
}
