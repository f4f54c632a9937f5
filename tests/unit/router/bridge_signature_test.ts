import assert from "node:assert/strict";
import { BridgeRefusal } from "../../../router/bridge_request.ts";
import { checkSignature } from "../../../router/bridge_signature.ts";

Deno.test("R100: checkSignature() accepts the vector of the specification, and nothing near it", () => {
  const rules = { key: "k1", secret: "s3cret" };
  const nowMs = Date.parse("2025-01-01T00:00:00.000Z");
  const body = new TextEncoder().encode('{"procedure":"com.example.add2","args":[2,3]}');
  const fields = {
    key: "k1",
    timestamp: "2025-01-01T00:00:00.000Z",
    seq: "1",
    nonce: "42",
    signature: "REamUckVWMXP-V_MDwffjIqrzgCtFrw0wKFUYBwnT-Q=",
  };
  checkSignature(new URLSearchParams(fields), body, { rules, nowMs });
  checkSignature(new URLSearchParams(fields), body, {
    rules: { ...rules, timestampDeltaSeconds: 0 },
    nowMs: 0,
  });
  const refused = (change: Partial<typeof fields>, status: number, options = { rules, nowMs }) => {
    assert.throws(
      () => checkSignature(new URLSearchParams({ ...fields, ...change }), body, options),
      (error) => error instanceof BridgeRefusal && error.status === status,
    );
  };
  refused({ seq: "2" }, 401);
  refused({ timestamp: "2025-01-01T00:00:00.00Z" }, 401);
  refused({ signature: fields.signature.replace("R", "S") }, 401);
  refused({ signature: "" }, 401);
  refused({}, 401, { rules: { ...rules, secret: "other" }, nowMs });
  refused({}, 400, { rules, nowMs: nowMs + 300_001 });
  refused({ timestamp: "2025-13-01T00:00:00.000Z" }, 400);
});
