import assert from "node:assert/strict";
import { findPassword } from "../../../client/passwords.ts";

const AGENT = { agentClass: "FakeDataAgent", instanceId: "faker1" };

/** Runs with a passwords file of this content; undefined for none. */
async function withPasswords(
  content: string | undefined,
  run: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/passwords.yaml`;
  const before = Deno.env.get("OCS_PASSWORDS_FILE");
  try {
    if (content !== undefined) await Deno.writeTextFile(path, content);
    Deno.env.set("OCS_PASSWORDS_FILE", path);
    await run(path);
  } finally {
    if (before === undefined) Deno.env.delete("OCS_PASSWORDS_FILE");
    else Deno.env.set("OCS_PASSWORDS_FILE", before);
    await Deno.remove(folder, { recursive: true });
  }
}

const FILE = `
- default: true
  password_2: all-2
  password_3: all-3
- agent_class: Fake*
  password_3: fakers-3
- instance_id: faker1,faker2
  password_2: two-2
`;

Deno.test("findPassword() takes the most specific entry of the passwords file for the level", async () => {
  await withPasswords(FILE, async () => {
    assert.equal(await findPassword(2, AGENT), "two-2");
    assert.equal(await findPassword(3, AGENT), "fakers-3");
    assert.equal(await findPassword(2, { ...AGENT, instanceId: "other" }), "fakers-3");
    assert.equal(await findPassword(3, { agentClass: "HostManager", instanceId: "hm" }), "all-3");
  });
});

Deno.test("findPassword() reads no file for level 1 or a password given", async () => {
  await withPasswords(undefined, async () => {
    assert.equal(await findPassword(1, AGENT), "");
    assert.equal(await findPassword(undefined, AGENT), "");
    assert.equal(await findPassword("my own", AGENT), "my own");
  });
});

Deno.test("findPassword() names the file that is missing or wrong", async () => {
  await withPasswords(undefined, async (path) => {
    await assert.rejects(findPassword(2, AGENT), (error) => {
      assert.ok(error instanceof Deno.errors.NotFound);
      assert.ok(error.message.startsWith(`Cannot read passwords "${path}": it is not there`));
      return true;
    });
  });
  for (const content of ["a: b", "- 1", "- default: true\n  password_2: [1]", "- {"]) {
    await withPasswords(content, async (path) => {
      await assert.rejects(findPassword(3, AGENT), (error) => {
        assert.ok(error instanceof TypeError);
        assert.ok(error.message.startsWith(`Cannot read passwords "${path}": `), error.message);
        return true;
      });
    });
  }
});
