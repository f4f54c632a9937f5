/** Holds docs/coming_from_python.md to what it says, row by row. */
import assert from "node:assert/strict";
import { AGENT_TABLE } from "../../../agents/table.ts";
import { agentChoice } from "../../../cli/agent_choice.ts";
import { parseCommand } from "../../../cli/parse_command.ts";
import { crossbarRouterOptions, readCrossbarConfig } from "../../../router/mod.ts";
import { checkSite, parseAgentArgs, resolveSite, SITE_OPTIONS, toArguments } from "../../../site/mod.ts";
import { readOptions } from "../../../site/parse_options.ts";
import { splitLine } from "../../../verbs/split_line.ts";
import compatibility from "../../../docs/compatibility.md" with { type: "text" };
import page from "../../../docs/coming_from_python.md" with { type: "text" };
import crossbar from "../../data/router/crossbar_config.json" with { type: "text" };
import { codeSpans, type DocRow, docRows } from "../../helpers/doc_tables.ts";
import { memoryEnvironment } from "../site/memory_environment.ts";

const ROWS = docRows(page);
const ROOT = new URL("../../../", import.meta.url);

function rowsOf(section: string): readonly DocRow[] {
  const rows = ROWS.filter((row) => row.section === section);
  assert(rows.length > 0, section);
  return rows;
}

function spans({ cells }: DocRow, column: number): string[] {
  return codeSpans(cells[column] ?? "");
}

/** Gives a command line of the page to whoever reads it when it is typed. */
function readLine(line: string): void {
  const [program, ...words] = splitLine(line);
  assert.equal(program, "ocs");
  if (words[0] === "agent" && words[1] !== "--help") {
    const choice = agentChoice(words.slice(1));
    const entry = choice.kind === "class" ? AGENT_TABLE[choice.agentClass] : undefined;
    assert(choice.kind !== "class" || entry !== undefined, `${line}: no such class`);
    const { problems } = readOptions({ ...SITE_OPTIONS, ...entry?.options }, toArguments(choice.args));
    // What a class requires is for whoever starts it.
    const wrong = problems.filter(({ argument }) => argument !== undefined);
    assert.deepEqual(wrong.map(({ text }) => text), [], line);
    return;
  }
  const parsed = parseCommand(words, { columns: Infinity, colors: false });
  if (!("command" in parsed)) assert.equal(parsed.code, 0, `${line}: ${parsed.err}`);
}

Deno.test("coming_from_python.md: each command line that it names is understood", () => {
  const linesOf = (rows: readonly DocRow[], column: number) =>
    rows.flatMap((row) => spans(row, column)).filter((span) => /^ocs /.test(span));
  const counterparts = linesOf(ROWS.filter(({ titles }) => titles[1] === "here"), 1);
  assert(counterparts.length > 70, `${counterparts.length} lines`);
  for (const line of counterparts) readLine(line);
  // In remarks a verb that stands alone is only spoken of.
  const remarks = [...linesOf(ROWS, 2), ...linesOf(ROWS.filter(({ titles }) => titles[1] !== "here"), 1)];
  for (const line of remarks) readLine(/^[a-z3 -]+$/.test(line) ? `${line} --help` : line);
});

Deno.test("coming_from_python.md: a line that is not there is noticed", () => {
  for (
    const line of [
      "ocs clients scan",
      "ocs client scan --detail",
      "ocs hosts up",
      "ocs agent NoAgent",
      "ocs agent RegistryAgent --weight 3",
    ]
  ) assert.throws(() => readLine(line), line);
});

Deno.test("OCS 7.1: coming_from_python.md names a counterpart in each row of commands, options and agents, of every agent class", () => {
  for (const section of ["Commands", "Options", "Agents"]) {
    for (const row of rowsOf(section)) {
      assert(
        spans(row, 0).length > 0 && spans(row, 1).length > 0,
        `line ${row.line}: ${row.cells.join(" | ")}`,
      );
    }
  }
  assert.deepEqual(
    rowsOf("Agents").flatMap((row) => spans(row, 0)).sort(),
    Object.keys(AGENT_TABLE).sort(),
  );
});

/** What `deno doc` tells of a module, as far as it is used here. */
interface DocNodes {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly {
          readonly def?: Readonly<Record<string, unknown>>;
        }[];
      }[];
    }>
  >;
}

/** Exported names of a module, each with the names of its members. */
async function namesOf(module: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", module],
    cwd: ROOT.pathname,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  // The shape is that of deno doc's JSON, version 2; without names every row would fail.
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as DocNodes;
  const values: Readonly<Record<string, unknown>> = await import(new URL(module, ROOT).href);
  const names = new Map<string, Set<string>>();
  for (const { name, declarations } of Object.values(nodes).flatMap(({ symbols }) => symbols)) {
    const members = new Set<string>();
    for (const { def } of declarations) {
      for (const kind of ["methods", "properties"]) {
        const list = def?.[kind];
        // Entries of these lists are objects with a name.
        for (const each of Array.isArray(list) ? list as { name: string }[] : []) members.add(each.name);
      }
    }
    names.set(name, members);
  }
  // What is a value has its members itself; of two names for one class `deno doc` tells one only.
  for (const [name, value] of Object.entries(values)) {
    const members = names.get(name) ?? new Set();
    const holders = typeof value === "function" ? [value, Object(value.prototype)] : [Object(value)];
    for (const key of holders.flatMap((holder) => Object.getOwnPropertyNames(holder))) members.add(key);
    names.set(name, members);
  }
  return names;
}

/** Members that an interface has from another one. */
const BASES: Readonly<Record<string, string>> = {
  TaskClient: "OperationClient",
  ProcessClient: "OperationClient",
  TaskSpec: "OperationSpec",
  ProcessSpec: "OperationSpec",
  WampConnection: "WampSession",
};

function isThere(names: ReadonlyMap<string, ReadonlySet<string>>, symbol: string): boolean {
  const [name = "", member] = symbol.split(".");
  const members = names.get(name);
  if (members === undefined) return false;
  const base = BASES[name];
  return member === undefined || members.has(member) ||
    base !== undefined && isThere(names, `${base}.${member}`);
}

Deno.test("coming_from_python.md: each name of the API is exported by the module beside it, and used in a test or an agent", async () => {
  const rows = ROWS.filter(({ titles }) => titles[2] === "in");
  assert(rows.length > 90, `${rows.length} rows`);
  const modules = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();
  const tests = await textOf(["tests/", "agents/"], ".ts");
  const wrong: string[] = [];
  for (const row of rows) {
    const [module = ""] = spans(row, 2);
    if (!modules.has(module)) modules.set(module, await namesOf(module));
    const symbols = spans(row, 1).map((span) => /^[\w.]+/.exec(span)?.[0] ?? span);
    if (symbols.length === 0) wrong.push(`line ${row.line}: no name`);
    for (const symbol of symbols) {
      if (!isThere(modules.get(module) ?? new Map(), symbol)) {
        wrong.push(`line ${row.line}: ${symbol} in ${module}`);
      } else if (!new RegExp(`\\b${symbol.split(".").at(-1)}\\b`).test(tests) && !isShape(symbol)) {
        wrong.push(`line ${row.line}: ${symbol} is in no test and no agent`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert.equal(isThere(modules.get("mod.ts") ?? new Map(), "Agent.registerTasks"), false);
});

/** Shapes and codes are used wherever what has them is, and the compiler holds them. */
function isShape(symbol: string): boolean {
  return /^[A-Z]\w*(\.[A-Z_]+)?$/.test(symbol);
}

/** The texts of all files below some folders whose names end so, but for this one and data. */
async function textOf(folders: readonly string[], end: string): Promise<string> {
  const texts: string[] = [];
  const walk = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = new URL(isDirectory ? `${name}/` : name, folder);
      if (isDirectory && name !== "data") await walk(path);
      else if (name.endsWith(end) && path.href !== import.meta.url) texts.push(await Deno.readTextFile(path));
    }
  };
  for (const folder of folders) await walk(new URL(folder, ROOT));
  return texts.join("\n");
}

/** A site file with one more line at a place of it, in place of the one with the same key. */
function siteWith(line: string, place: string): string {
  const [key = ""] = line.split(":");
  const put = (at: string, indent: string, lines: readonly string[]): string =>
    [...lines.filter((each) => at !== place || !each.startsWith(`${key}:`)), ...(at === place ? [line] : [])]
      .map((each) => `${indent}${each}\n`).join("");
  const hub = put("hub", "  ", [
    "wamp_server: ws://h:8001/ws",
    "wamp_http: http://h:8001/call",
    "wamp_realm: r",
    "address_root: o",
  ]);
  const agent = put("agent", "        ", ["agent-class: RegistryAgent", "instance-id: reg"]);
  const crossbar = put("crossbar", "      ", []) || "      {}\n";
  const instances = `    agent-instances:\n      -\n${agent}`;
  const host = put("host", "    ", []);
  return `hub:\n${hub}hosts:\n  localhost:\n${/^ +agent-instances:/m.test(host) ? "" : instances}` +
    `${/^ +crossbar:/m.test(host) ? "" : `    crossbar:\n${crossbar}`}${host}`;
}

const KNOWN_CLASSES = new Map(Object.entries(AGENT_TABLE));

Deno.test("coming_from_python.md: each line of the site file is read where it stands, and a misspelt one is not", async () => {
  for (const row of rowsOf("The site file")) {
    const [line = ""] = spans(row, 0);
    const place = row.cells[1] ?? "";
    const problemsOf = async (text: string) =>
      (await checkSite(siteWith(text, place), "default.yaml", { knownClasses: KNOWN_CLASSES }))
        .map(({ what }) => what);
    assert.deepEqual(await problemsOf(line), [], `line ${row.line}: ${line}\n${siteWith(line, place)}`);
    const misspelt = await problemsOf(line.replace(/^([\w-]+)/, "$1q"));
    assert(misspelt.length > 0, `line ${row.line}: ${line}`);
  }
});

Deno.test("coming_from_python.md: lines of the site file have their effect", async () => {
  const siteOf = (line: string, place: string) =>
    resolveSite({ siteHost: "localhost", instanceId: place === "agent" ? undefined : "reg" }, {
      environment: memoryEnvironment({
        files: { "/etc/ocs/default.yaml": siteWith(line, place) },
        variables: { OCS_CONFIG_DIR: "/etc/ocs" },
      }),
    });
  const hub = async (line: string) => await siteOf(line, "hub");
  assert.equal((await hub("wamp_server: ws://10.0.0.3:8001/ws")).wampServer, "ws://10.0.0.3:8001/ws");
  assert.equal((await hub("wamp_http: http://10.0.0.3:8001/call")).wampHttp, "http://10.0.0.3:8001/call");
  assert.equal((await hub("wamp_realm: test_realm")).realm, "test_realm");
  assert.equal((await hub("address_root: observatory")).addressRoot, "observatory");
  assert.equal((await hub("access_policy: director:access-dir")).accessPolicy, "director:access-dir");
  const host = async (line: string) => await siteOf(line, "host");
  assert.equal((await host("wamp_server: ws://10.0.0.4:8001/ws")).wampServer, "ws://10.0.0.4:8001/ws");
  assert.equal((await host("wamp_http: http://10.0.0.4:8001/call")).wampHttp, "http://10.0.0.4:8001/call");
  assert.equal((await host("wamp_realm: other_realm")).realm, "other_realm");
  assert.equal((await host("log-dir: /data/log")).logDir, "/data/log");
  assert.equal((await host("crossbar_timeout: 30")).crossbarTimeoutSeconds, 30);
  const manages = rowsOf("The site file").flatMap((row) => spans(row, 0)).filter((line) =>
    /^manage:/.test(line)
  );
  const expected: Readonly<Record<string, string>> = {
    'manage: "yes"': "host/up",
    'manage: "no"': "ignore",
    "manage: up": "host/up",
    "manage: down": "host/down",
    "manage: host": "host/up",
    "manage: docker": "docker/up",
  };
  for (const line of manages) {
    const { host } = await siteOf(line, "agent");
    assert.equal(host?.instances[0]?.manage, expected[line] ?? line.slice("manage: ".length), line);
  }
});

Deno.test("coming_from_python.md: each variable that agents share is read", async () => {
  const variables = rowsOf("Environment").flatMap((row) => spans(row, 0));
  const values: Readonly<Record<string, string>> = {
    INSTANCE_ID: "mine",
    SITE_HUB: "ws://other:1/ws",
    SITE_HTTP: "http://other:1/call",
    SITE_HOST: "localhost",
    CROSSBAR_TIMEOUT: "77",
  };
  const args = await parseAgentArgs({
    agentClass: "RegistryAgent",
    options: {},
    args: [],
    environment: memoryEnvironment({
      files: { "/etc/ocs/default.yaml": siteWith("instance-id: mine", "agent") },
      variables: { OCS_CONFIG_DIR: "/etc/ocs", ...values },
    }),
  });
  assert(args.help === undefined);
  const { site } = args;
  assert.deepEqual(
    [site.instanceId, site.wampServer, site.wampHttp, site.crossbarTimeoutSeconds, site.sourceFile],
    ["mine", "ws://other:1/ws", "http://other:1/call", 77, "/etc/ocs/default.yaml"],
  );
  // The others: whoever reads them names them in its source; what is obsolete is read nowhere.
  const sources = await textOf(["site/", "framework/", "client/", "agents/", "hk/"], ".ts");
  for (const row of rowsOf("Environment")) {
    const names = [...spans(row, 0), ...spans(row, 2).filter((span) => /^[A-Z][A-Z0-9_]+$/.test(span))];
    const isRead = row.cells[1] === "the same";
    for (const name of names) {
      const use = isRead ? `\\b${name}\\b` : `(?:get|getVariable|environment)\\("${name}"`;
      assert.equal(new RegExp(use).test(sources), isRead, `line ${row.line}: ${name}`);
    }
  }
  for (const name of Object.keys(values)) assert(variables.includes(name), name);
  for (const name of ["TARGET", "NAME", "DESCRIPTION", "FEED"]) assert(variables.includes(name), name);
});

/** What is at a path such as `workers[].realms[].name`, and how to take it away. */
function takeAway(value: unknown, path: string): boolean {
  let at: unknown = value;
  const steps = path.replaceAll("[]", ".0").split(".");
  const last = steps.pop() ?? "";
  for (const step of steps) at = Object(at)[step];
  if (typeof at !== "object" || at === null || !Object.hasOwn(at, last)) return false;
  if (Array.isArray(at)) at.splice(Number(last), 1);
  else Reflect.deleteProperty(at, last);
  return true;
}

Deno.test("coming_from_python.md: each line of crossbar's configuration is there, and counts", () => {
  const planOf = (config: unknown): string => {
    try {
      return JSON.stringify(
        crossbarRouterOptions(readCrossbarConfig(JSON.stringify(config), () => undefined)),
      );
    } catch (error) {
      return String(error);
    }
  };
  const whole = planOf(JSON.parse(crossbar));
  assert(!whole.includes("Error"), whole);
  for (const row of rowsOf("Crossbar's configuration")) {
    const [path = ""] = spans(row, 0);
    const config: unknown = JSON.parse(crossbar);
    assert(takeAway(config, path), `line ${row.line}: ${path} is not in the template`);
    assert.notEqual(planOf(config), whole, `line ${row.line}: ${path}`);
  }
});

Deno.test("coming_from_python.md: what has no counterpart has a reason", () => {
  for (const row of rowsOf("What has no counterpart")) {
    assert(spans(row, 0).length > 0 && (row.cells[1] ?? "").length > 10, `line ${row.line}`);
  }
});

Deno.test("compatibility.md: each statement of section 7 names tests of that section that are there, or a reason", async () => {
  const rows = docRows(compatibility).filter(({ section }) => /statement by statement/.test(section));
  const sections = new Set(rows.map(({ cells }) => cells[0]));
  assert.deepEqual([...sections], ["7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "7.7"]);
  for (const row of rows) {
    const [section = "", , held = ""] = row.cells;
    const files = codeSpans(held).filter((span) => span.startsWith("tests/"));
    assert(files.length > 0 || held.length > 15, `line ${row.line}: neither a test nor a reason`);
    for (const file of files) {
      const text = await Deno.readTextFile(new URL(file, ROOT));
      // Its variables are conformance point 78 as well.
      const points = section === "7.1" ? "(?:7\\.1|78)" : section.replace(".", "\\.");
      const isThere = new RegExp(`OCS (?:[\\d.]+, )*${points}[:,]`).test(text);
      assert(isThere, `line ${row.line}: ${file} has no test of ${section}`);
    }
  }
});
