import assert from "node:assert/strict";
import { readLogin } from "../../../client/site_login.ts";
import { SiteError } from "../../../site/mod.ts";

Deno.test("readLogin() reads key, secret or ticket; without a login there is nothing to read", async () => {
  const folder = await Deno.makeTempDir({ prefix: "login_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const file = `${folder}/file`;
  assert.equal(await readLogin(undefined), undefined);
  await Deno.writeTextFile(file, "ab".repeat(32) + "\n");
  assert.deepEqual(await readLogin({ method: "cryptosign", authId: undefined, file }), {
    method: "cryptosign",
    authId: undefined,
    privateKey: "ab".repeat(32),
  });
  await Deno.writeTextFile(file, " two words \r\n");
  assert.deepEqual(await readLogin({ method: "wampcra", authId: "daq", file }), {
    method: "wampcra",
    authId: "daq",
    secret: " two words ",
  });
  assert.deepEqual(await readLogin({ method: "ticket", authId: "daq", file }), {
    method: "ticket",
    authId: "daq",
    ticket: " two words ",
  });
});

Deno.test("readLogin() says what is wrong with a file, and shows nothing of it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "login_" });
  await using _folder = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const file = `${folder}/file`;
  const refused = async (content: string | undefined, method: "wampcra" | "cryptosign", reason: RegExp) => {
    if (content !== undefined) await Deno.writeTextFile(file, content);
    await assert.rejects(readLogin({ method, authId: "daq", file }), (error: Error) => {
      assert(error instanceof SiteError);
      assert(error.message.startsWith(`Cannot log in by ${method} as "daq": Cannot use `), error.message);
      assert(error.message.includes(`file "${file}"`) && !error.message.includes("hush"), error.message);
      assert.match(error.message, reason);
      return true;
    });
  };
  await refused(undefined, "wampcra", /there is no such file, expected one line of text/);
  await refused("", "wampcra", /it is empty/);
  await refused("\n", "wampcra", /it is empty/);
  await refused("hush\nhush\n", "wampcra", /it has several lines/);
  await refused("hush".repeat(50_000), "wampcra", /it has 200000 bytes/);
  await refused("hush", "cryptosign", /it holds no key/);
});
