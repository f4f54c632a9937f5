/** The options every agent and tool has. @module */
import type { OptionValues } from "./option_specs.ts";

/** The options of spec 6.6, as Python OCS adds them to every agent and tool. */
export const SITE_OPTIONS = {
  "site": {
    type: "string",
    placeholder: "NAME",
    help: "Use $OCS_CONFIG_DIR/NAME.yaml instead of default.yaml; none: use no site file.",
  },
  "site-file": { type: "string", placeholder: "PATH", help: "Use this site file." },
  "site-host": {
    type: "string",
    placeholder: "NAME",
    help: "Use the site file's entry for this host instead of the one for this machine.",
  },
  "site-hub": {
    type: "string",
    placeholder: "URL",
    help: "WebSocket address of the router (wamp_server), such as ws://10.0.0.3:8001/ws.",
  },
  "site-http": {
    type: "string",
    placeholder: "URL",
    help: "HTTP bridge of the router (wamp_http), such as http://10.0.0.3:8001/call.",
  },
  "site-realm": { type: "string", placeholder: "REALM", help: "Realm of the router (wamp_realm)." },
  "instance-id": {
    type: "string",
    placeholder: "ID",
    help: "Which instance of the site file this is; the last part of the agent's address.",
  },
  "address-root": {
    type: "string",
    placeholder: "ROOT",
    help: "First part of every agent's address, such as observatory.",
  },
  "registry-address": { type: "string", placeholder: "ADDRESS", help: "Accepted without effect." },
  "log-dir": { type: "string", placeholder: "DIR", help: "Folder of the log files." },
  "working-dir": { type: "string", placeholder: "DIR", help: "Base of relative paths." },
  "crossbar-timeout": {
    type: "int",
    min: 0,
    placeholder: "SECONDS",
    help: "How long the agent tries to reach the router again before it exits; 0: for ever. " +
      "10 unless the site file says otherwise.",
  },
  "access-policy": {
    type: "string",
    placeholder: "POLICY",
    help: "Access control, such as director:access-dir.",
  },
} as const;

/** Parsed site options, by camel-case name (`siteFile`); what was not given is undefined. */
export type SiteOptionValues = OptionValues<typeof SITE_OPTIONS>;

/** Site options as a script or test gives them; what is left out was not given. */
export type SiteOptions = { readonly [K in keyof SiteOptionValues]?: SiteOptionValues[K] | undefined };
