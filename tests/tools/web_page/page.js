// What ocs-web does on the wire, in its order (src/main.js, src/ocsbow.js): its configuration, an autobahn connection
// without autobahn's own retries, a wildcard subscription to all heartbeats, calls; after a loss, a new try every 5 s.
const RETRY_MS = 5000;

globalThis.page = { config: null, connections: 0, session: null, heartbeats: {}, samples: [], closed: [] };

function connect({ url, realm, addr_root }) {
  const connection = new autobahn.Connection({ url, realm, max_retries: 0 });
  connection.onopen = (session) => {
    page.connections++;
    page.session = session;
    session.subscribe(`${addr_root}..feeds.heartbeat`, ([[, { agent_address }]]) => {
      page.heartbeats[agent_address] = page.connections;
    }, { match: "wildcard" });
    session.subscribe(`${addr_root}.faker1.feeds.false_temperatures`, ([[message]]) => {
      page.samples.push(message);
    });
  };
  connection.onclose = (reason) => {
    page.session = null;
    page.closed.push(reason);
    setTimeout(() => connect({ url, realm, addr_root }), RETRY_MS);
  };
  connection.open();
}

// Arguments as ocs-web sends them; gives [code, text, session].
page.request = (address, ...args) => page.session.call(`${address}.ops`, args, {});

fetch("config.json").then((response) => response.json()).then((config) => {
  page.config = config;
  connect(config.crossbars[0]);
});
