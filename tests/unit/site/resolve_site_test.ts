import assert from "node:assert/strict";
import { loadSite, resolveSite, SiteError, SiteFileError } from "../../../site/mod.ts";
import { memoryEnvironment, SITE_TEXT } from "./memory_environment.ts";

const FILES = { "/etc/ocs/default.yaml": SITE_TEXT, "/etc/ocs/other.yaml": SITE_TEXT };
const VARIABLES = { OCS_CONFIG_DIR: "/etc/ocs" };

Deno.test("OCS 72: a host block's wamp_server overrides the hub; --site-hub overrides both", async () => {
  const environment = memoryEnvironment({ files: FILES, variables: VARIABLES });
  const site = await resolveSite({}, { environment });
  assert.equal(site.wampServer, "ws://crossbar:8001/ws");
  assert.equal(site.wampHttp, "http://10.0.0.3:8001/call");
  const other = await resolveSite({
    siteHub: "ws://elsewhere:1/ws",
    siteRealm: "r",
    siteHttp: "http://x/call",
  }, {
    environment,
  });
  assert.equal(other.wampServer, "ws://elsewhere:1/ws");
  assert.equal(other.wampHttp, "http://x/call");
  assert.equal(other.realm, "r");
});

Deno.test("OCS 73: localhost serves as fallback host block, even for --site-host", async () => {
  const environment = memoryEnvironment({ files: FILES, variables: VARIABLES, hostname: "laptop" });
  assert.equal((await resolveSite({}, { environment, match: "host" })).host?.name, "localhost");
  assert.equal((await resolveSite({ siteHost: "nobody" }, { environment })).host?.name, "localhost");
  assert.equal((await resolveSite({ siteHost: "daq-1" }, { environment })).host?.name, "daq-1");
});

Deno.test("OCS 74: two instances of a class without --instance-id give Python's error", async () => {
  const environment = memoryEnvironment({ files: FILES, variables: VARIABLES });
  await assert.rejects(
    resolveSite({}, { environment, match: "agent", agentClass: "FakeDataAgent" }),
    (error) =>
      error instanceof SiteError &&
      error.message.startsWith(
        "Multiple matches found for agent-class=FakeDataAgent ... you probably need to pass --instance-id=",
      ) && error.message.includes('"faker1", "faker2"'),
  );
});

Deno.test("resolveSite() finds an instance by its class and tells its id", async () => {
  const environment = memoryEnvironment({ files: FILES, variables: VARIABLES });
  const site = await resolveSite({}, { environment, match: "agent", agentClass: "RegistryAgent" });
  assert.equal(site.instanceId, "registry");
  assert.equal(site.logDir, "/var/log/ocs");
  assert.equal(site.crossbarTimeoutSeconds, 30);
  assert.equal(site.accessPolicy, "director:access-dir");
  assert.equal(site.sourceFile, "/etc/ocs/default.yaml");
});

Deno.test("resolveSite() finds an instance by id whatever its class is", async () => {
  const environment = memoryEnvironment({ files: FILES, variables: VARIABLES });
  const site = await resolveSite({ instanceId: "registry" }, {
    environment,
    match: "agent",
    agentClass: "Any",
  });
  assert.equal(site.instance?.agentClass, "RegistryAgent");
});

Deno.test("resolveSite() suggests the id that was meant", async () => {
  const environment = memoryEnvironment({ files: FILES, variables: VARIABLES });
  await assert.rejects(
    resolveSite({ instanceId: "fakir1" }, { environment, match: "agent", agentClass: "FakeDataAgent" }),
    /Could not find matching device description.*did you mean "faker1"/s,
  );
});

Deno.test("resolveSite() without a matching host fails for agents in Python's words, and not for clients", async () => {
  const files = { "/f.yaml": SITE_TEXT.replace("localhost:", "daq-2:") };
  const environment = memoryEnvironment({ files, hostname: "daq-9" });
  await assert.rejects(
    resolveSite({ siteFile: "/f.yaml" }, { environment, match: "host" }),
    /Site config has no entry in "hosts" for \['daq-9', 'localhost'\].*"daq-1", "daq-2"; did you mean/s,
  );
  const site = await resolveSite({ siteFile: "/f.yaml" }, { environment });
  assert.equal(site.host, undefined);
  assert.equal(site.wampServer, "ws://10.0.0.3:8001/ws");
  assert.equal(site.crossbarTimeoutSeconds, 10);
});

Deno.test("resolveSite() takes --site NAME from the folder and refuses it together with --site-file", async () => {
  const environment = memoryEnvironment({ files: FILES, variables: VARIABLES });
  assert.equal((await resolveSite({ site: "other" }, { environment })).sourceFile, "/etc/ocs/other.yaml");
  await assert.rejects(
    resolveSite({ site: "other", siteFile: "/x.yaml" }, { environment }),
    /both --site "other" and --site-file "\/x\.yaml" are given/,
  );
  await assert.rejects(
    resolveSite({ site: "third" }, { environment }),
    /third\.yaml": there is no such file/,
  );
});

Deno.test("resolveSite() without a site file leaves absent what nobody said, with --site none or hub, realm and root", async () => {
  const environment = memoryEnvironment({});
  const none = await resolveSite({ site: "none" }, { environment });
  assert.equal(none.wampServer, undefined);
  assert.equal(none.crossbarTimeoutSeconds, 10);
  const given = { siteHub: "ws://h:1/ws", siteRealm: "r", addressRoot: "a", crossbarTimeout: 0 };
  const site = await resolveSite(given, { environment, match: "agent", agentClass: "X" });
  assert.equal(site.wampServer, "ws://h:1/ws");
  assert.equal(site.wampHttp, undefined);
  assert.equal(site.crossbarTimeoutSeconds, 0);
  await assert.rejects(resolveSite({ siteHub: "ws://h:1/ws" }, { environment }), /OCS_CONFIG_DIR is not set/);
});

Deno.test("resolveSite() prefers a site file that is there to one that hub, realm and root stand for", async () => {
  const environment = memoryEnvironment({ files: FILES, variables: VARIABLES });
  const site = await resolveSite({ siteHub: "ws://h:1/ws", siteRealm: "r", addressRoot: "a" }, {
    environment,
  });
  assert.equal(site.sourceFile, "/etc/ocs/default.yaml");
  assert.equal(site.addressRoot, "a");
});

Deno.test("loadSite() throws every error of an unusable file at once", async () => {
  const environment = memoryEnvironment({
    files: { "/f.yaml": "hub:\n  wamp_server: 5\nhosts:\n  a: []\n  b: {}\n" },
  });
  await assert.rejects(loadSite({ siteFile: "/f.yaml" }, environment), (error) => {
    assert(error instanceof SiteFileError);
    assert.equal(error.problems.length, 3);
    assert.match(error.message, /^Cannot use site file "\/f\.yaml":\n {2}\/f\.yaml:2:16: error: /);
    return true;
  });
});

Deno.test("loadSite() names a missing file, a folder, one without permission and one that is too large", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assert.rejects(loadSite({ siteFile: `${folder}/none.yaml` }), /none\.yaml": there is no such file/);
    await assert.rejects(loadSite({ siteFile: folder }), /it is a folder, expected a YAML file/);
    const big = new Uint8Array(11 * 1024 * 1024);
    const environment = memoryEnvironment({ files: { "/big.yaml": big } });
    await assert.rejects(
      loadSite({ siteFile: "/big.yaml" }, environment),
      /11534336 bytes, expected at most/,
    );
    const denied = {
      ...memoryEnvironment({}),
      readFile: () => Promise.reject(new Deno.errors.PermissionDenied()),
    };
    await assert.rejects(loadSite({ siteFile: "/x.yaml" }, denied), /this user may not read it/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
