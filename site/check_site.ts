/** Everything that is wrong with a site file, found before anything starts. @module */
import { describeNode, isNull, Notes } from "./_fields.ts";
import { type Argument, originOf } from "./arguments.ts";
import { MANAGE_VALUES } from "./manage.ts";
import { parseAccessPolicy } from "../ocs/access_rules.ts";
import { nearMiss } from "./near_miss.ts";
import type { OptionSpecs } from "./option_specs.ts";
import { readOptions } from "./parse_options.ts";
import { LOGIN_KEYS } from "./read_login.ts";
import { readSite } from "./read_site.ts";
import type { Site, SiteHost, SiteInstance } from "./site.ts";
import { SITE_OPTIONS } from "./site_options.ts";
import type { Place, SiteProblem } from "./site_problem.ts";
import { checkHttpUrl, checkUriPart, checkWampUrl } from "./value_checks.ts";
import type { YamlEntry, YamlMap, YamlNode } from "./yaml_node.ts";

/** An agent class whose options are known. */
export interface KnownClass {
  /** The class's own, beside those of every agent. */
  readonly options: OptionSpecs;
}

/** What a site file is checked against. */
export interface CheckSiteOptions {
  /** Agent classes by name; those of others (Python agents) are let through with a warning. */
  readonly knownClasses?: ReadonlyMap<string, KnownClass> | undefined;
  /** Classes that exist elsewhere, such as those of Python OCS; no warning for them. */
  readonly foreignClasses?: readonly string[] | undefined;
}

const ROOT_KEYS = ["hub", "hosts"];
const ROUTER_KEYS = ["wamp_server", "wamp_http", "wamp_realm"];
const HUB_KEYS = [
  ...ROUTER_KEYS,
  ...LOGIN_KEYS,
  "address_root",
  "access_policy",
  "agent-plugins",
  "registry_address",
];
const HOST_KEYS = [
  ...ROUTER_KEYS,
  ...LOGIN_KEYS,
  "log-dir",
  "crossbar_timeout",
  "crossbar",
  "agent-plugins",
  "agent-instances",
];
const CROSSBAR_KEYS = ["bin", "config-dir"];
const INSTANCE_KEYS = ["agent-class", "instance-id", "manage", "arguments", "agent-exe"];

/**
 * Finds every problem of a site file's text, in the order of the file.
 *
 * Errors are what fails when the file is used; warnings are what Python and we read differently than meant, such as
 * keys that nobody knows.
 */
export async function checkSite(
  text: string,
  file: string,
  options: CheckSiteOptions = {},
): Promise<readonly SiteProblem[]> {
  const { site, root, problems } = await readSite(text, file);
  if (site === undefined || root === undefined) return problems;
  const notes = new Notes(file);
  notes.problems.push(...problems);
  new Check(site, notes, options).run(root);
  return notes.problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

const ACCESS_POLICIES = "none, director:ID or override:PW2,PW3 (two passwords)";

function isAccessPolicy(text: string): boolean {
  try {
    parseAccessPolicy(text);
    return true;
  } catch {
    return false;
  }
}

class Check {
  readonly #site: Site;
  readonly #notes: Notes;
  readonly #options: CheckSiteOptions;
  /** Instance ids with the place of the first. */
  readonly #ids = new Map<string, { readonly host: string; readonly line: number }>();

  constructor(site: Site, notes: Notes, options: CheckSiteOptions) {
    this.#site = site;
    this.#notes = notes;
    this.#options = options;
  }

  run(root: YamlMap): void {
    this.#checkKeys(root, "site file", ROOT_KEYS);
    const hub = root.entries.get("hub")?.value;
    if (hub?.kind === "map") this.#checkHub(hub);
    const hosts = root.entries.get("hosts");
    if (hosts === undefined) {
      this.#notes.warn(root, 'there is no "hosts"', "a mapping of host names; without it no agent can start");
    } else if (hosts.value.kind === "map") {
      if (hosts.value.entries.size === 0) {
        this.#notes.warn(hosts.keyNode, '"hosts" is empty', "at least one host, such as localhost");
      }
      for (const entry of hosts.value.entries.values()) this.#checkHost(entry);
    } else if (isNull(hosts.value)) {
      this.#notes.warn(hosts.keyNode, '"hosts" is empty', "at least one host, such as localhost");
    }
  }

  #checkHub(map: YamlMap): void {
    this.#checkKeys(map, "hub", HUB_KEYS);
    const examples = {
      wamp_server: "ws://10.0.0.3:8001/ws",
      wamp_realm: "test_realm",
      address_root: "observatory",
    };
    for (const [key, example] of Object.entries(examples)) {
      const node = map.entries.get(key)?.value;
      if (node === undefined) {
        this.#notes.error(map, `the hub has no "${key}"`, `one, such as ${example}`);
      } else if (isNull(node) || node.kind === "scalar" && node.value === "") {
        this.#notes.error(node, `"${key}" of the hub is empty`, `a text such as ${example}`);
      }
    }
    if (map.entries.get("wamp_http") === undefined) {
      this.#notes.warn(
        map,
        'the hub has no "wamp_http"',
        "the URL of the HTTP bridge; Python's clients need it",
      );
    }
    this.#checkRouter(map, "hub");
    const root = map.entries.get("address_root")?.value;
    this.#checkText(root, "address_root", "hub", checkUriPart);
    const policy = map.entries.get("access_policy")?.value;
    if (policy?.kind === "scalar" && typeof policy.value === "string" && !isAccessPolicy(policy.value)) {
      // Without its text: there may be passwords in it.
      this.#notes.error(policy, '"access_policy" of the hub is none that exists', ACCESS_POLICIES);
    }
  }

  #checkRouter(map: YamlMap, owner: string): void {
    this.#checkText(map.entries.get("wamp_server")?.value, "wamp_server", owner, checkWampUrl);
    this.#checkText(map.entries.get("wamp_http")?.value, "wamp_http", owner, checkHttpUrl);
    this.#checkText(map.entries.get("wamp_realm")?.value, "wamp_realm", owner, checkUriPart);
  }

  /** Applies a check to a text that is there and not empty; other kinds have been noted on reading. */
  #checkText(
    node: YamlNode | undefined,
    key: string,
    owner: string,
    check: (text: string) => string | undefined,
  ): void {
    if (node?.kind !== "scalar" || typeof node.value !== "string" || node.value === "") return;
    const expected = check(node.value);
    if (expected !== undefined) {
      this.#notes.error(node, `"${key}" of the ${owner} is ${describeNode(node)}`, expected);
    }
  }

  #checkHost({ key, keyNode, value }: YamlEntry): void {
    if (value.kind !== "map") return;
    const owner = `host "${key}"`;
    const host = this.#site.hosts.get(key);
    this.#checkKeys(value, owner, HOST_KEYS);
    this.#checkRouter(value, owner);
    for (const hubOnly of ["address_root", "access_policy"]) {
      const entry = value.entries.get(hubOnly);
      if (entry !== undefined) {
        this.#notes.warn(entry.keyNode, `"${hubOnly}" of the ${owner} has no effect`, "it in the hub only");
      }
    }
    const crossbar = value.entries.get("crossbar")?.value;
    if (crossbar?.kind === "map") this.#checkKeys(crossbar, `crossbar entry of the ${owner}`, CROSSBAR_KEYS);
    const list = value.entries.get("agent-instances")?.value;
    if (list?.kind === "list" && host !== undefined) this.#checkInstances(list.items, host);
    if (/\s/.test(key)) this.#notes.warn(keyNode, `the host name "${key}" has a space in it`, "a host name");
  }

  #checkInstances(items: readonly YamlNode[], host: SiteHost): void {
    let at = 0;
    for (const item of items) {
      if (item.kind !== "map") continue;
      const instance = host.instances[at++];
      if (instance !== undefined) {
        this.#checkInstance(item, instance, { host, number: items.indexOf(item) + 1 });
      }
    }
  }

  #checkInstance(
    map: YamlMap,
    instance: SiteInstance,
    { host, number }: { readonly host: SiteHost; readonly number: number },
  ): void {
    const id = instance.instanceId;
    const owner = id === undefined ? `agent ${number} of host "${host.name}"` : `agent "${id}"`;
    this.#checkKeys(map, owner, INSTANCE_KEYS);
    this.#checkId(map, instance, { host, owner });
    this.#checkManage(map, owner);
    const classNode = map.entries.get("agent-class")?.value;
    if (classNode === undefined || isNull(classNode)) {
      this.#notes.error(classNode ?? map, `the ${owner} has no "agent-class"`, "one, such as FakeDataAgent");
    } else if (instance.agentClass !== undefined) {
      this.#checkClass(classNode, instance, owner);
    }
    this.#checkArguments(instance, owner);
  }

  #checkId(
    map: YamlMap,
    { instanceId }: SiteInstance,
    at: { readonly host: SiteHost; readonly owner: string },
  ): void {
    const node = map.entries.get("instance-id")?.value;
    if (node === undefined || isNull(node)) {
      this.#notes.error(node ?? map, `the ${at.owner} has no "instance-id"`, "one that no other agent has");
      return;
    }
    if (instanceId === undefined) return;
    const expected = checkUriPart(instanceId);
    if (expected !== undefined) {
      this.#notes.error(node, `"instance-id" is ${describeNode(node)}`, expected);
      return;
    }
    const first = this.#ids.get(instanceId);
    if (first === undefined) {
      this.#ids.set(instanceId, { host: at.host.name, line: node.line });
    } else if (first.host === at.host.name || !isVariantOf(first.host, at.host.name)) {
      this.#notes.error(
        node,
        `the instance-id "${instanceId}" is there a second time (first in line ${first.line}, host "${first.host}")`,
        "each id once; the second agent would be refused by the router",
      );
    }
  }

  #checkManage(map: YamlMap, owner: string): void {
    const node = map.entries.get("manage")?.value;
    if (node === undefined || isNull(node)) return;
    const words = Object.keys(MANAGE_VALUES);
    if (node.kind === "scalar" && typeof node.value === "string" && words.includes(node.value)) return;
    const yamlTrap = node.kind === "scalar" && typeof node.value === "boolean";
    this.#notes.error(
      node,
      `"manage" of ${owner} is ${describeNode(node)}`,
      yamlTrap ? `it in quotes, "${node.text}"` : `one of ${words.join(", ")}`,
      node.kind === "scalar" && typeof node.value === "string" ? nearMiss(node.value, words) : undefined,
    );
  }

  #checkClass(node: YamlNode, { agentClass = "", manage, agentExe }: SiteInstance, owner: string): void {
    // Its own program knows the class.
    if (agentExe !== undefined) return;
    const { knownClasses, foreignClasses = [] } = this.#options;
    if (knownClasses === undefined || knownClasses.has(agentClass) || foreignClasses.includes(agentClass)) {
      return;
    }
    const near = nearMiss(agentClass, [...knownClasses.keys(), ...foreignClasses]);
    const what = `"agent-class" of ${owner} is "${agentClass}", which is not known here`;
    if (near === undefined) {
      // Nobody but its author starts it.
      if (manage === "ignore") return;
      this.#notes.warn(
        node,
        what,
        `one of ${[...knownClasses.keys()].join(", ")}, or a class of a Python package`,
      );
    } else {
      this.#notes.error(node, what, "a known agent class", near);
    }
  }

  #checkArguments(instance: SiteInstance, owner: string): void {
    const { agentClass = "", arguments: elements } = instance;
    const known = this.#options.knownClasses?.get(agentClass);
    if (known === undefined) return;
    const { problems } = readOptions<OptionSpecs>({ ...known.options, ...SITE_OPTIONS }, elements);
    for (const { text, expected, suggestion, argument } of problems) {
      const place = argument === undefined ? instance : placeOf(argument, this.#site.file) ?? instance;
      const what = text.replace(/: expected .*$/s, "");
      this.#notes.error(place, `argument of ${owner}: ${what}`, expected, suggestion);
    }
  }

  #checkKeys(map: YamlMap, owner: string, known: readonly string[]): void {
    for (const { key, keyNode } of map.entries.values()) {
      if (
        known.includes(key) || (owner.startsWith("host ") && ["address_root", "access_policy"].includes(key))
      ) continue;
      const near = nearMiss(key, known);
      this.#notes.warn(
        keyNode,
        `"${key}" of the ${owner} is not known and ignored, by Python OCS as well`,
        near === undefined ? `one of ${known.join(", ")}` : "a known key",
        near,
      );
    }
  }
}

/** By convention `<hostname>-docker` is the same machine seen from a container; only one of the two runs an id. */
function isVariantOf(one: string, other: string): boolean {
  return one.startsWith(`${other}-`) || other.startsWith(`${one}-`);
}

function placeOf({ origin }: Argument, file: string): Place | undefined {
  const match = /:(\d+):(\d+)$/.exec(origin ?? "");
  if (match === null) return undefined;
  const place = { line: Number(match[1]), column: Number(match[2]) };
  return origin === originOf(file, place) ? place : undefined;
}
