import assert from "node:assert/strict";
import { testsWith } from "../helpers/interop_test.ts";
import { Program } from "../helpers/process.ts";
import { pythonPeers } from "../helpers/python_peers.ts";
import { routerAt } from "../helpers/router_fixture.ts";
import { writeSite } from "../helpers/site_file.ts";
import { ocs } from "../system/cli/ocs.ts";

const test = await testsWith("Python peers", pythonPeers);

test("OCS 7.5: ocs systemd --python-bin writes what ocs-install-systemd writes, byte for byte", async (peers) => {
  await using site = await writeSite(routerAt(8001), [{
    agentClass: "HostManager",
    instanceId: "hm-localhost",
  }]);
  for (
    const further of [[], [
      "--docker-compose",
      "c.yml",
      "--service-host",
      "h",
    ]]
  ) {
    const folders = [`${site.folder}/one`, `${site.folder}/two`];
    for (const folder of folders) {
      await Deno.remove(folder, { recursive: true }).catch(() => {});
      await Deno.mkdir(folder);
    }
    const [theirs = "", ours = ""] = folders;
    const options = (folder: string) => [
      ...["--site-file", site.file, "--site-host", "localhost", "--shell", "/bin/bash"],
      ...["--python-bin", "/usr/bin/python3", "--service-user", "ocs", "--launcher-dir", folder],
      ...["--service-dir", folder, ...further],
    ];
    await Program.run({
      name: "ocs-install-systemd",
      command: peers.program("ocs-install-systemd"),
      args: options(theirs),
      cwd: site.folder,
      env: { OCS_CONFIG_DIR: site.folder },
    });
    const end = await ocs(["systemd", ...options(ours)], { cwd: site.folder });
    assert.equal(end.code, 0, end.stderr);
    const names = [...Deno.readDirSync(theirs)].map(({ name }) => name).sort();
    assert.equal(names.length, 2);
    assert.deepEqual([...Deno.readDirSync(ours)].map(({ name }) => name).sort(), names);
    for (const name of names) {
      const expected = (await Deno.readTextFile(`${theirs}/${name}`)).replaceAll(theirs, ours);
      assert.equal(await Deno.readTextFile(`${ours}/${name}`), expected, name);
      const isExecutable = name.endsWith(".sh");
      assert.equal(((await Deno.stat(`${ours}/${name}`)).mode ?? 0) & 0o111, isExecutable ? 0o111 : 0, name);
    }
  }
});
