import assert from "node:assert/strict";
import { clientEnvironment, readClientEnvironment } from "../../../site/mod.ts";
import { memoryEnvironment } from "./memory_environment.ts";

Deno.test("clientEnvironment() writes what readClientEnvironment() reads, and nothing of an outer program stays", () => {
  const options = {
    siteHub: "ws://10.0.0.3:8001/ws",
    siteRealm: "lab",
    addressRoot: "observatory",
    site: "none",
  };
  const variables = clientEnvironment(options);
  assert.equal(variables["OCS_SITE_FILE"], "");
  assert.deepEqual(readClientEnvironment(memoryEnvironment({ variables })), options);
});
