import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { PLAIN_PASSWORD_TEXT, readPrivs } from "../../../verbs/privs.ts";
import { freePort } from "../../helpers/free_port.ts";
import { routerAt } from "../../helpers/router_fixture.ts";
import { writeSite } from "../../helpers/site_file.ts";
import { ocs, startOcs } from "./ocs.ts";
import { childrenOf } from "./ocs_program.ts";

Deno.test("ocs takes passwords by level, from a file, and plainly with a warning; ocs show tells who was refused", async () => {
  await using router = await Router.start();
  await using _agent = await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
    instanceId: "faker1",
    connection: { url: router.url, realm: "test_realm" },
    options: { mode: "idle", numChannels: 2, sampleRate: 5, frameLength: 60 },
    accessPolicy: "override:hunter2,hunter3",
  });
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/passwords.yaml`, "- {default: true, password_2: hunter2}\n");
    await Deno.writeTextFile(`${folder}/pw`, "hunter3\nsecond line\n");
    await Deno.writeTextFile(`${folder}/empty`, "\nhunter2\n");
    const env = { OCS_PASSWORDS_FILE: `${folder}/passwords.yaml` };
    const start = (...args: readonly string[]) =>
      ocs(["start", "faker1.delay_task", "delay=0.0", "--wait", ...args, "--site-hub", router.url], { env });
    const refused = await start();
    assert.equal(refused.code, 1);
    assert.match(
      refused.stdout,
      /ERROR - The action requires credential level 2-ADVANCED but the client has only level 1-BASIC\n {2}--privs 2 sends/,
    );
    for (const args of [["--privs", "2"], ["--privs", `@${folder}/pw`], ["--privs", "hunter2"]]) {
      const { code, stderr } = await start(...args);
      assert.equal(code, 0, `${args}: ${stderr}`);
      assert.equal(stderr.includes(PLAIN_PASSWORD_TEXT), args[1] === "hunter2", `${args}: ${stderr}`);
      assert.ok(!stderr.includes("hunter2"));
    }
    assert.equal((await start("--privs", "1")).code, 1);
    for (
      const [args, expected] of [
        [["--privs", `@${folder}/none`], /Cannot read a password from ".*\/none": there is no such file/],
        [["--privs", `@${folder}/empty`], /Cannot read a password from ".*\/empty": its first line is empty/],
      ] as const
    ) {
      const { code, stderr } = await start(...args);
      assert.notEqual(code, 0);
      assert.match(stderr, expected);
    }
    await Deno.writeTextFile(`${folder}/passwords.yaml`, "- default: true\n  password_2: 31337\n");
    const faulty = await start("--privs", "2");
    assert.notEqual(faulty.code, 0);
    assert.match(
      faulty.stderr,
      /passwords\.yaml:2:15: error: "password_2" of passwords entry 1 is a number in YAML/,
    );
    assert.ok(!faulty.stderr.includes("31337"));

    const { stdout } = await ocs(["show", "faker1", "--site-hub", router.url]);
    assert.match(
      stdout,
      /, access policy override\n2 requests refused for want of rights; last: start of delay_task, \d\d:/,
    );
    assert.match(stdout, /delay_task {2}.*needs level 2/);
    const json = JSON.parse((await ocs(["show", "faker1", "--json", "--site-hub", router.url])).stdout);
    assert.deepEqual([json.refusals.count, json.refusals.last[0].op_name], [2, "delay_task"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ocs config show hides the passwords of policies and arguments, ocs config check finds a wrong policy", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/default.yaml`;
    const site = (policy: string) =>
      `hub: {wamp_server: 'ws://h:8001/ws', wamp_http: 'http://h:8001/call', wamp_realm: r, address_root: o, ` +
      `access_policy: '${policy}'}\nhosts:\n  localhost:\n    agent-instances:\n    - agent-class: FakeDataAgent\n` +
      `      instance-id: faker1\n      arguments: [--access-policy, 'override:hunter2,hunter3', --db-password, hunter4]\n`;
    await Deno.writeTextFile(file, site("override:hunter2,hunter3"));
    for (const args of [[], ["--json"]]) {
      const { stdout } = await ocs([
        "config",
        "show",
        ...args,
        "--site-file",
        file,
        "--site-host",
        "localhost",
      ]);
      assert.ok(stdout.includes("override:***") && stdout.includes("--db-password"), stdout);
      assert.ok(!stdout.includes("hunter"), stdout);
    }
    for (const policy of ["override:hunter2", "overide:hunter2,b", "hunter2"]) {
      await Deno.writeTextFile(file, site(policy));
      const { code, stdout } = await ocs(["config", "check", file]);
      assert.equal(code, 1);
      assert.match(stdout, /default\.yaml:1:\d+: error: "access_policy" of the hub is none that exists/);
      assert.ok(!stdout.includes("hunter2"), stdout);
    }
    for (const policy of ["none", "director:x", "override:a,b", ""]) {
      await Deno.writeTextFile(file, site(policy));
      assert.ok(!(await ocs(["config", "check", file])).stdout.includes("access_policy"), policy);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ocs config check looks into the files of Access Directors as well", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const site = (host: string, args: string) =>
      `hub: {wamp_server: 'ws://h:8001/ws', wamp_http: 'http://h:8001/call', wamp_realm: r, address_root: o}\n` +
      `hosts: {${host}: {agent-instances: [{agent-class: AccessDirector, instance-id: ad, arguments: [${args}]}]}}\n`;
    const check = async (host: string, args: string) => {
      await Deno.writeTextFile(`${folder}/default.yaml`, site(host, args));
      const { code, stdout } = await ocs(["config", "check", `${folder}/default.yaml`]);
      return [code, stdout] as const;
    };
    const [absent, why] = await check("localhost", "--config-file, access.yaml");
    assert.equal(absent, 1);
    assert.ok(
      why.includes(`--config-file of agent "ad" is "access.yaml": "${folder}/access.yaml" cannot be read`),
      why,
    );
    assert.match(why, /default\.yaml:2:\d+: error: /);
    assert.equal((await check("other-host", "--config-file, access.yaml"))[0], 0, "that host may have it");
    await Deno.writeTextFile(`${folder}/access.yaml`, "passwords: [{default: true, password_2: 31337}]\n");
    for (const args of ["--config-file, access.yaml", `--config-file=${folder}/access.yaml`]) {
      const [code, stdout] = await check("other-host", args);
      assert.equal(code, 1);
      assert.match(
        stdout,
        /access\.yaml:1:\d+: error: "password_2" of passwords entry 1 is a number in YAML/,
      );
      assert.ok(!stdout.includes("31337"), stdout);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ocs agent AccessDirector ends with 1 and every error of its file, which is beside the site file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/default.yaml`,
      "hub: {wamp_server: 'ws://127.0.0.1:9/ws', wamp_realm: r, address_root: o, access_policy: 'director:'}\n" +
        "hosts: {localhost: {agent-instances: [{agent-class: AccessDirector, instance-id: access-director, " +
        "arguments: [--config-file, access.yaml]}]}}\n",
    );
    await Deno.writeTextFile(
      `${folder}/access.yaml`,
      "passwords:\n- {default: true, password_1: 31337}\n- hunter2\n",
    );
    const { code, stdout, stderr } = await ocs(
      ["agent", "AccessDirector", "--site-host", "localhost", "--access-policy", "override:hunter2,hunter3"],
      { env: { OCS_CONFIG_DIR: folder } },
    );
    const said = stdout + stderr;
    assert.equal(code, 1, said);
    assert.ok(said.includes(`Cannot use access configuration "${folder}/access.yaml":`), said);
    assert.match(said, /access\.yaml:2:\d+: error: "password_1" of passwords entry 1 is a number/);
    assert.match(said, /access\.yaml:3:3: error: passwords entry 2 is a text/);
    assert.ok(said.includes("The passwords of --access-policy can be seen by everybody"), said);
    assert.ok(!/hunter|31337/.test(said), said);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readPrivs() tells levels, files and passwords apart", async () => {
  const path = await Deno.makeTempFile();
  try {
    assert.deepEqual(
      [await readPrivs(undefined), await readPrivs("1"), await readPrivs("2"), await readPrivs("3")],
      [undefined, 1, 2, 3],
    );
    assert.deepEqual([await readPrivs("4"), await readPrivs(""), await readPrivs("a@b")], ["4", "", "a@b"]);
    for (const [content, password] of [["x y", "x y"], ["é\r\nz", "é"], ["p\n", "p"]] as const) {
      await Deno.writeTextFile(path, content);
      assert.equal(await readPrivs(`@${path}`), password);
    }
    await Deno.writeTextFile(path, "x".repeat(5000));
    await assert.rejects(readPrivs(`@${path}`), /its first line has more than 4096 bytes/);
    await assert.rejects(readPrivs("@/"), {
      name: "TypeError",
      message: /^Cannot read a password from "\/": /,
    });
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("ocs up shows no password of the site file: not in the command lines of its agents, and not in what it writes", async () => {
  const router = routerAt(freePort());
  const arguments_ = ["--mode", "idle", "--access-policy", "override:hunter4,hunter5"];
  await using site = await writeSite(router, [
    { agentClass: "FakeDataAgent", instanceId: "faker1", arguments: ["--mode", "idle"] },
    { agentClass: "FakeDataAgent", instanceId: "faker2", arguments: arguments_ },
  ]);
  const text = JSON.parse(await Deno.readTextFile(site.file));
  text.hub.access_policy = "override:hunter2,hunter3";
  await Deno.writeTextFile(site.file, JSON.stringify(text));
  await using up = startOcs(["up", "--verbose", "--site-file", site.file, "--site-host", "localhost"]);
  await up.untilLog("All 2 agents are up", 30_000);
  const started = await ocs([
    "start",
    "faker2.delay_task",
    "delay=0.0",
    "--wait",
    "--privs",
    "hunter4",
    "--site-file",
    site.file,
  ]);
  assert.equal(started.code, 0, started.stderr);
  const children = await childrenOf(up);
  assert.equal(children.size, 2);
  for (const pid of [up.pid, ...children.values()]) {
    const words = await Deno.readTextFile(`/proc/${pid}/cmdline`);
    assert.ok(words.includes("--site-file") && !words.includes("hunter"), words);
  }
  const { stdout, stderr } = await up.stop();
  assert.match(stdout, /start called for delay_task/);
  assert.ok(!/hunter/.test(stdout + stderr), stdout + stderr);
});
