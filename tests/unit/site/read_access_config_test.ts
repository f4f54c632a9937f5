import assert from "node:assert/strict";
import * as yaml from "../../../deps/yaml.ts";
import { readAccessConfig } from "../../../site/read_access_config.ts";
import { formatProblem } from "../../../site/site_problem.ts";

const read = (text: string) => readAccessConfig(yaml, text, "a.yaml");
const problemsOf = (text: string) => read(text).problems.map(formatProblem);

/** The example of OCS 11.10. */
const EXAMPLE = `
passwords:
  - default: true
    password_1: ''
    password_4: 'very-secret'
  - agent_class: 'FakeDataAgent'
    instance_id: '!faker4'
    password_2: 'fakers-2'
exclusive_access_blocks:
  - name: night-run
    password: let-me-in
    grants:
      - instance_id: 'faker*,!faker4'
        cred_level: 3
        lockout_levels: [1, 2, 3]
`;

Deno.test("OCS 11.10: readAccessConfig() makes rules by level, hashed for distribution, and grant blocks", () => {
  const { config, problems } = read(EXAMPLE);
  assert.deepEqual(problems, []);
  const everywhere = { default: true, agent_class: null, instance_id: null };
  const fakers = { default: false, agent_class: "FakeDataAgent", instance_id: "!faker4" };
  assert.deepEqual(
    config?.rules.map(({ hashed_pass, cred_level, scope_spec }) => [hashed_pass, cred_level, scope_spec]),
    [
      [{ hash: "none", value: "" }, 1, everywhere],
      [{ hash: "md5", value: "9c08fdab0e5f23bc" }, 4, everywhere],
      [{ hash: "md5", value: "63e74e3b15826196" }, 2, fakers],
    ],
  );
  assert.deepEqual(config?.blocks, [{
    name: "night-run",
    password: "let-me-in",
    hash: "md5",
    grants: [{
      scope: { default: false, agent_class: null, instance_id: "faker*,!faker4" },
      credLevel: 3,
      lockoutLevels: [1, 2, 3],
    }],
  }]);
});

Deno.test("OCS 11.10: readAccessConfig() takes hashes by default, by password and for distribution", () => {
  const hashes = (text: string) => read(text).config?.rules.map(({ hashed_pass }) => hashed_pass);
  const md5 = "0cc175b9c0f1b6a8";
  assert.deepEqual(
    hashes(
      `passwords_block_default_hashfunc: md5\npasswords: [{default: true, password_1: '', password_2: ${md5}}]`,
    ),
    [{ hash: "none", value: "" }, { hash: "md5", value: md5 }],
  );
  const mixed = `
passwords:
- default: true
  password_1: {hash: blocked}
  password_2: {hash: none, value: a}
  password_3: {hash: none}
  password_4: {hash: md5, value: ${md5}}
`;
  const expected = [
    { hash: "blocked", value: "" },
    { hash: "md5", value: md5 },
    { hash: "none", value: "" },
    { hash: "md5", value: md5 },
  ];
  assert.deepEqual(hashes(mixed), expected);
  const clear = hashes(`distrib_hashfunc: none\n${mixed}`);
  assert.deepEqual(clear?.[1], { hash: "none", value: "a" });
});

Deno.test("readAccessConfig() lists every error with line and what was expected, and no password", () => {
  const text = `
distrib_hashfunc: blocked
passwords:
  - default: 'true'
    password_1: 31337
    password_2: [hunter2]
    password_3: {hash: sha1, value: hunter2}
    password_4: {value: hunter2}
  - hunter2
  - instance_id: 5
    password_2: hunter2
exclusive_access_blocks:
  - grants: []
  - name: b
    hash: blocked
    password: 31337
    grants:
      - default: true
      - default: true
        cred_level: 5
        lockout_levels: [1, 9]
      - default: true
        cred_level: 2
        lockout_levels: 3
  - name: c
`;
  const { config, problems } = read(text);
  assert.equal(config, undefined);
  const lines = problems.map(formatProblem).sort();
  assert.deepEqual(
    lines.map((line) => line.slice("a.yaml:".length)).sort((a, b) => parseInt(a) - parseInt(b)),
    [
      `2:19: error: "distrib_hashfunc" of the file is a text: expected one of none, md5`,
      `4:14: error: "default" of passwords entry 1 is a text: expected true or false`,
      `5:17: error: "password_1" of passwords entry 1 is a number in YAML: expected a text: put it in quotes`,
      `6:17: error: "password_2" of passwords entry 1 is a list: expected a text`,
      `7:24: error: "hash" of "password_3" of passwords entry 1 is a text: expected one of none, md5, blocked`,
      `8:17: error: "password_4" of passwords entry 1 has no "hash": expected one of none, md5, blocked`,
      `9:5: error: passwords entry 2 is a text: expected a mapping`,
      `10:18: error: "instance_id" of the passwords entry 3 is 5 (a number in YAML): expected a text in quotes, "5"`,
      `13:5: error: grant block 1 has no "name": expected a text`,
      `15:11: error: "hash" of grant block 2 is a text: expected one of none, md5`,
      `16:15: error: "password" of grant block 2 is a number in YAML: expected a text: put it in quotes`,
      `18:9: error: grant block 2, grant 1 has no "cred_level": expected a level, 0 to 4`,
      `20:21: error: "cred_level" of grant block 2, grant 2 is a number in YAML: expected a level, 0 to 4`,
      `21:29: error: an element of "lockout_levels" of grant block 2, grant 2 is a number in YAML: expected a level, 0 to 4`,
      `24:25: error: "lockout_levels" of grant block 2, grant 3 is a number in YAML: expected a list of levels, such as [1, 2, 3]`,
      `25:5: error: grant block 3 has no "grants": expected a list of what it gives`,
    ],
  );
  for (const line of lines) assert.ok(!/hunter2|31337/.test(line), line);
});

Deno.test("readAccessConfig() refuses what is no such file at all, without a word of it", () => {
  for (
    const [text, what] of [
      ["", "the file is empty"],
      ["hunter2", "the file is a text"],
      ["[hunter2]", "the file is a list"],
      ["passwords: hunter2", '"passwords" is a text'],
      ["passwords:", '"passwords" is empty'],
      ["passwords: {hunter2: 1}", '"passwords" is a mapping'],
      ["passwords: [hunter2", "has not ended here"],
      ["passwords: 'hunter2' hunter2", "error"],
      ["passwords: *hunter2", "error"],
      ["\0hunter2", "there are bytes that are no text"],
    ] as const
  ) {
    const { config } = read(text);
    const lines = problemsOf(text).join("\n");
    assert.equal(config, undefined, text);
    assert.ok(lines.includes(what), lines);
    assert.ok(!lines.includes("hunter2"), lines);
  }
});

Deno.test("readAccessConfig() warns of what Python ignores without a word, such as the name in its own example", () => {
  const text = `
password: []
distrib_hashfunc: none
passwords:
  - default: true
  - password_3: abc
  - default: true
    password_3: {hash: md5, value: 0cc175b9c0f1b6a831c399e269772661}
exclusive_access_blocks:
  - name: a
    grants:
      - default: true
        cred_level: 2
        lock_levels: [3]
  - name: a
    grants: []
`;
  const { config, problems } = read(text);
  assert.ok(config !== undefined);
  assert.deepEqual(problems.map(({ severity }) => severity).filter((severity) => severity === "error"), []);
  const lines = problemsOf(text).join("\n");
  for (
    const part of [
      '2:1: warning: "password" of the file is not known and ignored, by Python OCS as well: expected a known key; ' +
      'did you mean "passwords"?',
      '3:19: warning: "distrib_hashfunc" is none: expected md5: passwords go to all in clear text',
      '5:5: warning: passwords entry 1 has no password: expected "password_1" to "password_4"',
      '6:5: warning: passwords entry 2 is for no agent: expected "default: true"',
      '8:17: warning: "password_3" of passwords entry 3 is no md5 value, so no password matches it',
      '14:9: warning: "lock_levels" of grant block 1, grant 1 is not known and ignored, by Python OCS as well: ' +
      'expected a known key; did you mean "lockout_levels"?',
      "15:5: warning: grant block 2 has the name of one before it, which wins",
    ]
  ) assert.ok(lines.includes(part), `${part}\n\n${lines}`);
});
