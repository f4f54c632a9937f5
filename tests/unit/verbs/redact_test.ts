import assert from "node:assert/strict";
import { redact, redactWords } from "../../../verbs/redact.ts";

/** Every one holds the password in a form of its own; what must stay is beside it. */
const LINES: readonly (readonly [line: string, redacted: string])[] = [
  ["start a.b --privs hunter2", "start a.b --privs ***"],
  ["start a.b --privs=hunter2 delay=2.0", "start a.b --privs=*** delay=2.0"],
  ["start a.b --PRIVS hunter2,x)y]z}w;", "start a.b --PRIVS ***"],
  ['start a.b --privs "hunter2 with blanks" x=1', 'start a.b --privs "***" x=1'],
  ["start a.b --privs 'hunter2 \"x' x=1", "start a.b --privs '***' x=1"],
  ['start a.b --privs "hunter2\\" x" x=1', 'start a.b --privs "***" x=1'],
  ["start a.b --privs h'unter 2'x\\ y z=1", "start a.b --privs *** z=1"],
  ['start a.b --privs "hunter2 never closed', 'start a.b --privs "***"'],
  ['start a.b --privs "hunter2 \\', 'start a.b --privs "***"'],
  ["start a.b password=hunter2 user=me", "start a.b password=*** user=me"],
  ["start a.b note='(' db_password=hunter2,x user=me", "start a.b note='(' db_password=*** user=me"],
  ["start a.b auth={user: me, password: hunter2} x=1", "start a.b auth={user: me, password: ***} x=1"],
  ["start a.b args=[--privs, hunter2, --band, 4]", "start a.b args=[--privs, ***, --band, 4]"],
  ['start a.b args=["--password", "hunter2"]', 'start a.b args=["--password", "***"]'],
  ["start a.b args=[--api-token=hunter2, 4]", "start a.b args=[--api-token=***, 4]"],
  ["start a.b url=ws://me:hunter2@p@host:8001/ws", "start a.b url=ws://me:***@host:8001/ws"],
  ["Authorization: Bearer hunter2.abc", "Authorization: Bearer ***"],
  ["agent X --access-policy override:hunter2,hunter2x --y 1", "agent X --access-policy override:*** --y 1"],
  ['up "--access-policy=override:hunter2,3"', 'up "--access-policy=override:***"'],
  ["access_policy: override:hunter2,", "access_policy: override:***"],
  ["OCS_SECRET=hunter2 ocs agents", "OCS_SECRET=*** ocs agents"],
  [
    `Error: Cannot log in {"password": "hunter2", "user": "me"}`,
    `Error: Cannot log in {"password": "***", "user": "me"}`,
  ],
  ["{'passwd': 'hunter2', 'x': 1}", "{'passwd': '***', 'x': 1}"],
];

const CODE: readonly (readonly [line: string, redacted: string])[] = [
  [`OCSClient.connect("a", { privs: "hunter2" })`, `OCSClient.connect("a", { privs: "***" })`],
  ["const password = `hunter2 ${x}`; go()", "const password = `***`; go()"],
  [`password = 'hun' + "ter2"; x = 1`, `password = '***'; x = 1`],
  [`if (password === "hunter2") go()`, `if (password === "***") go()`],
  [`options["password"] = "hunter2"`, `options["password"] = "***"`],
  [`client.setPassword("hunter2")`, `client.setPassword("***")`],
  ["const pin = { apiToken: 81234 }", "const pin = { apiToken: *** }"],
  ["run(`--privs hunter2`)", "run(`--privs ***`)"],
];

Deno.test("redact() hides passwords in every form of a verb line, and nothing beside them", () => {
  for (const [line, redacted] of LINES) assert.equal(redact(line), redacted);
});

Deno.test("redact() hides literals in TypeScript and leaves the code running", () => {
  for (const [line, redacted] of CODE.slice(0, -1)) assert.equal(redact(line, "typescript"), redacted);
  const same = "const token = await getToken(); connect({ privs: token, password }); f(() => passwords)";
  assert.equal(redact(same, "typescript"), same);
});

Deno.test("redact() never leaves the password of any form, whatever the kind", () => {
  for (const [line] of [...LINES, ...CODE]) {
    assert.ok(!redact(line).includes("hunter2"), redact(line));
  }
  for (const [line] of CODE) assert.ok(!redact(line, "typescript").includes("hunter2"), line);
});

Deno.test("redact() keeps access levels, which are no passwords", () => {
  for (
    const line of [
      "start a.b --privs 2",
      "start a.b --privs=3 x=1",
      "start a.b --privs @/run/pw x=1",
      `connect("a", { privs: 3 })`,
    ]
  ) {
    assert.equal(redact(line), line);
  }
  assert.equal(redact("login password=2"), "login password=***");
});

Deno.test("redact() does the same again, and takes what is long and odd", () => {
  for (const [line] of LINES) assert.equal(redact(redact(line)), redact(line));
  const odd = '\u0000\ud800 "\\'.repeat(20_000);
  assert.equal(redact(odd), odd);
  for (
    const part of ["y", "password", "password ", "--", "-password", "'\"", "{password: ", "ws://a:", "a:b@"]
  ) {
    redact(part.repeat(Math.ceil(200_000 / part.length)));
  }
  assert.ok(!redact(`password=${"\\".repeat(50_000)}hunter2`).includes("hunter2"));
});

Deno.test("redactWords() knows the word behind the name of a secret", () => {
  const words = [
    "--num",
    "4",
    "--db-password",
    "hunter2",
    "--x",
    "--token=hunter2",
    "--access-policy",
    "override:a,b",
  ];
  assert.deepEqual(redactWords(words), [
    "--num",
    "4",
    "--db-password",
    "***",
    "--x",
    "--token=***",
    "--access-policy",
    "override:***",
  ]);
});
