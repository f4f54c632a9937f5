/** The files of the compose example that need no docker. @module */
import assert from "node:assert/strict";
import { ocs } from "./ocs.ts";

const FOLDER = new URL("../../../docker/", import.meta.url).pathname;
const SITE = ["--site-file", `${FOLDER}config/default.yaml`, "--site-host", "ocs-docker"];

Deno.test("docker/crossbar/config.json is what ocs crossbar-config writes for the example's site", async () => {
  const { code, stdout, stderr } = await ocs(["crossbar-config", ...SITE]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, await Deno.readTextFile(`${FOLDER}crossbar/config.json`));
});

Deno.test("ocs config check has nothing to say about docker/config/default.yaml", async () => {
  const { code, stdout, stderr } = await ocs(["config", "check", `${FOLDER}config/default.yaml`]);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /no problems/);
});
