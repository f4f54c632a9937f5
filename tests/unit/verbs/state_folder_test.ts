import assert from "node:assert/strict";
import { homedir } from "node:os";
import { stateFolder } from "../../../internal/state_folder.ts";
import { siteKey, userAtHost } from "../../../verbs/state_folder.ts";

const HUB = { wampServer: "ws://10.0.0.5:8001/ws", realm: "test_realm", addressRoot: "observatory" };

/** Runs with a variable set, or not set. */
function withVariable(name: string, value: string | undefined, run: () => void): void {
  const before = Deno.env.get(name);
  const set = (text: string | undefined) =>
    text === undefined ? Deno.env.delete(name) : Deno.env.set(name, text);
  set(value);
  try {
    run();
  } finally {
    set(before);
  }
}

Deno.test("stateFolder() is that of XDG_STATE_HOME, and the usual one where that is absent or relative", () => {
  withVariable("XDG_STATE_HOME", "/var/state", () => assert.equal(stateFolder(), "/var/state/ocs"));
  for (const value of [undefined, "", "state"]) {
    withVariable("XDG_STATE_HOME", value, () => assert.equal(stateFolder(), `${homedir()}/.local/state/ocs`));
  }
});

Deno.test("siteKey() is one for each site file, whatever router that names today", () => {
  const file = { ...HUB, sourceFile: "/etc/ocs/lab/default.yaml" };
  assert.match(siteKey(file), /^lab-default-[0-9a-f]{8}$/);
  assert.equal(siteKey({ ...file, wampServer: "ws://other/ws" }), siteKey(file));
  assert.notEqual(siteKey({ ...file, sourceFile: "/home/me/lab/default.yaml" }), siteKey(file));
});

Deno.test("siteKey() of a site without a file is its router, realm and address root", () => {
  const site = { ...HUB, sourceFile: undefined };
  assert.match(siteKey(site), /^10\.0\.0\.5_8001-[0-9a-f]{8}$/);
  for (const other of [{ realm: "r2" }, { addressRoot: "o2" }, { wampServer: "ws://10.0.0.5:8002/ws" }]) {
    assert.notEqual(siteKey({ ...site, ...other }), siteKey(site));
  }
});

Deno.test("siteKey() is a name for a folder, whatever the site is called", () => {
  for (
    const sourceFile of [
      "/a/../b c/\u0000\n.yaml",
      "/",
      "C:\\ocs\\näme.yml",
      `/${"x".repeat(5000)}.yaml`,
      "/../..",
    ]
  ) {
    assert.match(siteKey({ ...HUB, sourceFile }), /^\w[\w.-]{0,80}$/);
  }
});

Deno.test("userAtHost() names somebody", () => {
  withVariable("USER", "ann", () => assert.equal(userAtHost(), `ann@${Deno.hostname()}`));
  withVariable(
    "USER",
    undefined,
    () => withVariable("LOGNAME", "bob", () => assert.match(userAtHost(), /^bob@/)),
  );
  withVariable("USER", "", () => withVariable("LOGNAME", "", () => assert.match(userAtHost(), /^[^@]+@/)));
});
