import assert from "node:assert/strict";
import {
  callerLevel,
  choosePassword,
  hashPassword,
  matchesAccessPattern,
  matchesGlob,
  parseAccessPolicy,
  parseAccessRules,
  parseScope,
  passwordMatches,
  refusalText,
  scopeApplies,
  scopeSpecificity,
  shownAccessPolicy,
  toCredLevel,
} from "../../../ocs/mod.ts";
import { readPasswords } from "../../../site/read_passwords.ts";
import patterns from "../../data/ocs/access_patterns.json" with { type: "json" };
import callers from "../../data/ocs/caller_levels.json" with { type: "json" };
import globs from "../../data/ocs/globs.json" with { type: "json" };
import hashes from "../../data/ocs/hashes.json" with { type: "json" };
import files from "../../data/ocs/passwords.json" with { type: "json" };
import policies from "../../data/ocs/policies.json" with { type: "json" };
import scopes from "../../data/ocs/scopes.json" with { type: "json" };

const FAKER4 = { agentClass: "FakeDataAgent", instanceId: "faker4" };

Deno.test("OCS 104: hashPassword() knows clear text and the first half of MD5", () => {
  for (const [password = "", hash] of hashes) assert.equal(hashPassword("md5", password), hash);
  assert.equal(hashPassword("none", "abc"), "abc");
  assert.throws(() => hashPassword("sha1", "abc"), {
    name: "RangeError",
    message: /"sha1" is no known hash/,
  });
});

Deno.test("OCS 103: passwordMatches() lets an empty value match all and a blocked one none", () => {
  for (const password of [null, undefined, "", "x"]) {
    assert.equal(passwordMatches({ hash: "md5", value: "" }, password), true);
    assert.equal(passwordMatches({ hash: "blocked", value: "" }, password), false);
    assert.equal(passwordMatches({ hash: "none", value: "y" }, password), false);
  }
});

Deno.test("OCS 11.5: matchesGlob() agrees with Python's fnmatch", () => {
  for (const [glob, yes, no] of globs) {
    for (const text of yes ?? []) assert.ok(matchesGlob(text, String(glob)), `${glob} matches ${text}`);
    for (const text of no ?? []) {
      assert.ok(!matchesGlob(text, String(glob)), `${glob} does not match ${text}`);
    }
  }
});

Deno.test("matchesGlob() takes a hostile glob in its stride", () => {
  assert.equal(matchesGlob("a".repeat(5000), `${"a*".repeat(200)}b`), false);
});

Deno.test("OCS 11.5: matchesAccessPattern() weighs plain and negative parts as Python does", () => {
  for (const [pattern, yes, no] of patterns) {
    for (const name of yes ?? []) {
      assert.ok(matchesAccessPattern(name, String(pattern)), `${pattern}: ${name}`);
    }
    for (const name of no ?? []) {
      assert.ok(!matchesAccessPattern(name, String(pattern)), `${pattern}: not ${name}`);
    }
  }
  assert.throws(() => matchesAccessPattern("a,b", "*"), { name: "RangeError" });
});

Deno.test("OCS 11.5: scopeApplies() and scopeSpecificity() agree with Python", () => {
  for (const { scope, applies, specificity } of scopes) {
    const parsed = parseScope(scope);
    assert.equal(scopeApplies(parsed, FAKER4), applies, JSON.stringify(scope));
    assert.equal(scopeSpecificity(parsed), specificity, JSON.stringify(scope));
  }
});

Deno.test("OCS 106, 107: callerLevel() and refusalText() agree with Python over random rules", () => {
  for (const { rules, password, level, detail, refusal } of callers) {
    const policy = { name: "director", rules: parseAccessRules(rules) } as const;
    const found = callerLevel(policy, { password, agent: FAKER4 });
    assert.deepEqual(found, { level, detail });
    const required = toCredLevel(found.level + 1);
    if (required !== undefined) assert.equal(refusalText(found.level, required, found.detail), refusal);
  }
});

Deno.test("OCS 106: callerLevel() leaves a level above the locked ones alone", () => {
  const rules = parseAccessRules([
    { hashed_pass: { hash: "none", value: "top" }, cred_level: 4 },
    { hashed_pass: { hash: "none", value: "x" }, cred_level: 3, lockout_id: "g", lockout_levels: [1, 2, 3] },
  ]);
  assert.equal(callerLevel({ name: "director", rules }, { password: "top", agent: FAKER4 }).level, 4);
});

Deno.test("OCS 101, 102: parseAccessPolicy() makes the rules that Python begins with", () => {
  for (const row of policies) {
    if (row.error !== undefined) {
      assert.throws(() => parseAccessPolicy(row.policy), { name: "RangeError" });
      continue;
    }
    const policy = parseAccessPolicy(row.policy);
    assert.equal(policy.name, row.name);
    assert.equal(policy.directorId ?? null, row.director);
    assert.deepEqual(
      policy.rules.map((r) => [r.hashed_pass.hash, r.hashed_pass.value, r.cred_level]),
      row.rules,
    );
  }
  for (const wrong of ["nonsense:1", "nonsense=1,2"]) {
    assert.throws(() => parseAccessPolicy(wrong), {
      message: 'Invalid policy "nonsense": expected none, override:PW2,PW3 or director:ID',
    });
  }
  assert.throws(() => parseAccessPolicy("a,b"), /^RangeError: Invalid policy "\*\*\*"/);
  const shown = ["none", "director:x", "override:a,b", "override=a,b", "Override:a,b\nc", "a,b"].map(
    shownAccessPolicy,
  );
  assert.deepEqual(shown, ["none", "director:x", "override:***", "override=***", "Override:***", "***"]);
  const level = (policy: string, password?: string) =>
    callerLevel(parseAccessPolicy(policy), { password, agent: FAKER4 }).level;
  assert.deepEqual([level("override:a,b"), level("override:a,b", "a"), level("override:a,b", "b")], [
    1,
    2,
    3,
  ]);
  assert.equal(level("director:x", "anything"), 0);
  assert.equal(level("none", "anything"), 1);
});

Deno.test("OCS 3.9: callerLevel() gives the agent itself 4, but 1 without a policy", () => {
  const itself = { password: null, isAgentItself: true, agent: FAKER4 };
  assert.deepEqual(callerLevel(parseAccessPolicy("director:x"), itself), { level: 4, detail: "Super-user." });
  assert.deepEqual(callerLevel(parseAccessPolicy("none"), itself), {
    level: 1,
    detail: "No access policy -- level 1 for all.",
  });
});

Deno.test("parseAccessRules() refuses a whole list for one bad rule and ignores unknown keys", () => {
  const good = { hashed_pass: { hash: "none" }, cred_level: 1, new_key: 5 };
  assert.equal(parseAccessRules([good]).length, 1);
  const broken = [
    { ...good, hashed_pass: undefined },
    { ...good, hashed_pass: { value: "x" } },
    { ...good, cred_level: 5 },
    { ...good, cred_level: undefined },
    { ...good, lockout_levels: [9] },
    { ...good, lockout_levels: "1" },
    { ...good, scope_spec: { default: "yes" } },
    { ...good, scope_spec: { agent_class: 5 } },
    null,
  ];
  for (const rule of broken) {
    assert.throws(() => parseAccessRules([good, rule]), {
      name: "TypeError",
      message: /^Cannot read .*rule 2|scope/,
    });
  }
  assert.throws(() => parseAccessRules({}), { name: "TypeError" });
});

Deno.test("OCS 110: choosePassword() prefers the most specific entry and the last among equals", async () => {
  for (const { file, instance, agent_class, privs, password } of files) {
    const agent = { agentClass: agent_class, instanceId: instance };
    // The table holds nothing but what `Privs` allows.
    const asked = privs as "mine" | 1 | 2 | 3 | null;
    const { entries, broken } = await readPasswords(JSON.stringify(file), "p.yaml");
    assert.deepEqual(broken, []);
    assert.equal(choosePassword(asked, { entries, agent }), password);
  }
});

Deno.test("choosePassword() refuses other numbers and other kinds", () => {
  // What a caller without types can do.
  for (const privs of [0, 4, -1] as unknown as 1[]) {
    assert.throws(() => choosePassword(privs, { agent: FAKER4 }), { name: "RangeError" });
  }
  assert.throws(() => choosePassword({} as unknown as 1, { agent: FAKER4 }), {
    name: "TypeError",
    message: "privs argument should be int or str.",
  });
});
