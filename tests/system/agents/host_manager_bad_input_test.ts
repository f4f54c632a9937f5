import assert from "node:assert/strict";
import { DockerStandin } from "../../helpers/docker_standin.ts";
import { OurRouter } from "../../helpers/our_router.ts";
import { within } from "../../helpers/until.ts";
import { HostBed, IDLE, textsOf } from "./host_manager_bed.ts";

Deno.test("HostManager goes on with the site file in force when that is deleted, becomes a folder, or holds anything else", async () => {
  await using router = await OurRouter.start();
  const agents = [{ id: "a", exe: IDLE }, { id: "b", exe: IDLE, manage: "host/down" }];
  await using bed = await HostBed.make(router, agents);
  await bed.start();
  await bed.untilState(["a"], "up");
  const before = bed.pids();
  const good = await Deno.readTextFile(bed.site.file);
  const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
  for (let n = 0; n < 12; n++) {
    const [from, to] = [String.fromCharCode(97 + n), String.fromCharCode(98 + n)];
    bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(",")}]`);
  }
  const list = /"agent-instances": \[[^]*\]/;
  const wrong: readonly (readonly [what: string, text: string | Uint8Array, expected: RegExp])[] = [
    [
      "no host of this name",
      good.replace("localhost", "otherhost"),
      /no entry in "hosts" for \['localhost'.*has "otherhost"/,
    ],
    ["a list", "- 1\n- 2\n", /the file is a list: expected mappings/],
    ["bytes", new Uint8Array([0, 255, 254, 1, 10]), /there are bytes that are no text/],
    ["many aliases", `${bomb.join("\n")}\n`, /there is no "hub": expected a mapping/],
    [
      "agents as a map",
      good.replace(list, '"agent-instances": {"a": 1}'),
      /"agent-instances" of the host "localhost" is a mapping: expected a list/,
    ],
    [
      "entries that are none",
      good.replace(list, '"agent-instances": [1, null, "x"]'),
      /agent 1 of the host "localhost" is 1 .*expected a mapping/,
    ],
  ];
  for (const [what, text, expected] of wrong) {
    if (typeof text === "string") await bed.writeText(text);
    else await Deno.writeFile(bed.site.file, text);
    const [, , update] = await within(bed.task("update", { reload_config: true }), 20_000, what);
    assert.match(textsOf(update), expected, what);
    const [ok, , message = ""] = (await bed.shown()).data.config_parse_status["[SCF]"] ?? [];
    assert.equal(ok, false, what);
    assert.match(message, expected, what);
    assert.deepEqual(bed.pids(), before, what);
  }
  await Deno.remove(bed.site.file);
  const [, , gone] = await bed.task("update", { reload_config: true, requests: [["b", "up"]] });
  assert.match(textsOf(gone), /Cannot read site file .*: there is no such file/);
  await Deno.mkdir(bed.site.file);
  const [, , folder] = await bed.task("update", { reload_config: true });
  assert.match(textsOf(folder), /Cannot read site file .*: it is a folder/);
  await bed.untilState(["a", "b"], "up");
  assert.equal(bed.pids()["a"], before["a"]);
  await Deno.remove(bed.site.file);
  await bed.writeText(good);
  await bed.task("update", { reload_config: true });
  await bed.until("the file again", ({ data }) => data.config_parse_status["[SCF]"]?.[0] === true);
});

Deno.test("HostManager keeps services while docker's client writes without end, and ends in time while it hangs", async () => {
  await using docker = await DockerStandin.make({ "ocs-a": { image: "a:1" } });
  await using router = await OurRouter.start();
  await using bed = await HostBed.make(router, [{ id: "a", manage: "docker" }, { id: "idle", exe: IDLE }], {
    args: ["--docker-compose", docker.composeFile, "--docker-timeout", "3"],
    env: docker.env,
  });
  await bed.start();
  await bed.untilState(["a", "idle"], "up", 30_000);
  const before = await docker.pids();
  await docker.behave("flood");
  const shown = await bed.until(
    "the complaint",
    ({ data }) =>
      /it wrote more than \d+ bytes|no end after 3 s/.test(
        data.config_parse_status[docker.composeFile]?.[2] ?? "",
      ),
  );
  assert.deepEqual(
    shown.data.child_states.map((one) => [one.instance_id, one.next_action, one.target_state]),
    [
      ["a", "up", "up"],
      ["idle", "up", "up"],
    ],
  );
  assert.deepEqual(await docker.pids(), before);
  // What docker does not stop is left to docker; the manager and its programs end all the same.
  await docker.behave("hang");
  await bed.task("update", { requests: [["a", "down"]] });
  bed.program.signal("SIGTERM");
  const { code } = await within(bed.program.ended, 12_000, "the end of the manager");
  assert.equal(code, 0);
  assert.deepEqual(bed.children(), []);
  await docker.behave("well");
});
