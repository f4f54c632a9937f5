/** Options that several verbs take, as data for the parser. @module */
import {
  constant,
  flag,
  float,
  group,
  type InferValue,
  message,
  object,
  option,
  optional,
  string,
  withDefault,
} from "../deps/optique.ts";

const siteObject = object({
  site: optional(option("--site", string({ metavar: "NAME" }), {
    description: message`Use $OCS_CONFIG_DIR/NAME.yaml; none: no site file.`,
  })),
  siteFile: optional(option("--site-file", string({ metavar: "PATH" }), {
    description: message`Use this site file instead of $OCS_CONFIG_DIR/default.yaml.`,
  })),
  siteHost: optional(option("--site-host", string({ metavar: "NAME" }), {
    description: message`Use the site file's entry for this host.`,
  })),
  siteHub: optional(option("--site-hub", string({ metavar: "URL" }), {
    description: message`WebSocket address of the router.`,
  })),
  siteHttp: optional(option("--site-http", string({ metavar: "URL" }), {
    description: message`HTTP bridge of the router.`,
  })),
  siteRealm: optional(option("--site-realm", "--realm", string({ metavar: "REALM" }), {
    description: message`Realm of the router.`,
  })),
  addressRoot: optional(option("--address-root", string({ metavar: "ROOT" }), {
    description: message`First part of every address.`,
  })),
});

/** The site options that every program takes. */
export const SITE_OPTIONS = group("Site options", siteObject);

/** The site options where the site is settled already: none of them can be given. */
export const NO_SITE_OPTIONS = object({
  site: constant(undefined),
  siteFile: constant(undefined),
  siteHost: constant(undefined),
  siteHub: constant(undefined),
  siteHttp: constant(undefined),
  siteRealm: constant(undefined),
  addressRoot: constant(undefined),
});

/** Either of them: the same names, with values or without. */
export type SiteParser = typeof SITE_OPTIONS | typeof NO_SITE_OPTIONS;

/** What site options say. */
export type SiteFlags = InferValue<typeof siteObject>;

/** `--json`. */
export const JSON_OPTION = object({
  json: withDefault(flag("--json", { description: message`Write JSON, for programs.` }), false),
});

/** Deadline and rights of requests to agents. */
export const REQUEST_OPTIONS = object({
  timeout: optional(option("--timeout", float({ metavar: "SECONDS", min: 0 }), {
    description: message`How long to wait for the answer; default 10, wait: no limit.`,
  })),
  privs: optional(option("--privs", string({ metavar: "LEVEL|@FILE" }), {
    description:
      message`Access level (2 or 3) to find a password for, a file with one, or the password itself.`,
  })),
});

/** The same where no agent is asked anything. */
export const NO_REQUEST_OPTIONS = object({ timeout: constant(undefined), privs: constant(undefined) });
