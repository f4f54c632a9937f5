/** A site file as data. @module */
import type { Argument } from "./arguments.ts";
import type { Place } from "./site_problem.ts";

/** Who the programs of a site are for its router, and the file with the proof. */
export type SiteLogin =
  & {
    /** Absolute path of the file with the private key, the secret or the ticket. */
    readonly file: string;
  }
  & (
    | { readonly method: "cryptosign"; readonly authId: string | undefined }
    | { readonly method: "wampcra" | "ticket"; readonly authId: string }
  );

/** The router and addresses; what the file does not say is undefined. */
export interface Hub {
  /** WebSocket URL of the router. */
  readonly wampServer: string | undefined;
  /** URL of its HTTP bridge. */
  readonly wampHttp: string | undefined;
  /** WAMP realm. */
  readonly realm: string | undefined;
  /** First part of every agent's address. */
  readonly addressRoot: string | undefined;
  /** Such as `director:access-dir`. */
  readonly accessPolicy: string | undefined;
  /** Lists of agents for every host that names none itself; Python's programs do not look at them. */
  readonly plugins?: readonly SitePlugin[] | undefined;
  /** How programs log in; undefined: anonymously. */
  readonly login: SiteLogin | undefined;
}

/** A module with a table of agents, as the site file names it. */
export interface SitePlugin extends Place {
  /** A URL, or a path that counts from the site file's folder. */
  readonly module: string;
}

/** How a HostManager treats an instance. */
export type Manage = "host/up" | "host/down" | "docker/up" | "docker/down" | "ignore";

/** A program that the site file names for one of its agents; Python's host manager does not look at it. */
export interface AgentExe {
  /** Path, or name on the PATH. */
  readonly command: string;
  /** Exactly its arguments; undefined: the options that every agent's launcher takes. */
  readonly args: readonly string[] | undefined;
}

/** One agent of a host. */
export interface SiteInstance extends Place {
  /** Undefined where the file has none or one that is not a text. */
  readonly instanceId: string | undefined;
  /** Undefined where the file has none or one that is not a text. */
  readonly agentClass: string | undefined;
  /** One of `Manage`; anything else as written, in text. */
  readonly manage: string;
  /** Flattened, each with its place. */
  readonly arguments: readonly Argument[];
  /** Program that runs it; undefined: the one for its class. */
  readonly agentExe?: AgentExe | undefined;
}

/** Crossbar as `ocs up` and Python's `ocs-local-support` run it on a host. */
export interface CrossbarSettings {
  /** Path of the program; default the one on the PATH. */
  readonly bin: string | undefined;
  /** Folder of its configuration. */
  readonly configDir: string | undefined;
}

/** One host's block. */
export interface SiteHost extends Place {
  /** Host name, or a name for `--site-host`. */
  readonly name: string;
  /** Override the hub on this host. */
  readonly wampServer: string | undefined;
  /** URL of the HTTP bridge. */
  readonly wampHttp: string | undefined;
  /** WAMP realm. */
  readonly realm: string | undefined;
  /** How programs on this host log in. */
  readonly login: SiteLogin | undefined;
  /** Folder of the log files. */
  readonly logDir: string | undefined;
  /** Seconds; 10 unless the file says otherwise, 0 for ever. */
  readonly crossbarTimeoutSeconds: number;
  /** Undefined: crossbar is not run on this host. */
  readonly crossbar: CrossbarSettings | undefined;
  /** Lists of agents in place of the hub's. */
  readonly plugins?: readonly SitePlugin[] | undefined;
  /** In the order of the file. */
  readonly instances: readonly SiteInstance[];
}

/** A site file. */
export interface Site {
  /** Path it was read from. */
  readonly file: string;
  /** What holds for all hosts. */
  readonly hub: Hub;
  /** By name. */
  readonly hosts: ReadonlyMap<string, SiteHost>;
}

/** Seconds an agent tries to reconnect where nobody says otherwise. */
export const DEFAULT_CROSSBAR_TIMEOUT_SECONDS = 10;
