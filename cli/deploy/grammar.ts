/** The command lines of what writes files for other programs, as data for the parser. @module */
import {
  choice,
  command,
  constant,
  flag,
  integer,
  merge,
  message,
  multiple,
  object,
  option,
  optional,
  string,
  withDefault,
} from "../../deps/optique.ts";
import { JSON_OPTION, SITE_OPTIONS } from "../../verbs/common_options.ts";

/** `ocs crossbar-config`. */
export const CROSSBAR_CONFIG = command(
  "crossbar-config",
  merge(
    object({
      command: constant("crossbar-config"),
      port: optional(option("--port", integer({ metavar: "N", min: 1, max: 65_535 }), {
        description: message`Port of crossbar; default that of the site's wamp_server.`,
      })),
      output: optional(option("-o", "--output", string({ metavar: "FILE" }), {
        description: message`File to write, never over another one; default standard output.`,
      })),
    }),
    JSON_OPTION,
    SITE_OPTIONS,
  ),
  { brief: message`Write a configuration of crossbar for the site.` },
);

/** `ocs grafana`. */
export const GRAFANA = command(
  "grafana",
  merge(
    object({
      command: constant("grafana"),
      folder: withDefault(
        option("-o", "--output", "--out", string({ metavar: "FOLDER" }), {
          description: message`Folder to write, never over another file; default ./grafana.`,
        }),
        "grafana",
      ),
      provisioningDir: withDefault(
        option("--provisioning-dir", string({ metavar: "PATH" }), {
          description: message`Where Grafana sees that folder; default /etc/grafana/provisioning.`,
        }),
        "/etc/grafana/provisioning",
      ),
      influx: optional(option("--influx", choice(["v1", "v2"], { metavar: "VERSION" }), {
        description: message`InfluxDB 1.x or 2; default that of the site's publisher.`,
      })),
      url: optional(option("--url", string({ metavar: "URL" }), {
        description: message`The database as Grafana sees it; default as the publisher does.`,
      })),
      database: optional(option("--database", string({ metavar: "NAME" }), {
        description: message`Database or bucket; default that of the publisher.`,
      })),
    }),
    JSON_OPTION,
    SITE_OPTIONS,
  ),
  { brief: message`Write data source and dashboards of the site for Grafana.` },
);

/** `ocs systemd`. */
export const SYSTEMD = command(
  "systemd",
  merge(
    object({
      command: constant("systemd"),
      instanceId: optional(option("--instance-id", string({ metavar: "ID" }), {
        description: message`The agent; default the HostManager of this host's entry.`,
      })),
      router: withDefault(
        flag("--router", { description: message`A service for the router instead of an agent.` }),
        false,
      ),
      folder: optional(option("-o", "--output", string({ metavar: "FOLDER" }), {
        description: message`Write both files there; without it and --service-dir they are shown.`,
      })),
    }),
    object({
      pythonBin: optional(option("--python-bin", string({ metavar: "PATH" }), {
        description: message`Python's agent instead of ours, run by this interpreter.`,
      })),
      dockerCompose: multiple(option("--docker-compose", string({ metavar: "FILE" }), {
        description: message`A compose file for the HostManager; may be given several times.`,
      })),
      shell: optional(option("--shell", string({ metavar: "PATH" }), {
        description: message`Shell of the launcher; default /bin/sh.`,
      })),
      launcherDir: optional(option("--launcher-dir", string({ metavar: "FOLDER" }), {
        description: message`Folder of the launcher; default $OCS_CONFIG_DIR, else that of the site file.`,
      })),
      launcherScript: optional(option("--launcher-script", string({ metavar: "FILE" }), {
        description: message`Path of the launcher; default launcher-ID.sh in its folder.`,
      })),
    }),
    object({
      serviceDir: optional(option("--service-dir", string({ metavar: "FOLDER" }), {
        description: message`Write the unit file there; it is meant for /etc/systemd/system.`,
      })),
      serviceUser: optional(option("--service-user", string({ metavar: "USER" }), {
        description: message`User that runs it; default $USER.`,
      })),
      serviceName: optional(option("--service-name", string({ metavar: "NAME" }), {
        description: message`Name of the unit; default ocs-hostmanager, ocs-ID or ocs-router.`,
      })),
      serviceHost: optional(option("--service-host", string({ metavar: "HOST" }), {
        description: message`Put into the default name: ocs-hostmanager-HOST.`,
      })),
    }),
    JSON_OPTION,
    SITE_OPTIONS,
  ),
  { brief: message`Write a systemd service for the HostManager, an agent or the router.` },
);
