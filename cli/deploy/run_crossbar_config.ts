/** `ocs crossbar-config`: a configuration of crossbar for the site. @module */
import {
  MACHINE,
  needSetting,
  resolveSite,
  type SiteEnvironment,
  SiteError,
  type SiteOptions,
} from "../../site/mod.ts";
import { ExitCode } from "../../verbs/exit_code.ts";
import type { Console } from "../output.ts";
import { planRouter } from "../router_plan.ts";
import { crossbarConfig, type CrossbarSite } from "./crossbar_config.ts";
import { writeNewFiles } from "./write_new_files.ts";

/** What `ocs crossbar-config` was given. */
export interface CrossbarConfigCommand {
  /** The port, in place of that of the site's `wamp_server`. */
  readonly port?: number | undefined;
  /** File to write; standard output without it. */
  readonly output?: string | undefined;
  readonly json: boolean;
}

/**
 * Finds out what crossbar is to serve: the settings in effect on this host, as `ocs router` takes them.
 *
 * @throws {SiteError} If there is no site, it is wrong, or its port cannot be crossbar's.
 */
export async function planCrossbar(
  options: SiteOptions,
  port: number | undefined,
  environment: SiteEnvironment = MACHINE,
): Promise<CrossbarSite> {
  // Unlike a router started by hand, a file that goes to another machine is not made from defaults.
  const site = await resolveSite(options, { environment });
  const url = needSetting(site, "wampServer");
  needSetting(site, "realm");
  needSetting(site, "addressRoot");
  const plan = await planRouter(options, { port }, environment);
  if (port === undefined && new URL(url).protocol === "wss:") {
    throw new SiteError(
      `Cannot write crossbar's configuration: wamp_server is "${url}", so something before crossbar speaks TLS; ` +
        "expected --port N with the port that it hands on to",
    );
  }
  return plan;
}

/** Writes the configuration; exit code 1 if there is another one under that name. */
export async function runCrossbarConfig(
  { port, output, json }: CrossbarConfigCommand,
  { site, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<ExitCode> {
  const plan = await planCrossbar(site, port);
  const text = crossbarConfig(plan);
  if (output === undefined) {
    await console.out.write(text);
    return ExitCode.OK;
  }
  const [state] = await writeNewFiles([{ path: output, text }]);
  const { realm, addressRoot } = plan;
  await console.out.print(
    json
      ? JSON.stringify({ file: output, state, realm, addressRoot, port: plan.port })
      : `${state}  ${output}: realm "${realm}", address root "${addressRoot}", port ${plan.port}`,
  );
  return ExitCode.OK;
}
