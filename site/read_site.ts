/** Site files from their text. @module */
import { type Argument, originOf } from "./arguments.ts";
import { describeNode, Fields, isNull, Notes } from "./_fields.ts";
import { pyStr } from "../ocs/python_text.ts";
import { MANAGE_VALUES } from "./manage.ts";
import {
  type AgentExe,
  type CrossbarSettings,
  DEFAULT_CROSSBAR_TIMEOUT_SECONDS,
  type Hub,
  type Site,
  type SiteHost,
  type SiteInstance,
  type SitePlugin,
} from "./site.ts";
import type { SiteProblem } from "./site_problem.ts";
import { readLogin } from "./read_login.ts";
import type { YamlList, YamlMap, YamlNode } from "./yaml_node.ts";
import { readYaml } from "./yaml_tree.ts";

/** Result of `readSite`. */
export interface ReadSite {
  /** What could be read; undefined when not even the outline is there. */
  readonly site: Site | undefined;
  /** The file as a tree, for checks. */
  readonly root: YamlMap | undefined;
  /** Errors: Python could not use the file either. */
  readonly problems: readonly SiteProblem[];
}

/** Arguments one instance may have, after flattening; aliases could make it endless. */
const MAX_ARGUMENTS = 10_000;
const MAX_PLUGINS = 100;

/**
 * Reads a site file's text as Python's loader does, and finds everything that would stop it.
 *
 * What is merely suspicious (unknown keys, bad URLs, wrong arguments) is `checkSite`'s business.
 */
export async function readSite(text: string, file: string): Promise<ReadSite> {
  const notes = new Notes(file);
  const { root, problems } = await readYaml(text);
  for (const problem of problems) notes.problems.push({ file, ...problem });
  if (problems.some(({ severity }) => severity === "error")) {
    return { site: undefined, root: undefined, problems: notes.problems };
  }
  if (root === undefined) {
    notes.error({ line: 1, column: 1 }, "the file is empty", 'mappings "hub" and "hosts"');
    return { site: undefined, root: undefined, problems: notes.problems };
  }
  if (root.kind !== "map") {
    notes.error(root, `the file is ${describeNode(root)}`, 'mappings "hub" and "hosts"');
    return { site: undefined, root: undefined, problems: notes.problems };
  }
  const hubNode = root.entries.get("hub")?.value;
  if (hubNode === undefined) {
    notes.error(root, 'there is no "hub"', 'a mapping "hub" with wamp_server, wamp_realm, address_root');
  } else if (hubNode.kind !== "map") notes.error(hubNode, `"hub" is ${describeNode(hubNode)}`, "a mapping");
  const site: Site = {
    file,
    hub: readHub(hubNode, notes),
    hosts: readHosts(root.entries.get("hosts")?.value, notes),
  };
  return { site, root, problems: notes.problems };
}

function readHub(node: YamlNode | undefined, notes: Notes): Hub {
  const map: YamlMap = node?.kind === "map" ? node : { kind: "map", line: 1, column: 1, entries: new Map() };
  const fields = new Fields(map, "hub", notes);
  return {
    ...readRouter(fields),
    addressRoot: fields.text("address_root", "a text such as observatory"),
    accessPolicy: fields.text("access_policy", "a text such as director:access-dir"),
    plugins: readPlugins(fields, notes),
    login: readLogin(fields, notes),
  };
}

function readRouter(fields: Fields): Pick<Hub, "wampServer" | "wampHttp" | "realm"> {
  return {
    wampServer: fields.text("wamp_server", "a text such as ws://10.0.0.3:8001/ws"),
    wampHttp: fields.text("wamp_http", "a text such as http://10.0.0.3:8001/call"),
    realm: fields.text("wamp_realm", "a text such as test_realm"),
  };
}

function readHosts(node: YamlNode | undefined, notes: Notes): ReadonlyMap<string, SiteHost> {
  const hosts = new Map<string, SiteHost>();
  if (node === undefined || isNull(node)) return hosts;
  if (node.kind !== "map") {
    notes.error(node, `"hosts" is ${describeNode(node)}`, "a mapping of host names");
    return hosts;
  }
  for (const { key, keyNode, value } of node.entries.values()) {
    if (keyNode.kind === "scalar" && typeof keyNode.value !== "string") {
      notes.warn(
        keyNode,
        `the host name is ${describeNode(keyNode)} and never matches`,
        `a text in quotes, "${keyNode.text}"`,
      );
      continue;
    }
    if (value.kind !== "map") {
      notes.error(value, `host "${key}" is ${describeNode(value)}`, 'a mapping with "agent-instances"');
      continue;
    }
    const { line, column } = keyNode;
    const fields = new Fields(value, `host "${key}"`, notes);
    hosts.set(key, { name: key, line, column, ...readHost(fields, notes) });
  }
  return hosts;
}

function readHost(fields: Fields, notes: Notes): Omit<SiteHost, "name" | "line" | "column"> {
  return {
    ...readRouter(fields),
    login: readLogin(fields, notes),
    logDir: fields.text("log-dir", "the path of a folder"),
    crossbarTimeoutSeconds: fields.seconds("crossbar_timeout") ?? DEFAULT_CROSSBAR_TIMEOUT_SECONDS,
    crossbar: readCrossbar(fields, notes),
    plugins: readPlugins(fields, notes),
    instances: readInstances(fields, notes),
  };
}

function readPlugins(fields: Fields, notes: Notes): readonly SitePlugin[] | undefined {
  const node = fields.node("agent-plugins");
  if (node === undefined || isNull(node)) return undefined;
  const items = node.kind === "list" ? node.items : [node];
  if (items.length > MAX_PLUGINS) {
    // Each is a program that is started.
    notes.error(
      node,
      `"agent-plugins" of the ${fields.owner} has ${items.length} lists`,
      `at most ${MAX_PLUGINS}`,
    );
    return [];
  }
  return items.flatMap((item) => {
    if (item.kind === "scalar" && typeof item.value === "string" && item.value !== "") {
      return [{ module: item.value, line: item.line, column: item.column }];
    }
    notes.error(
      item,
      `"agent-plugins" of the ${fields.owner} has ${describeNode(item)}`,
      "paths or URLs of modules, such as [lab_agents.ts]",
    );
    return [];
  });
}

function readCrossbar(fields: Fields, notes: Notes): CrossbarSettings | undefined {
  const node = fields.node("crossbar");
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind !== "map") {
    notes.error(node, `"crossbar" of the ${fields.owner} is ${describeNode(node)}`, "a mapping, {} or null");
    return undefined;
  }
  const inner = new Fields(node, `crossbar entry of the ${fields.owner}`, notes);
  return {
    bin: inner.text("bin", "the path of a program"),
    configDir: inner.text("config-dir", "the path of a folder"),
  };
}

function readInstances(fields: Fields, notes: Notes): readonly SiteInstance[] {
  const node = fields.node("agent-instances");
  if (node === undefined) {
    notes.error(
      fields.map,
      `the ${fields.owner} has no "agent-instances"`,
      "a list; [] where no agent runs there",
    );
    return [];
  }
  if (isNull(node)) {
    notes.error(
      node,
      `"agent-instances" of the ${fields.owner} is empty`,
      "a list; [] where no agent runs there",
    );
    return [];
  }
  if (node.kind !== "list") {
    notes.error(node, `"agent-instances" of the ${fields.owner} is ${describeNode(node)}`, "a list");
    return [];
  }
  return node.items.flatMap((item, at) => {
    if (item.kind === "map") {
      return [readInstance(new Fields(item, `agent ${at + 1} of the ${fields.owner}`, notes), notes)];
    }
    notes.error(
      item,
      `agent ${at + 1} of the ${fields.owner} is ${describeNode(item)}`,
      "a mapping with agent-class and instance-id",
    );
    return [];
  });
}

function readInstance(fields: Fields, notes: Notes): SiteInstance {
  const { line, column } = fields.map;
  const manage = fields.node("manage");
  return {
    line,
    column,
    instanceId: fields.text("instance-id"),
    agentClass: fields.text("agent-class"),
    manage: manageValue(manage),
    arguments: flattenArguments(fields, notes),
    agentExe: readAgentExe(fields, notes),
  };
}

function readAgentExe(fields: Fields, notes: Notes): AgentExe | undefined {
  const node = fields.node("agent-exe");
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind === "scalar" && typeof node.value === "string" && node.value !== "") {
    return { command: node.value, args: undefined };
  }
  if (node.kind === "list") {
    const [command, ...args] = node.items.map((item) =>
      item.kind === "scalar" ? pyStr(item.value) : undefined
    );
    if (command !== undefined && command !== "" && args.every((arg) => arg !== undefined)) {
      return { command, args };
    }
  }
  notes.error(
    node,
    `"agent-exe" of ${fields.owner} is ${describeNode(node)}`,
    "a program, or a list of a program and its arguments",
  );
  return undefined;
}

function manageValue(node: YamlNode | undefined): string {
  if (node === undefined || isNull(node)) return "host/up";
  if (node.kind !== "scalar") return describeNode(node);
  const text = pyStr(node.value);
  return Object.hasOwn(MANAGE_VALUES, text) ? MANAGE_VALUES[text] ?? text : text;
}

function flattenArguments(fields: Fields, notes: Notes): readonly Argument[] {
  const node = fields.node("arguments");
  if (node === undefined) return [];
  if (node.kind !== "list") {
    // Peer ocs iterates over whatever is there: a text falls apart into letters, null is a TypeError.
    notes.error(
      node,
      `"arguments" of ${fields.owner} is ${describeNode(node)}`,
      "a list such as [--mode, acq]",
    );
    return [];
  }
  const flat: Argument[] = [];
  let looks = 0;
  const walk = (list: YamlList): void => {
    for (const item of list.items) {
      if (looks++ >= MAX_ARGUMENTS) return;
      if (item.kind === "list") walk(item);
      else if (item.kind === "map") {
        notes.error(
          item,
          `an argument of ${fields.owner} is a mapping`,
          "a text, a number or a list of them",
        );
      } else if (item.value === "" || item.value === "-" || item.value === "--") {
        // Peer ocs (ArgContainer): these end in an index error.
        const what = item.value === "" ? "empty" : `"${item.text}"`;
        notes.error(item, `an argument of ${fields.owner} is ${what}`, "an option or a value");
      } else {
        flat.push({ text: pyStr(item.value), origin: originOf(notes.file, item) });
      }
    }
  };
  walk(node);
  if (looks >= MAX_ARGUMENTS) {
    notes.error(node, `"arguments" of ${fields.owner} has more than ${MAX_ARGUMENTS} elements`, "fewer");
  }
  return flat;
}
