import assert from "node:assert/strict";
import { lastOf, readCopy, readDockerfile, readEnvironment } from "../../../scripts/dockerfile.ts";
import { contextPaths, projectStages } from "../../../scripts/image_tree.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("readDockerfile() joins continued lines and fills in the defaults of global arguments", () => {
  const stages = readDockerfile(`# comment
ARG TAG=1.2
FROM some/image:\${TAG} AS one
RUN a \\
    # within
    && b
ENV A=1 B=two \\
    C=\${NOTHING}

FROM one
copy --from=one --chown=1:1 /x /y /z/
`);
  assert.deepEqual(stages.map(({ name, base }) => [name, base]), [["one", "some/image:1.2"], ["1", "one"]]);
  assert.deepEqual(stages[0]?.instructions.map(({ keyword, line }) => [keyword, line]), [
    ["RUN", 4],
    ["ENV", 7],
  ]);
  assert.match(stages[0]?.instructions[0]?.text ?? "", /^a +&& b$/);
  assert.deepEqual(stages[0] && readEnvironment(stages[0]), { A: "1", B: "two", C: "" });
  const copy = stages[1]?.instructions[0];
  assert.deepEqual(copy && readCopy(copy), { from: "one", sources: ["/x", "/y"], target: "/z/" });
});

Deno.test("readDockerfile() names the line that is no instruction", () => {
  assert.throws(() => readDockerfile("FROM a\nRUN b\n/etc\n"), /line 3: "\/etc", expected an instruction/);
  assert.throws(() => readDockerfile("RUN a\nFROM b\n"), /line 1: RUN before FROM, expected ARG or FROM/);
});

Deno.test("Dockerfile: stages are built on pinned images or earlier stages, with the Deno of the documentation", async () => {
  const stages = await projectStages();
  for (const [n, { base }] of stages.entries()) {
    const isStage = stages.slice(0, n).some(({ name }) => name === base);
    assert.ok(isStage || /:[\w.-]*\d/.test(base) || /:bookworm-slim$/.test(base), base);
  }
  const [, version] = /npx -y deno@([\d.]+) /.exec(await Deno.readTextFile(new URL("README.md", ROOT))) ?? [];
  assert.equal(stages[0]?.base, `denoland/deno:bin-${version}`);
});

Deno.test("Dockerfile: each COPY takes what is there and is sent to docker, or comes from an earlier stage", async () => {
  const stages = await projectStages();
  const sent = await contextPaths();
  for (const path of sent) await Deno.stat(new URL(path, ROOT));
  for (const [n, { instructions }] of stages.entries()) {
    for (const instruction of instructions.filter(({ keyword }) => keyword === "COPY")) {
      const { from, sources } = readCopy(instruction);
      if (from !== undefined) {
        assert.ok(stages.slice(0, n).some(({ name }) => name === from), `line ${instruction.line}: ${from}`);
      } else {
        for (const source of sources) {
          assert.ok(source === "." || sent.includes(source), `line ${instruction.line}: ${source}`);
        }
      }
    }
  }
});

Deno.test("Dockerfile: both images run as user 9000 under an init, with the same settings for Deno", async () => {
  const stages = await projectStages();
  const images = ["ocs", "pysmurf-controller"].map((name) => stages.find((stage) => stage.name === name));
  const [toolkit] = stages.filter(({ name }) => name === "toolkit").map(readEnvironment);
  for (const stage of images) {
    assert.ok(stage);
    assert.equal(lastOf(stage, "USER")?.text, "9000");
    assert.equal(lastOf(stage, "ENTRYPOINT")?.text, '["tini", "--", "ocs", "agent"]');
    const environment = readEnvironment(stage);
    assert.equal(environment["OCS_CONFIG_DIR"], "/config");
    assert.equal(environment["DENO_DIR"], toolkit?.["DENO_DIR"]);
  }
  assert.equal(stages.at(-1)?.name, "ocs", "what docker builds without --target");
});
