/** `ocs router`: the router of a site, in the foreground. @module */
import { CertificateError, Router, type RouterOptions, WebFolderError } from "../router/mod.ts";
import type { SiteOptions } from "../site/mod.ts";
import { ExitCode } from "../verbs/exit_code.ts";
import { UsageError } from "./explain_error.ts";
import { listenForInterrupt, untilAborted } from "./interrupt.ts";
import { consoleLogger } from "./log_line.ts";
import { type Console, styled } from "./output.ts";
import { planRouter, type RouterChoice, type RouterPlan } from "./router_plan.ts";

/** What `ocs router` was given. */
export interface RouterCommand extends RouterChoice {
  /** Crossbar's `config.json`, in place of what the site file says. */
  readonly crossbarConfig?: string | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Starts a router as planned. */
export async function startRouter(plan: RouterPlan, console: Console, verbose = false): Promise<Router> {
  const logger = consoleLogger(console.err, { name: "router", debug: verbose });
  for (const warning of plan.warnings) logger.warn(warning);
  return await openOnPort({
    hostname: plan.hostname,
    port: plan.port,
    realm: plan.realm,
    addressRoot: plan.addressRoot,
    webSocketPath: plan.webSocketPath,
    bridge: { [plan.callPath]: { kind: "caller" } },
    ...(plan.metricsPath === undefined ? {} : { metricsPath: plan.metricsPath }),
    ...(plan.web === undefined ? {} : { web: plan.web }),
    ...(plan.tls === undefined ? {} : { tls: plan.tls }),
    logger,
  });
}

async function openOnPort(options: RouterOptions): Promise<Router> {
  try {
    return await Router.start(options);
  } catch (error) {
    if (!(error instanceof WebFolderError) && !(error instanceof CertificateError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

/** Runs a router until Ctrl-C or SIGTERM. */
export async function runRouter(
  command: RouterCommand,
  context: { readonly site: SiteOptions; readonly console: Console },
): Promise<ExitCode> {
  const { console } = context;
  using interrupt = listenForInterrupt();
  const { router, hostname, realm, addressRoot } = await openRouter(command, context);
  await using _router = router;
  const { url, httpUrl, metricsUrl, webUrl, port } = router;
  if (command.json) {
    await console.out.print(
      JSON.stringify({ event: "ready", url, httpUrl, metricsUrl, webUrl, port, realm, addressRoot }),
    );
  } else {
    const mark = styled(console.out.look, ["bold", "green"], "ready");
    await console.out.print(
      `Router ${mark}: ${url} and ${httpUrl}, realm "${realm}"` +
        (addressRoot === undefined ? "" : `, address root "${addressRoot}"`) +
        (hostname === "0.0.0.0" ? ", on all addresses" : "") +
        (metricsUrl === undefined ? "" : `, metrics at ${metricsUrl}`) +
        (webUrl === undefined ? "" : `, web page at ${webUrl}`),
    );
  }
  await untilAborted(interrupt.signal);
  await router.stop();
  return ExitCode.OK;
}

/** A router that has started, and what it says of itself. */
interface Opened {
  readonly router: Router;
  readonly hostname: string | undefined;
  readonly realm: string;
  readonly addressRoot: string | undefined;
}

async function openRouter(
  { crossbarConfig, verbose, ...choice }: RouterCommand,
  { site, console }: { readonly site: SiteOptions; readonly console: Console },
): Promise<Opened> {
  if (crossbarConfig === undefined) {
    const plan = await planRouter(site, choice);
    return { ...plan, router: await startRouter(plan, console, verbose) };
  }
  const { planCrossbarRouter } = await import("./deploy/plan_crossbar_router.ts");
  const plan = await planCrossbarRouter(crossbarConfig, { ...choice, site });
  const logger = consoleLogger(console.err, { name: "router", debug: verbose });
  for (const warning of plan.warnings) logger.warn(warning);
  const router = await openOnPort({
    ...plan.options,
    ...(plan.addressRoot === undefined ? {} : { addressRoot: plan.addressRoot }),
    logger,
  });
  return { ...plan, router, hostname: plan.options.hostname };
}
