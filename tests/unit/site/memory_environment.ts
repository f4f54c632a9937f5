/** A machine made of maps, for tests of site/. @module */
import type { SiteEnvironment } from "../../../site/mod.ts";

/** Files by path, variables by name. */
export function memoryEnvironment(
  { files = {}, variables = {}, hostname = "daq-1" }: {
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
    readonly variables?: Readonly<Record<string, string>>;
    readonly hostname?: string;
  },
): SiteEnvironment {
  return {
    getVariable: (name) => variables[name],
    hostname: () => hostname,
    absolute: (path) => path.startsWith("/") ? path : `/cwd/${path}`,
    readFile: (path) => {
      const content = files[path];
      if (content === undefined) return Promise.reject(new Deno.errors.NotFound(`no ${path}`));
      return Promise.resolve(typeof content === "string" ? new TextEncoder().encode(content) : content);
    },
  };
}

/** A site of two hosts and a fallback. */
export const SITE_TEXT = `
hub:
  wamp_server: ws://10.0.0.3:8001/ws
  wamp_http: http://10.0.0.3:8001/call
  wamp_realm: test_realm
  address_root: observatory
  access_policy: director:access-dir
hosts:
  daq-1:
    wamp_server: ws://crossbar:8001/ws
    log-dir: /var/log/ocs
    crossbar_timeout: 30
    agent-instances:
      - agent-class: FakeDataAgent
        instance-id: faker1
        manage: "no"
        arguments: ['--mode', 'acq', ['--num-channels', 4], [['--offset', -3.5]]]
      - agent-class: FakeDataAgent
        instance-id: faker2
      - {agent-class: RegistryAgent, instance-id: registry}
  localhost:
    agent-instances: []
`;
