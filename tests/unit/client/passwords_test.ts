import assert from "node:assert/strict";
import { findPassword } from "../../../client/passwords.ts";
import { AccessFileError } from "../../../site/errors.ts";

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

Deno.test("findPassword() names the file that is missing or none", async () => {
  await withPasswords(undefined, async (path) => {
    await assert.rejects(findPassword(2, AGENT), (error) => {
      assert.ok(error instanceof Deno.errors.NotFound);
      assert.ok(error.message.startsWith(`Cannot read passwords "${path}": it is not there`));
      return true;
    });
  });
  await withPasswords("", async (path) => {
    await Deno.remove(path);
    await Deno.mkdir(path);
    await assert.rejects(findPassword(2, AGENT), { name: "TypeError", message: /it is no file/ });
  });
});

Deno.test("findPassword() says file, line and what was expected of a file that is wrong, and no password", async () => {
  const cases: readonly (readonly [content: string, where: string, what: string])[] = [
    ["a: hunter2", "1:1", "the file is a mapping: expected a list of entries"],
    ["# nothing yet", "1:1", "the file is empty: expected a list of entries"],
    ["- hunter2", "1:3", "passwords entry 1 is a text: expected a mapping"],
    [
      "- default: true\n  password_2: [hunter2]",
      "2:15",
      '"password_2" of passwords entry 1 is a list: expected a text',
    ],
    [
      "- default: true\n  password_3: 31337",
      "2:15",
      '"password_3" of passwords entry 1 is a number in YAML: expected a text: put it in quotes',
    ],
    ["- default: 'yes'", "1:12", '"default" of passwords entry 1 is a text: expected true or false'],
    ["- instance_id: 5", "1:16", '"instance_id" of the passwords entry 1 is 5 (a number in YAML)'],
    ["- default: true\n  password_2: hunter2: x", "2:", ""],
    ["- {", "1:", ""],
    ['- default: true\n   password_2: "hunter2"', "1:", "nested mappings"],
    ['- default: true\n  password_2: "hunter2', "2:", ""],
    ["- default: true\n\tpassword_2: hunter2", "2:", "unexpected scalar at node end"],
    ["- password_2: 'hunter2' 'hunter2'", "1:", ""],
  ];
  for (const [content, where, what] of cases) {
    await withPasswords(content, async (path) => {
      await assert.rejects(findPassword(3, AGENT), (error) => {
        assert.ok(error instanceof AccessFileError, content);
        const start = `Cannot use passwords file "${path}":\n  ${path}:${where}`;
        assert.ok(error.message.startsWith(start), error.message);
        assert.ok(error.message.includes(what), error.message);
        assert.ok(!/hunter2|31337/.test(error.message), error.message);
        return true;
      });
    });
  }
});

Deno.test("findPassword() goes on without a faulty entry that is for other agents, and warns of it", async () => {
  const content = `
- default: true
  password_3: all-3
- instance_id: "other*"
  password_2: 12345
- agent_class: FakeDataAgent
  pasword_2: hunter2
`;
  await withPasswords(content, async (path) => {
    const lines: string[] = [];
    const logger = { info() {}, error() {}, warn: (text: string) => void lines.push(text) };
    assert.equal(await findPassword(2, AGENT, { logger }), "all-3");
    assert.deepEqual(lines, [
      `${path}:5:15: error: "password_2" of passwords entry 2 is a number in YAML: expected a text: put it in quotes`,
      `${path}:7:3: warning: "pasword_2" of passwords entry 3 is not known and ignored, by Python OCS as well: ` +
      'expected a known key; did you mean "password_2"?',
      `${path}:6:3: warning: passwords entry 3 has no password: expected "password_2" or "password_3" beside the rest of it`,
    ]);
    await assert.rejects(findPassword(2, { ...AGENT, instanceId: "other1" }), AccessFileError);
  });
});

Deno.test("findPassword() refuses files that no person has written, soon and without a word of them", async () => {
  const bomb = ["- &a0 [hunter2, hunter2]"];
  for (let i = 1; i < 30; i++) bomb.push(`- &a${i} [*a${i - 1}, *a${i - 1}]`);
  const cases: readonly (readonly [content: string, what: RegExp])[] = [
    ["\0\0\0hunter2\0", /1:|expected a list/],
    ["\ufeff\ufffd\u0007hunter2", /1:|expected a list/],
    [bomb.join("\n"), /passwords entry 1 is a list: expected a mapping/],
    [`${"[".repeat(5000)}hunter2`, /1:/],
    [`- default: true\n  password_2: &a [*a, hunter2]`, /2:/],
    [`- &hunter2 {default: true, password_2: *hunter3}`, /1:/],
  ];
  for (const [content, what] of cases) {
    await withPasswords(content, async (path) => {
      await assert.rejects(findPassword(2, AGENT), (error: Error) => {
        assert.ok(error.message.includes(path) && !error.message.includes("hunter2"), error.message);
        assert.match(error.message, what);
        return true;
      });
    });
  }
  await withPasswords("", async (path) => {
    await Deno.truncate(path, 20 * 1024 * 1024);
    await assert.rejects(findPassword(2, AGENT), { message: /it has 20971520 bytes/ });
  });
});
