/** The site file that `ocs init` writes. @module */

/** Complete as it is: `ocs up` runs it on one machine. */
export const SITE_FILE = `# Site file of an observatory. Every agent, client and tool reads it, from
# $OCS_CONFIG_DIR/default.yaml or with --site-file. Check it with: ocs config check

hub:
  # The router. Agents on other machines need its name or address instead of 127.0.0.1;
  # "ocs up" and "ocs router" then listen on every address of their machine.
  wamp_server: ws://127.0.0.1:8001/ws
  # Its HTTP bridge, for clients that only ask now and then.
  wamp_http: http://127.0.0.1:8001/call
  wamp_realm: test_realm
  # First part of every address: observatory.faker1, observatory.registry, ...
  address_root: observatory

hosts:
  # One block for each machine, by its host name. "localhost" stands for every
  # machine that has no block of its own.
  localhost:
    # log-dir: /var/log/ocs         # one file for each agent; the folder must exist
    # crossbar_timeout: 10          # seconds without the router until agents exit; 0: never

    agent-instances:
      # Keeps track of all agents.
      - agent-class: RegistryAgent
        instance-id: registry

      # Made-up temperatures to try things on.
      - agent-class: FakeDataAgent
        instance-id: faker1
        arguments: ['--mode', 'acq', '--num-channels', 4]

      # Your own agent, see example_agent.ts. "ignore": nobody starts it but you.
      - agent-class: ExampleAgent
        instance-id: example1
        manage: ignore
        arguments: ['--period', 2.0]
`;
