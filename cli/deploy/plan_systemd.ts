/** Which service `ocs systemd` writes, and where to. @module */
import { resolve } from "node:path";
import { AGENT_TABLE } from "../../agents/table.ts";
import {
  MACHINE,
  nearMiss,
  type ResolvedSite,
  resolveSite,
  type SiteEnvironment,
  SiteError,
  type SiteInstance,
  type SiteOptions,
} from "../../site/mod.ts";
import { readPlugins } from "../read_plugins.ts";
import { ourProgram, pluginProgram } from "./our_program.ts";
import type { ServiceProgram, SystemdService } from "./systemd_service.ts";

/** What `ocs systemd` was given beside the site options; names and meanings are those of `ocs-install-systemd`. */
export interface SystemdChoice {
  /** The agent. Default: the host manager of this host's entry. */
  readonly instanceId?: string | undefined;
  /** The router in place of an agent. */
  readonly router: boolean;
  /** Compose files for a host manager. */
  readonly dockerCompose: readonly string[];
  /** Interpreter of a Python that has ocs: Python's agent instead of ours. */
  readonly pythonBin?: string | undefined;
  /** Shell of the launcher. Default `/bin/sh`. */
  readonly shell?: string | undefined;
  /** Folder of the launcher. Default: `folder`, else `OCS_CONFIG_DIR`, else the folder of the site file. */
  readonly launcherDir?: string | undefined;
  /** Path of the launcher. Default `launcher-ID.sh` in its folder. */
  readonly launcherScript?: string | undefined;
  /** Folder of the unit file. Default: `folder`, else `/etc/systemd/system`. */
  readonly serviceDir?: string | undefined;
  /** Who runs it. Default: who runs this. */
  readonly serviceUser?: string | undefined;
  /** Name of the unit file. */
  readonly serviceName?: string | undefined;
  /** Host in the name of the host manager's unit file. */
  readonly serviceHost?: string | undefined;
  /** Folder for both files. */
  readonly folder?: string | undefined;
}

const SERVICE_DIR = "/etc/systemd/system";
/** What systemd takes in the name of a unit. */
const UNIT_NAME = /^[A-Za-z0-9:_.-]+$/;
/** Names as `useradd` takes them, and numbers. */
const USER_NAME = /^([A-Za-z_][A-Za-z0-9_.-]*\$?|[0-9]+)$/;
/** What systemd takes as the path of a program. */
// deno-lint-ignore no-control-regex -- they are what it refuses
const PROGRAM_PATH = /^[^"'\\$\x00-\x1f\x7f]+$/;
const ROUTER_ID = "router";

/**
 * Plans the service of this host's manager, of one agent, or of the router.
 *
 * @throws {SiteError} If the site file has no such agent on this host, or an option does not fit.
 */
export async function planSystemd(
  options: SiteOptions,
  choice: SystemdChoice,
  environment: SiteEnvironment = MACHINE,
): Promise<SystemdService> {
  const site = await resolveSite(options, { match: choice.router ? "control" : "host", environment });
  if (site.sourceFile === undefined) {
    throw new SiteError("Cannot write a service without a site file: expected one that its program can read");
  }
  const subject = choice.router ? routerSubject(choice) : await agentSubject(site, choice);
  const { id, unitName } = subject;
  const absolute = (path: string) => resolve(environment.absolute(path));
  const configDir = environment.getVariable("OCS_CONFIG_DIR") || resolve(site.sourceFile, "..");
  const launcher = choice.launcherScript ??
    `${choice.launcherDir ?? choice.folder ?? configDir}/launcher-${id}.sh`;
  const user = choice.serviceUser ?? environment.getVariable("USER") ?? "";
  check(
    "the launcher",
    launcher,
    PROGRAM_PATH,
    "a path without quotes, backslashes, $ and control characters",
  );
  check("--service-user", user, USER_NAME, "the name of a user");
  check(
    choice.serviceName === undefined ? "the instance id" : "--service-name",
    unitName,
    UNIT_NAME,
    UNIT_EXPECTED,
  );
  check("the instance id", id, UNIT_NAME, UNIT_EXPECTED);
  return {
    description: subject.description,
    launcher: absolute(launcher),
    unit: absolute(`${choice.serviceDir ?? choice.folder ?? SERVICE_DIR}/${unitName}`),
    user,
    shell: choice.shell ?? "/bin/sh",
    siteFile: site.sourceFile,
    program: subject.program,
    args: [
      ...subject.args,
      ...(site.host === undefined ? [] : [`--site-host=${site.host.name}`]),
      ...overrides(options),
      ...(choice.dockerCompose.length === 0
        ? []
        : [`--docker-compose=${choice.dockerCompose.map(absolute).join(",")}`]),
    ],
  };
}

/** What was given to go over the site file, for the program. */
function overrides({ siteHub, siteHttp, siteRealm, addressRoot }: SiteOptions): string[] {
  const given = {
    "--site-hub": siteHub,
    "--site-http": siteHttp,
    "--site-realm": siteRealm,
    "--address-root": addressRoot,
  };
  return Object.entries(given).flatMap(([name, value]) => value === undefined ? [] : [`${name}=${value}`]);
}

const UNIT_EXPECTED = "letters, digits and : _ . -";

/** What is run. */
interface Subject {
  readonly id: string;
  readonly unitName: string;
  readonly description: string;
  readonly program: ServiceProgram;
  readonly args: readonly string[];
}

function routerSubject(choice: SystemdChoice): Subject {
  if (choice.instanceId !== undefined || choice.pythonBin !== undefined || choice.dockerCompose.length > 0) {
    throw new SiteError(
      "Cannot write the router's service: --instance-id, --python-bin and --docker-compose are for agents, expected " +
        "--router without them",
    );
  }
  return {
    id: ROUTER_ID,
    unitName: unitFile(choice.serviceName ?? "ocs-router"),
    description: "OCS router",
    program: ourProgram(ROUTER_ID),
    args: [],
  };
}

async function agentSubject(site: ResolvedSite, choice: SystemdChoice): Promise<Subject> {
  const { instanceId: id = "", agentClass = "" } = findInstance(site, choice.instanceId);
  const hostName = site.host?.name ?? "";
  const isManager = agentClass === "HostManager";
  if (!isManager && choice.dockerCompose.length > 0) {
    throw new SiteError(
      `Cannot give --docker-compose to "${id}": it is a ${agentClass}, expected a HostManager`,
    );
  }
  const program: ServiceProgram = choice.pythonBin !== undefined
    ? { kind: "python", bin: choice.pythonBin }
    : Object.hasOwn(AGENT_TABLE, agentClass)
    ? ourProgram(agentClass)
    : await listedProgram(id, agentClass, site);
  const manager = choice.serviceHost === undefined
    ? "ocs-hostmanager"
    : `ocs-hostmanager-${choice.serviceHost}`;
  return {
    id,
    unitName: unitFile(choice.serviceName ?? (isManager ? manager : `ocs-${id}`)),
    description: isManager ? `OCS HostManager for ${hostName}` : `OCS ${agentClass} ${id} for ${hostName}`,
    program,
    args: [`--instance-id=${id}`],
  };
}

/** The program of a class of a list that the site file names: the service has no other way to find it. */
async function listedProgram(
  id: string,
  agentClass: string,
  { plugins }: ResolvedSite,
): Promise<ServiceProgram> {
  const { agents, problems } = await readPlugins(plugins);
  if (agents.has(agentClass)) return pluginProgram(agentClass);
  const why = ["", ...problems.map(({ origin, text }) => `${origin}: ${text}`)].join("\n");
  throw new SiteError(
    `Cannot write a service for "${id}": its class ${agentClass} is none of this toolkit and of no list of the site file, ` +
      `expected --python-bin with the interpreter of a Python that has it${why}`,
  );
}

/** The agent that was named, or the host manager of this host. */
function findInstance({ host, sourceFile }: ResolvedSite, instanceId: string | undefined): SiteInstance {
  const instances = host?.instances ?? [];
  const where = `host "${host?.name}" of "${sourceFile}"`;
  if (instanceId === undefined) {
    const managers = instances.filter(({ agentClass }) => agentClass === "HostManager");
    const [manager] = managers;
    if (manager !== undefined && managers.length === 1) return manager;
    throw new SiteError(
      `Cannot write a service: ${where} has ${
        managers.length === 0 ? "no HostManager" : "several HostManagers"
      }; ` +
        "expected --instance-id ID, or --router",
    );
  }
  const found = instances.find((instance) => instance.instanceId === instanceId);
  if (found !== undefined) return found;
  const near = nearMiss(instanceId, instances.flatMap((instance) => instance.instanceId ?? []));
  throw new SiteError(
    `Cannot write a service for "${instanceId}": ${where} has no such instance-id` +
      (near === undefined ? "" : `; did you mean "${near}"?`),
  );
}

function unitFile(name: string): string {
  return name.endsWith(".service") ? name : `${name}.service`;
}

function check(what: string, value: string, pattern: RegExp, expected: string): void {
  if (pattern.test(value)) return;
  throw new SiteError(`Cannot write a service: ${what} is "${value}", expected ${expected}`);
}
