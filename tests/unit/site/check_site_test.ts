import assert from "node:assert/strict";
import { checkSite, formatProblem, type KnownClass, type SiteProblem } from "../../../site/mod.ts";
import { SITE_TEXT } from "./memory_environment.ts";

const KNOWN: ReadonlyMap<string, KnownClass> = new Map<string, KnownClass>([
  ["FakeDataAgent", {
    options: {
      "mode": { type: "string", choices: ["idle", "acq"], help: "" },
      "num-channels": { type: "int", min: 1, max: 100, help: "" },
      "offset": { type: "float", help: "" },
      "quiet": { type: "flag", help: "" },
    },
  }],
  ["RegistryAgent", { options: {} }],
  ["TcpAgent", { options: { "port": { type: "int", required: true, min: 1, max: 65_535, help: "" } } }],
]);

function check(text: string): Promise<readonly SiteProblem[]> {
  return checkSite(text, "f.yaml", { knownClasses: KNOWN, foreignClasses: ["HostManager"] });
}

const HUB =
  "hub: {wamp_server: 'ws://h:1/ws', wamp_http: 'http://h:1/call', wamp_realm: r, address_root: a}\n";

/** A file with these lines for the one host. */
function withHost(lines: string): string {
  return `${HUB}hosts:\n  daq-1:\n${lines.replaceAll(/^(?=.)/gm, "    ")}\n`;
}

/** A file with this one agent. */
function withAgent(entry: string): string {
  return withHost(`agent-instances:\n- ${entry}`);
}

/** One broken file: its text and what is told, each with line and column. */
interface Broken {
  readonly name: string;
  readonly text: string;
  readonly told: readonly (readonly [place: string, what: RegExp])[];
}

const FAKER = "agent-class: FakeDataAgent, instance-id: f";

const BROKEN: readonly Broken[] = [
  { name: "an empty file", text: "", told: [["1:1 error", /the file is empty.*"hub" and "hosts"/]] },
  { name: "nothing but comments", text: "# later\n", told: [["1:1 error", /the file is empty/]] },
  { name: "a list at the top", text: "- hub\n- hosts\n", told: [["1:1 error", /the file is a list/]] },
  { name: "a text at the top", text: "hello\n", told: [["1:1 error", /the file is "hello"/]] },
  {
    name: "a tab as indentation",
    text: "hub:\n\twamp_server: x\n",
    told: [["2:1 error", /tab in the indentation: expected spaces/]],
  },
  {
    name: "a bracket that is not closed",
    text: `${HUB}hosts: {daq-1: {agent-instances: [}}\n`,
    told: [["2:35 error", /list in brackets has not ended here: expected "\]"/], [
      "3:1 error",
      /mapping in brackets/,
    ]],
  },
  {
    name: "a quote that is not closed",
    text: "hub:\n  wamp_realm: 'r\n",
    told: [["3:1 error", /missing closing 'quote/]],
  },
  {
    name: "two documents",
    text: `${HUB}hosts: {}\n---\na: 1\n`,
    told: [["3:1 error", /expected one document/]],
  },
  {
    name: "bytes that are no text",
    text: new TextDecoder().decode(Uint8Array.of(0x68, 0x3a, 0x0a, 0x80, 0x00, 0xff, 0xfe)),
    told: [["2:1 error", /bytes that are no text/]],
  },
  {
    name: "an anchor that is not there",
    text: `${HUB}hosts: {daq-1: *other}\n`,
    told: [["2:16 error", /no anchor "other" before this alias/]],
  },
  {
    name: "an alias inside its own anchor",
    text: `${HUB}hosts: &h {daq-1: *h}\n`,
    told: [["2:11 error", /inside its own anchor/]],
  },
  {
    name: "a merge key without a mapping",
    text: `${HUB}hosts:\n  daq-1:\n    <<: 5\n    agent-instances: []\n`,
    told: [["4:9 error", /merge key << has no mapping/]],
  },
  {
    name: "a tag for Python's objects",
    text: `${HUB}hosts: !!python/object:os.system {}\n`,
    told: [["2:34 error", /tag !!python\/object:os\.system/]],
  },
  {
    name: "no hub",
    text: "hosts: {}\n",
    told: [["1:1 error", /there is no "hub"/], ["1:1 warning", /"hosts" is empty/]],
  },
  {
    name: "a misspelt hub",
    text: "hbu: {}\nhosts: {}\n",
    told: [
      ["1:1 error", /there is no "hub"/],
      ["1:1 warning", /"hbu" of the site file is not known.*did you mean "hub"/],
      ["2:1 warning", /"hosts" is empty/],
    ],
  },
  {
    name: "a hub without what every agent needs",
    text: "hub: {wamp_http: 'http://h:1/call'}\nhosts: {a: {agent-instances: []}}\n",
    told: [
      ["1:6 error", /the hub has no "wamp_server"/],
      ["1:6 error", /the hub has no "wamp_realm"/],
      ["1:6 error", /the hub has no "address_root"/],
    ],
  },
  {
    name: "a hub that is a list",
    text: "hub: [1]\nhosts: {a: {agent-instances: []}}\n",
    told: [["1:6 error", /"hub" is a list: expected a mapping/]],
  },
  {
    name: "URLs of the wrong kind and impossible ports",
    text: "hub:\n  wamp_server: http://h:8001/ws\n  wamp_http: http://h:80010/call\n  wamp_realm: r\n" +
      "  address_root: a\nhosts:\n  b:\n    wamp_server: ws://h:0/ws\n    wamp_http: h:8001/call\n    agent-instances: []\n",
    told: [
      ["2:16 error", /"http:\/\/h:8001\/ws": expected a URL such as ws:/],
      ["3:14 error", /port from 1 to 65535/],
      ["8:18 error", /port from 1 to 65535/],
      ["9:16 error", /expected a URL such as http:/],
    ],
  },
  {
    name: "a realm and a root that are no names",
    text:
      "hub: {wamp_server: 'ws://h:1/ws', wamp_http: 'http://h:1/c', wamp_realm: 'a b', address_root: a..b}\n" +
      "hosts: {a: {agent-instances: []}}\n",
    told: [["1:74 error", /"wamp_realm" .*"a b"/], ["1:95 error", /"address_root" .*without spaces/]],
  },
  {
    name: "numbers and booleans for texts",
    text:
      "hub: {wamp_server: 5, wamp_http: true, wamp_realm: [], address_root: {}}\nhosts: {a: {agent-instances: []}}\n",
    told: [
      ["1:20 error", /"wamp_server" of the hub is 5 \(a number in YAML\).*in quotes, "5"/],
      ["1:34 error", /true \(a boolean in YAML\)/],
      ["1:52 error", /is a list/],
      ["1:70 error", /is a mapping/],
    ],
  },
  {
    name: "the key that the documentation writes, and Python ignores",
    text: withHost("crossbar-timeout: 20\nagent-instances: []"),
    told: [[
      "4:5 warning",
      /"crossbar-timeout".*ignored, by Python OCS as well.*did you mean "crossbar_timeout"/,
    ]],
  },
  {
    name: "a timeout that is none",
    text: withHost("crossbar_timeout: soon\nagent-instances: []"),
    told: [["4:23 error", /is "soon": expected a number of seconds/]],
  },
  {
    name: "a host without agent-instances",
    text: withHost("log-dir: /tmp"),
    told: [["4:5 error", /no "agent-instances"/]],
  },
  {
    name: "agent-instances left empty",
    text: withHost("agent-instances:"),
    told: [["4:21 error", /"agent-instances" .* is empty: expected a list; \[\]/]],
  },
  {
    name: "agent-instances as a mapping",
    text: withHost("agent-instances: {a: b}"),
    told: [["4:22 error", /is a mapping: expected a list/]],
  },
  {
    name: "hosts as a list",
    text: `${HUB}hosts: [daq-1]\n`,
    told: [["2:8 error", /"hosts" is a list: expected a mapping of host names/]],
  },
  {
    name: "a host that is a text, and one whose name is a number",
    text: `${HUB}hosts: {daq-1: up, 17: {agent-instances: []}}\n`,
    told: [["2:16 error", /host "daq-1" is "up"/], [
      "2:20 warning",
      /host name is 17 \(a number in YAML\) and never matches/,
    ]],
  },
  {
    name: "an address root in a host's block",
    text: withHost("address_root: b\nagent-instances: []"),
    told: [["4:5 warning", /"address_root" of the host "daq-1" has no effect/]],
  },
  {
    name: "a host twice",
    text: `${HUB}hosts:\n  a: {agent-instances: []}\n  a: {agent-instances: []}\n`,
    told: [["4:3 warning", /key "a" is there a second time \(first in line 3\)/]],
  },
  {
    name: "an agent that is a text",
    text: withAgent("FakeDataAgent"),
    told: [["5:7 error", /agent 1 of the host "daq-1" is "FakeDataAgent"/]],
  },
  {
    name: "an agent without id and class",
    text: withAgent("{manage: up}"),
    told: [["5:7 error", /has no "instance-id"/], ["5:7 error", /has no "agent-class"/]],
  },
  {
    name: "an id that is a number, and one with a dot too many",
    text: withHost(
      "agent-instances:\n- {agent-class: RegistryAgent, instance-id: 5}\n- {agent-class: RegistryAgent, instance-id: 'a b'}",
    ),
    told: [["5:49 error", /is 5 \(a number in YAML\).*in quotes, "5"/], [
      "6:49 error",
      /"instance-id" is "a b"/,
    ]],
  },
  {
    name: "the same id on two hosts",
    text: `${HUB}hosts:\n  a: {agent-instances: [{${FAKER}}]}\n  b: {agent-instances: [{${FAKER}}]}\n`,
    told: [["4:67 error", /"f" is there a second time \(first in line 3, host "a"\)/]],
  },
  {
    name: "an unquoted no",
    text: withAgent(`{${FAKER}, manage: no}`),
    told: [["5:60 error", /"manage" of agent "f" is no \(a boolean in YAML\): expected it in quotes, "no"/]],
  },
  {
    name: "a manage value that is none",
    text: withAgent(`{${FAKER}, manage: hots/up}`),
    told: [["5:60 error", /is "hots\/up".*did you mean "host\/up"/]],
  },
  {
    name: "a class that is nearly right, and one that is a stranger",
    text: withHost(
      "agent-instances:\n- {agent-class: FakeDateAgent, instance-id: f}\n- {agent-class: Zebra, instance-id: z}",
    ),
    told: [["5:21 error", /FakeDateAgent.*did you mean "FakeDataAgent"/], [
      "6:21 warning",
      /"Zebra", which is not known here/,
    ]],
  },
  {
    name: "keys of an agent that nobody knows",
    text: withAgent(`{${FAKER}, argumnets: []}`),
    told: [["5:52 warning", /"argumnets" of the agent "f".*did you mean "arguments"/]],
  },
  {
    name: "arguments as a text, as a mapping inside, and the elements that Python falls over",
    text: withHost(
      "agent-instances:\n- {agent-class: X1, instance-id: a, manage: ignore, arguments: --mode acq}\n" +
        "- {agent-class: X1, instance-id: b, manage: ignore, arguments: [{a: 1}, '', '-', --]}",
    ),
    told: [
      ["5:68 error", /"arguments" of agent 1 .* is "--mode acq": expected a list/],
      ["6:69 error", /an argument .* is a mapping/],
      ["6:77 error", /is empty/],
      ["6:81 error", /is "-"/],
      ["6:86 error", /is "--"/],
    ],
  },
  {
    name: "arguments that the agent refuses",
    text: withAgent(
      `{${FAKER}, arguments: [[--mode, aqc], --num-channels, 200, --quiet, 'True', --nmu-channels, 4, --offset]}`,
    ),
    told: [
      ["5:73 error", /--mode is "aqc": expected one of idle, acq; did you mean "acq"/],
      ["5:95 error", /--num-channels is "200": expected an int from 1 to 100/],
      ["5:109 error", /"True" belongs to no option/],
      ["5:117 error", /--nmu-channels is not an option here.*did you mean "--num-channels"/],
      ["5:136 error", /--offset has no value: expected a number/],
    ],
  },
  {
    name: "a required option left out",
    text: withAgent("{agent-class: TcpAgent, instance-id: t}"),
    told: [["5:7 error", /--port is missing/]],
  },
];

for (const { name, text, told } of BROKEN) {
  Deno.test(`checkSite() tells line, column and cure of ${name}`, async () => {
    const lines = (await check(text)).map((problem) => formatProblem(problem));
    assert.equal(lines.length, told.length, lines.join("\n"));
    told.forEach(([place, what], at) => {
      const [position, severity] = place.split(" ");
      assert(lines[at]?.startsWith(`f.yaml:${position}: ${severity}: `), `${place} in ${lines[at]}`);
      assert.match(lines[at] ?? "", what);
    });
  });
}

Deno.test("checkSite() finds nothing wrong with Python's files: anchors, merge keys, docker twins, foreign classes", async () => {
  assert.deepEqual(await check(SITE_TEXT), []);
  const text = `${HUB}x-common: &common {log-dir: /tmp, agent-instances: []}\nhosts:\n  a: {<<: *common}\n` +
    `  daq: {agent-instances: [{${FAKER}, manage: docker}, {agent-class: HostManager, instance-id: hm}]}\n` +
    `  daq-docker: {agent-instances: [{${FAKER}}]}\n  b: {crossbar: {}, agent-instances: []}\n  c: {crossbar: null, agent-instances: []}\n`;
  assert.deepEqual((await check(text)).map(({ severity, what }) => [severity, what]), [
    ["warning", '"x-common" of the site file is not known and ignored, by Python OCS as well'],
  ]);
});

Deno.test("checkSite() looks at a thousand agents and at endless arguments in good time", async () => {
  const many = Array.from({ length: 1000 }, (_, i) => `- {agent-class: FakeDataAgent, instance-id: f${i}}`)
    .join("\n");
  assert.deepEqual(await check(withHost(`agent-instances:\n${many}`)), []);
  const bomb = Array.from(
    { length: 30 },
    (_, i) => `x${i}: &x${i} [${i === 0 ? "" : `*x${i - 1}, *x${i - 1}`}]`,
  ).join("\n");
  const problems = await check(`${bomb}\n${withAgent(`{${FAKER}, arguments: [*x29]}`)}`);
  assert(problems.some(({ what }) => what.includes("more than 10000 elements")));
});
