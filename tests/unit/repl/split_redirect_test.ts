import assert from "node:assert/strict";
import { openResultFile } from "../../../repl/open_result_file.ts";
import { splitRedirect } from "../../../repl/split_redirect.ts";

Deno.test("splitRedirect() takes the file behind a verb", () => {
  assert.deepEqual(splitRedirect("agents > a.txt"), {
    words: ["agents"],
    file: { path: "a.txt", append: false },
  });
  assert.deepEqual(splitRedirect("agents >>a.txt"), {
    words: ["agents"],
    file: { path: "a.txt", append: true },
  });
  assert.deepEqual(splitRedirect(`start x.y a=">" b='> c'`).file, undefined);
  assert.deepEqual(splitRedirect(`agents > "a b.txt"`).file, { path: "a b.txt", append: false });
});

Deno.test("splitRedirect() says what is wrong", () => {
  assert.throws(() => splitRedirect("agents >"), /there is no file behind ">"/);
  assert.throws(() => splitRedirect("agents > a b"), /"b" is behind the file, expected nothing/);
  assert.throws(() => splitRedirect("agents > > a"), SyntaxError);
});

Deno.test("openResultFile() never overwrites", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a.txt`;
    await Deno.writeTextFile(path, "old\n");
    await assert.rejects(openResultFile({ path, append: false }), /it is there already; use >> to add to it/);
    {
      using file = await openResultFile({ path, append: true });
      await file.write(new TextEncoder().encode("new\n"));
    }
    assert.equal(await Deno.readTextFile(path), "old\nnew\n");
    await assert.rejects(
      openResultFile({ path: `${folder}/no/b.txt`, append: true }),
      /^Error: Cannot write/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
