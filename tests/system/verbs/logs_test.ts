import assert from "node:assert/strict";
import { HostedAgentNotFoundError, NoLogError } from "../../../verbs/errors.ts";
import { changeHosts } from "../../../verbs/hosts/hosts.ts";
import { followLines, readLastLines } from "../../../verbs/logs/log_lines.ts";
import type { LogSource } from "../../../verbs/logs/log_source.ts";
import { followLogs, logs } from "../../../verbs/logs/logs.ts";
import { PLAIN } from "../../../verbs/look.ts";
import { openSite } from "../../../verbs/site_link.ts";
import { DockerStandin } from "../../helpers/docker_standin.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { untilTrue } from "../../helpers/until.ts";
import { HostBed, IDLE } from "../agents/host_manager_bed.ts";
import { ocs, startOcs } from "../cli/ocs.ts";
import { testTerminal } from "./test_terminal.ts";

/** Writes what stands in a file, line by line, as it comes. */
const TELLS = ["sh", "-c", "echo one; echo two; echo trouble >&2; touch say; exec tail -n 0 -f say"];

Deno.test("logs() shows and follows the files of an agent's program, and followLines() what its manager shows of them", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [{ id: "teller", exe: TELLS }]);
  await bed.start();
  await bed.until("its lines", ({ data }) => data.children["teller"]?.err.length === 1);
  const { made, said } = testTerminal();
  const site = { siteFile: bed.site.file };
  const shown = await logs("teller", { site, terminal: made });
  const log = `${bed.stateDir}/logs/teller`;
  assert.deepEqual(shown.data, {
    agent: "teller",
    host: "localhost",
    manager: "hm1",
    source: "files",
    files: [`${log}.out`, `${log}.err`],
    out: ["one", "two"],
    err: ["trouble"],
  });
  assert.equal(shown.text(PLAIN), "one\ntwo\ntrouble");
  assert.deepEqual(said, [`teller on localhost: ${log}.{out,err}`]);
  assert.deepEqual((await logs("teller", { site, terminal: made, count: 1 })).data.out, ["two"]);

  const over = new AbortController();
  const follower = testTerminal();
  const following = followLogs("teller", { site, terminal: follower.made, count: 1, signal: over.signal });
  // The same from a machine where the files are not.
  await using link = await openSite({ site });
  const source: LogSource = {
    ...{ kind: "manager", agent: "teller", host: "far", manager: "hm1" },
    client: await link.client("hm1"),
  };
  const options = { count: 10, timeoutSeconds: 10, signal: over.signal };
  assert.deepEqual((await readLastLines(source, options)).out, ["one", "two"]);
  const far: string[] = [];
  const notes: string[] = [];
  const followingFar = followLines(source, {
    onLine: (stream, line) => Promise.resolve(void far.push(`${stream} ${line}`)),
    onNote: (text) => void notes.push(text),
  }, options);
  const say = `${bed.site.folder}/say`;
  await untilTrue(() => far.length === 3 && follower.said.length === 3, { what: "the lines there were" });
  await Deno.writeTextFile(say, "three\nfour\n", { append: true });
  await untilTrue(() => far.length === 5 && follower.said.length === 5, { what: "the new lines" });
  const many = Array.from({ length: 30 }, (_, n) => `line ${n}`);
  await Deno.writeTextFile(say, `${many.join("\n")}\n`, { append: true });
  await untilTrue(() => far.at(-1) === "out line 29" && follower.said.at(-1) === "line 29", {
    what: "the many",
  });
  over.abort();
  assert.equal(await following, "ok");
  await followingFar;
  assert.deepEqual(follower.said.slice(1), ["two", "trouble", "three", "four", ...many]);
  assert.deepEqual(far.slice(0, 5), ["out one", "out two", "err trouble", "out three", "out four"]);
  assert.match(notes.join("\n"), /^lines may be missing here/);
});

Deno.test("logs() reads the log-dir of agents that nobody manages, and says why there are no lines of others", async () => {
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [
    { id: "free", exe: IDLE, manage: "ignore" },
    { id: "silent", exe: IDLE, manage: "ignore" },
    { id: "docked", manage: "docker" },
  ]);
  const site = JSON.parse(await Deno.readTextFile(bed.site.file));
  site.hosts.localhost["log-dir"] = bed.site.folder;
  site.hosts.far = { "agent-instances": [{ "agent-class": "Thing", "instance-id": "faraway" }] };
  await bed.writeText(`${JSON.stringify(site)}\n`);
  await Deno.writeTextFile(`${bed.site.folder}/observatory.free.log`, "by itself\n");
  await bed.start();
  await bed.until("docked", ({ data }) => data.child_states.length === 1);
  const options = { site: { siteFile: bed.site.file }, terminal: testTerminal().made };
  assert.deepEqual((await logs("free", options)).data.out, ["by itself"]);
  const cases: [string, RegExp][] = [
    [
      "silent",
      /no host manager runs it: not managed \(manage: no\); and there is no ".*observatory\.silent\.log"/,
    ],
    ["faraway", /its host has no host manager; and its host "far" has no log-dir in the site file/],
    ["docked", /its host manager finds no docker service for it/],
  ];
  for (const [id, expected] of cases) {
    await assert.rejects(
      logs(id, options),
      (error) => error instanceof NoLogError && expected.test(error.message),
    );
  }
  await assert.rejects(
    logs("fre", options),
    (error) => error instanceof HostedAgentNotFoundError && /did you mean "free"\?/.test(error.message),
  );
  await bed.kill();
  await assert.rejects(logs("docked", options), /its host manager "hm1" does not answer; and there is no/);
});

Deno.test("ocs logs shows and follows the lines of a docker service, and changeHosts() starts and stops it", async () => {
  const program = ["sh", "-c", "echo from docker; echo trouble >&2; touch say; exec tail -n 0 -f say"];
  await using docker = await DockerStandin.make({
    "ocs-a": { image: "a:1", program },
    "grafana": { image: "g:1" },
  });
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [{ id: "a", manage: "docker" }], {
    args: ["--docker-compose", docker.composeFile],
    env: docker.env,
  });
  await bed.start();
  await bed.untilState(["a"], "up", 30_000);
  const words = ["logs", "a", "--site-file", bed.site.file];
  const shown = await ocs([...words, "--json"], { env: docker.env });
  assert.deepEqual([shown.code, shown.stderr], [0, ""]);
  const { source, out, err } = JSON.parse(shown.stdout);
  assert.deepEqual([source, out, err], ["docker", ["from docker"], ["trouble"]]);
  await using following = startOcs([...words, "-f", "--json"], { env: docker.env, cwd: bed.site.folder });
  await following.until(() => following.tail().includes("from docker"), "its lines");
  Deno.kill((await docker.pids())["ocs-a"] ?? 0, "SIGKILL");
  const ended = await following.ended;
  assert.equal(ended.code, 0);
  assert.match(ended.stderr, /The container of a has ended/);
  const none = await ocs(["logs", "grafana", "--site-file", bed.site.file], { env: docker.env });
  assert.deepEqual([none.code, none.stdout], [1, ""]);
  assert.match(none.stderr, /Cannot show the log of "grafana": its service "grafana" has no container now/);
  await bed.untilState(["a"], "up", 30_000);
  const missing = await ocs(words, { env: { PATH: "/nowhere" } });
  assert.deepEqual([missing.code, missing.stdout], [1, ""]);
  assert.match(missing.stderr, /Cannot run "docker logs .*": there is no such program/);

  // Docker services are started and stopped like agents, also those that are only watched.
  const options = { site: { siteFile: bed.site.file }, terminal: testTerminal().made, yes: true };
  const rows = async (verb: "up" | "down" | "restart", ...patterns: readonly string[]) => {
    const { data } = await changeHosts(verb, patterns, options);
    return data.map(({ agent, result, state, target }) => [agent, result, state, target]);
  };
  assert.deepEqual(await rows("up", "grafana"), [["grafana", "ok", "up", "passive"]]);
  const before = (await docker.pids())["grafana"];
  assert.deepEqual(await rows("restart", "graf*"), [["grafana", "ok", "up", "passive"]]);
  assert.notEqual((await docker.pids())["grafana"], before);
  assert.deepEqual(await rows("down", "localhost/"), [["a", "ok", "down", "down"], [
    "grafana",
    "ok",
    "down",
    "passive",
  ]]);
  assert.deepEqual(Object.keys(await docker.pids()), []);
});
