import assert from "node:assert/strict";
import { lockFile } from "../../../internal/file_lock.ts";

Deno.test("lockFile() has one holder at a time, waits for no longer than told, and goes on when the file is closed", async () => {
  const path = await Deno.makeTempFile({ prefix: "lock_" });
  try {
    const first = await Deno.open(path, { append: true });
    using second = await Deno.open(path, { append: true });
    assert.equal(await lockFile(first), true);
    assert.equal(await lockFile(second, 40), false);
    const waiting = lockFile(second, 10_000);
    first.close();
    assert.equal(await waiting, true);
  } finally {
    await Deno.remove(path);
  }
});
