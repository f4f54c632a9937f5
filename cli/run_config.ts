/** `ocs config check` and `ocs config show`. @module */
import { AGENT_TABLE } from "../agents/table.ts";
import { checkSite, type KnownClass } from "../site/check_site.ts";
import {
  findSiteFile,
  MACHINE,
  readSiteText,
  type ResolvedSite,
  resolveSite,
  SiteError,
  type SiteLogin,
  type SiteOptions,
  type SiteProblem,
} from "../site/mod.ts";
import { shownAccessPolicy } from "../ocs/access_rules.ts";
import type { Look } from "../verbs/look.ts";
import { redactWords } from "../verbs/redact.ts";
import { formatTable } from "../verbs/table.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { checkAccessFiles } from "./check_access_files.ts";
import { checkPlugins } from "./check_plugins.ts";
import { PYTHON_CLASSES } from "./foreign_classes.ts";
import { type Console, type OutputLook, styled, verbLook } from "./output.ts";

/** Where the command's site options and streams are. */
interface Context {
  readonly site: SiteOptions;
  readonly console: Console;
}

/** Checks a site file; exit code 1 if there are errors. */
export async function runConfigCheck(
  command: { readonly file: string | undefined; readonly strict: boolean; readonly json: boolean },
  { site, console }: Context,
): Promise<ExitCode> {
  const file = command.file ?? pathOrFail(site);
  const text = await readSiteText(file);
  const plugins = await checkPlugins({ siteHost: site.siteHost, siteFile: file });
  const ofSite = await checkSite(text, file, {
    knownClasses: new Map<string, KnownClass>([...plugins.agents, ...Object.entries(AGENT_TABLE)]),
    foreignClasses: PYTHON_CLASSES,
  });
  const problems = [...ofSite, ...plugins.problems, ...await checkAccessFiles(text, file)];
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const failed = errors > 0 || command.strict && warnings > 0;
  if (command.json) {
    await console.out.print(JSON.stringify({ file, ok: !failed, errors, warnings, problems }));
  } else {
    const { look } = console.out;
    for (const problem of problems) await console.out.print(problemText(problem, look));
    const counts = `${count(errors, "error")}, ${count(warnings, "warning")}`;
    const verdict = problems.length === 0
      ? styled(look, "green", "no problems")
      : styled(look, errors > 0 ? "red" : "yellow", counts);
    await console.out.print(`${file}: ${verdict}`);
  }
  return failed ? ExitCode.FAILED : ExitCode.OK;
}

function problemText(problem: SiteProblem, look: OutputLook): string {
  const { file, line, column, severity, what, expected, suggestion } = problem;
  const word = styled(look, ["bold", severity === "error" ? "red" : "yellow"], `${severity}:`);
  const hint = suggestion === undefined ? "" : `\n    did you mean ${styled(look, "bold", suggestion)}?`;
  return `${
    styled(look, "bold", `${file}:${line}:${column}:`)
  } ${word} ${what}\n    expected ${expected}${hint}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function pathOrFail(site: SiteOptions): string {
  const found = findSiteFile(site);
  if ("none" in found) throw new SiteError(found.none);
  return found.path;
}

/** One setting, and who said so. */
interface Setting {
  readonly name: string;
  readonly value: string | number | undefined;
  readonly from: string;
}

/** Shows the settings in effect. */
export async function runConfigShow(
  { json }: { readonly json: boolean },
  { site, console }: Context,
): Promise<ExitCode> {
  const resolved = await resolveSite(site);
  const settings = settingsOf(resolved, site);
  if (json) {
    await console.out.print(JSON.stringify({
      siteFile: resolved.sourceFile ?? null,
      host: resolved.host?.name ?? null,
      ...Object.fromEntries(settings.map(({ name, value }) => [name, value ?? null])),
      instances: resolved.host?.instances.map(({ instanceId, agentClass, manage, arguments: args }) => ({
        instanceId: instanceId ?? null,
        agentClass: agentClass ?? null,
        manage,
        arguments: redactWords(args.map(({ text }) => text)),
      })) ?? [],
    }));
    return ExitCode.OK;
  }
  const { look } = console.out;
  const file = resolved.sourceFile ?? "(none)";
  await console.out.print(`site file  ${styled(look, "bold", file)}`);
  const host = resolved.host === undefined
    ? styled(look, "yellow", `no block for ${site.siteHost ?? MACHINE.hostname()}, and none for localhost`)
    : `${styled(look, "bold", resolved.host.name)} (line ${resolved.host.line})`;
  if (resolved.sourceFile !== undefined) await console.out.print(`host       ${host}`);
  await console.out.print("");
  const width = Math.max(...settings.map(({ name }) => name.length));
  for (const { name, value, from } of settings) {
    const shown = value === undefined ? styled(look, "dim", "-") : String(value);
    await console.out.print(
      `${name.padEnd(width)}  ${shown}${from === "" ? "" : styled(look, "dim", `  (${from})`)}`,
    );
  }
  await console.out.print("");
  await console.out.print(instancesText(resolved, verbLook(console.out)));
  return ExitCode.OK;
}

function settingsOf(resolved: ResolvedSite, options: SiteOptions): readonly Setting[] {
  const { host } = resolved;
  const from = (option: unknown, hostValue: unknown, value: unknown, variable?: string): string => {
    if (option !== undefined && variable !== undefined && option === MACHINE.getVariable(variable)) {
      return `environment, ${variable}`;
    }
    if (option !== undefined) return "command line";
    if (hostValue !== undefined) return `host ${host?.name}`;
    return value === undefined ? "" : "hub";
  };
  return [
    {
      name: "wamp_server",
      value: resolved.wampServer,
      from: from(options.siteHub, host?.wampServer, resolved.wampServer, "SITE_HUB"),
    },
    {
      name: "wamp_http",
      value: resolved.wampHttp,
      from: from(options.siteHttp, host?.wampHttp, resolved.wampHttp, "SITE_HTTP"),
    },
    { name: "wamp_realm", value: resolved.realm, from: from(options.siteRealm, host?.realm, resolved.realm) },
    {
      name: "address_root",
      value: resolved.addressRoot,
      from: from(options.addressRoot, undefined, resolved.addressRoot),
    },
    {
      name: "access_policy",
      value: resolved.accessPolicy === undefined ? undefined : shownAccessPolicy(resolved.accessPolicy),
      from: from(undefined, undefined, resolved.accessPolicy),
    },
    {
      name: "login",
      value: resolved.login === undefined ? undefined : loginText(resolved.login),
      from: from(undefined, host?.login, resolved.login),
    },
    { name: "log-dir", value: resolved.logDir, from: from(undefined, host?.logDir, undefined) },
    { name: "crossbar_timeout", value: resolved.crossbarTimeoutSeconds, from: "seconds" },
  ];
}

function loginText({ method, authId, file }: SiteLogin): string {
  return `${method}${authId === undefined ? "" : ` as "${authId}"`}, with ${file}`;
}

function instancesText({ host }: ResolvedSite, look: Look): string {
  if (host === undefined) return "";
  if (host.instances.length === 0) return "No agents on this host.";
  const rows = host.instances.map((instance) => [
    instance.instanceId ?? "?",
    instance.agentClass ?? "?",
    instance.manage,
    redactWords(instance.arguments.map(({ text }) => text))
      .map((text) => (/\s/.test(text) ? JSON.stringify(text) : text)).join(" "),
  ]);
  return formatTable(["INSTANCE", "CLASS", "MANAGE", "ARGUMENTS"], rows, look);
}
