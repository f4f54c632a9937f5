import assert from "node:assert/strict";
import { listPlugins } from "../../../framework/list_plugins.ts";
import { loadPlugins } from "../../../framework/load_plugins.ts";
import { serveTree } from "../../../scripts/serve_tree.ts";
import type { PluginModule } from "../../../site/mod.ts";
import { BAD_LISTS, folderWith, goodList } from "../../helpers/lab_plugins.ts";

const NONE: ReadonlySet<string> = new Set();

function sourcesIn(folder: string, names: readonly string[]): readonly PluginModule[] {
  return names.map((name) => ({ module: `${folder}/${name}`, origin: `site:${name}` }));
}

/** What is said of each list, by its name. */
function textsOf({ problems }: Awaited<ReturnType<typeof listPlugins>>): Record<string, string[]> {
  const texts: Record<string, string[]> = {};
  for (const { origin, text } of problems) (texts[origin.replace("site:", "")] ??= []).push(text);
  return texts;
}

Deno.test("OCS 7.1: listPlugins() goes on behind lists that throw, end the program, loop or hang, and names each with its cause", async () => {
  await using folder = await folderWith({
    ...BAD_LISTS,
    "loops.ts": "for (;;);\n",
    "hangs.ts": "await new Promise(() => setTimeout(() => {}, 1e6));\nexport const agents = {};\n",
    "good.ts": goodList(),
    "second.ts": goodList(),
  });
  const names = [...Object.keys(BAD_LISTS), "none.ts", "good.ts", "second.ts"];
  const [listed, endless] = await Promise.all([
    listPlugins(sourcesIn(folder.path, names), { taken: NONE }),
    listPlugins(sourcesIn(folder.path, ["loops.ts", "hangs.ts"]), { taken: NONE, timeoutMs: 3000 }),
  ]);
  assert.deepEqual([...listed.agents.keys()], ["LabAgent"]);
  const found = listed.agents.get("LabAgent");
  assert.equal(found?.module, `${folder.path}/good.ts`);
  assert.equal(found.value.summary, "Stands in a laboratory.");
  assert.deepEqual(Object.keys(found.value.options), ["mode"]);
  const texts = textsOf(listed);
  const expected: Readonly<Record<string, RegExp>> = {
    "throws.ts": /^Cannot load ".*throws\.ts": no device, at file:\/\/.*throws\.ts:1:25$/,
    "syntax.ts": /^Cannot load ".*syntax\.ts": SyntaxError: .*syntax\.ts:1:24$/,
    "nonsense.ts":
      /^Cannot use the list of agents ".*nonsense\.ts": its "agents" is of type number; expected a table/,
    "nothing.ts": /nothing\.ts": it exports other, and no "agents"; expected a table/,
    "exits.ts": /^Cannot load ".*exits\.ts": it ends the program that loads it, with code 3: bye$/,
    "none.ts": /^Cannot load ".*none\.ts": there is no such file$/,
    "second.ts":
      /^Cannot take LabAgent of ".*second\.ts": ".*good\.ts" has one of that name, and comes first$/,
  };
  assert.deepEqual(Object.keys(texts), Object.keys(expected));
  for (const [name, text] of Object.entries(expected)) {
    assert.equal(texts[name]?.length, 1, name);
    assert.match(texts[name]?.[0] ?? "", text);
  }
  for (const name of ["loops.ts", "hangs.ts"]) {
    assert.match(textsOf(endless)[name]?.[0] ?? "", /^Cannot load ".*": its program has no end after 3 s$/);
  }
});

Deno.test("loadPlugins() takes what is right of a list, and says what is wrong with the rest", async () => {
  await using folder = await folderWith({
    "mixed.ts": goodList() + `
const entry = agents.LabAgent;
Object.assign(agents, {
  FakeDataAgent: entry,
  OtherName: entry,
  AClass: LabAgent,
  AList: [],
  Nothing: undefined,
  NoOptions: { ...entry, program: { name: "NoOptions" } },
  OddOption: { ...entry, program: { name: "OddOption", options: { "x": { type: "many", help: "" } } } },
});
`,
    "ours.ts": goodList("FakeDataAgent"),
    // Whoever awaits this module waits for ever.
    "then.ts": "export function then() {}\nexport const agents = {};\n",
  });
  const late = await loadPlugins(sourcesIn(folder.path, ["then.ts"]), { taken: NONE, timeoutMs: 200 });
  const taken = new Set(["FakeDataAgent"]);
  const { agents, problems } = await loadPlugins(sourcesIn(folder.path, ["ours.ts", "mixed.ts"]), { taken });
  assert.deepEqual([...agents.keys()], ["LabAgent"]);
  const texts = [...late.problems, ...problems].map(({ text }) => text.replaceAll(`${folder.path}/`, ""));
  assert.deepEqual(texts, [
    'Cannot load "then.ts": its top level is not over after 0.2 s, expected what runs for long behind if (import.meta.main)',
    'Cannot take FakeDataAgent of "ours.ts": this toolkit has a class of that name',
    'Cannot take FakeDataAgent of "mixed.ts": its program\'s name is "LabAgent", expected the same as in the table',
    'Cannot take OtherName of "mixed.ts": its program\'s name is "LabAgent", expected the same as in the table',
    'Cannot take AClass of "mixed.ts": it is a function or class, expected pluginAgent(AClass, ...)',
    'Cannot take AList of "mixed.ts": it is a list, expected pluginAgent(AList, ...)',
    'Cannot take Nothing of "mixed.ts": it is undefined, expected pluginAgent(Nothing, ...)',
    'Cannot take NoOptions of "mixed.ts": its program has no options, expected at least {}',
    'Cannot take OddOption of "mixed.ts": its option "x" has no type and help, expected a type of string, int, float, flag',
  ]);
});

Deno.test("listPlugins() reads a list of a web server, and leaves the lock file of the checkout alone", async () => {
  const root = new URL("../../../", import.meta.url).pathname;
  const lock = await Deno.readTextFile(`${root}deno.lock`);
  await using toolkit = serveTree(root);
  const list = goodList().replace(
    /from "file:[^"]*\/framework\/mod\.ts"/,
    `from "${toolkit.url}framework/mod.ts"`,
  );
  await using folder = await folderWith({ "lab_agents.ts": list });
  await using lists = serveTree(folder.path);
  const source = { module: `${lists.url}lab_agents.ts`, origin: "site" };
  const { agents, problems } = await listPlugins([source], { taken: NONE, timeoutMs: 60_000 });
  assert.deepEqual(problems, []);
  assert.equal(agents.get("LabAgent")?.module, source.module);
  assert.equal(await Deno.readTextFile(`${root}deno.lock`), lock);
});
