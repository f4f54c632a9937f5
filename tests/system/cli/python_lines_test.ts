/** Lines of docs/coming_from_python.md that only look or write files, carried out on a small site. */
import assert from "node:assert/strict";
import { FakeDataAgent } from "../../../agents/fake_data.ts";
import type { FAKE_DATA } from "../../../agents/fake_data/options.ts";
import { RegistryAgent } from "../../../agents/registry.ts";
import type { REGISTRY } from "../../../agents/registry/options.ts";
import { main } from "../../../cli/main.ts";
import { type Console, Output } from "../../../cli/output.ts";
import page from "../../../docs/coming_from_python.md" with { type: "text" };
import { startAgent } from "../../../framework/mod.ts";
import { Router } from "../../../router/mod.ts";
import { splitLine } from "../../../verbs/split_line.ts";
import { bridgeCall } from "../../helpers/bridge.ts";
import { codeSpans, docRows } from "../../helpers/doc_tables.ts";
import { goldenPath } from "../../helpers/g3_golden.ts";
import { untilTrue } from "../../helpers/until.ts";

/** What a line must print, by the words that it begins with; the others are tried by tests of their own. */
const EXPECTED: readonly (readonly [words: string, output: RegExp])[] = [
  ["ocs client scan --use-registry my-registry", /List of Registered Agents: \(\d\)\n/],
  ["ocs client scan --use-registry", /List of Registered Agents: \(\d\)\n/],
  ["ocs client scan", /List of Detected Agents: \(3\)\n {2}faker1\n/],
  ["ocs config show --json", /"wamp_server":"ws:/],
  ["ocs config show", /wamp_server +ws:/],
  ["ocs agents", /faker1 +FakeDataAgent /],
  ["ocs crossbar-config -o config.json", /config\.json/],
  ["ocs systemd", /WantedBy=|ocs-hostmanager|\.service/],
  ["ocs g3 last -v", /Last Seen \[s ago\]/],
  ["ocs g3 last", /temperatures: \d+\.\d s old/],
  ["ocs g3 cat", /hkagg_type/],
  ["ocs g3 check", /no faults|frames/],
];

/** A console that keeps what is written. */
function keptConsole() {
  const texts = { out: "", err: "" };
  const stream = (name: "out" | "err") =>
    new Output({
      write: (bytes) => {
        texts[name] += new TextDecoder().decode(bytes);
        return Promise.resolve(bytes.length);
      },
    }, () => ({ isTerminal: false, columns: Infinity, colors: false }));
  const console: Console = { out: stream("out"), err: stream("err") };
  return { console, texts };
}

Deno.test("coming_from_python.md: lines that look or write files do so on a small site", async () => {
  const router = await Router.start();
  const folder = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  stack.defer(() => router.stop());
  const connection = { url: router.url, realm: "test_realm" };
  const faker = await startAgent<typeof FAKE_DATA.options, FakeDataAgent>(FakeDataAgent, {
    instanceId: "faker1",
    connection,
    options: { mode: "acq", numChannels: 1, sampleRate: 1, frameLength: 60 },
  });
  stack.defer(() => faker.stop());
  for (const instanceId of ["registry", "my-registry"]) {
    const options = { waitTime: 30 };
    const registry = await startAgent<typeof REGISTRY.options, RegistryAgent>(RegistryAgent, {
      instanceId,
      connection,
      options,
    });
    stack.defer(() => registry.stop());
  }
  const site = `${folder}/default.yaml`;
  const url = new URL(router.url);
  await Deno.writeTextFile(
    site,
    `hub: {wamp_server: "${url.href}", wamp_http: "http://${url.host}/call", wamp_realm: test_realm, address_root: observatory}\n` +
      "hosts: {localhost: {agent-instances: [{agent-class: HostManager, instance-id: hm1, manage: ignore}]}}\n",
  );
  for (const registry of ["registry", "my-registry"]) {
    await untilTrue(async () => {
      const reply = await bridgeCall({ httpUrl: `http://${url.host}/call` }, `observatory.${registry}.ops`, [
        "status",
        "main",
      ]);
      return JSON.stringify(reply).includes("observatory.faker1");
    }, { what: `faker1 in ${registry}`, timeoutMs: 20_000 });
  }
  const lines = new Set(
    docRows(page).filter(({ section }) => section === "Commands").flatMap(({ cells }) =>
      codeSpans(cells[1] ?? "")
    ),
  );
  const tried = new Set<string>();
  const run = async (line: string, [words, output]: (typeof EXPECTED)[number], at: number): Promise<void> => {
    tried.add(words);
    await Deno.mkdir(`${folder}/${at}`);
    const real = splitLine(line).slice(1).map((word) => {
      if (line.includes(" g3 ") && (word === "TARGET" || word === "FILE")) {
        return goldenPath("hk/17000/1700000000.g3");
      }
      // Each writes into a folder of its own; other words in capitals stand for anything.
      if (word === "." || word === "DIR") return `${folder}/${at}`;
      return word === "config.json" ? `${folder}/${word}` : /^[A-Z]+$/.test(word) ? word.toLowerCase() : word;
    });
    const { console, texts } = keptConsole();
    // Not everywhere is somebody logged in.
    if (real[0] === "systemd" && !real.includes("--service-user")) real.push("--service-user", "ocs");
    const place = real[0] === "g3" ? [] : ["--site-file", site, "--site-host", "localhost"];
    const code = await main([...real, ...place], console);
    assert.equal(code, 0, `${line}: ${texts.err}`);
    assert.match(texts.out + texts.err, output, line);
  };
  await Promise.all([...lines].map((line, at) => {
    const expected = EXPECTED.find(([words]) => line.startsWith(words) && !line.includes("--help"));
    return expected === undefined ? undefined : run(line, expected, at);
  }));
  assert.deepEqual(EXPECTED.map(([words]) => words).filter((words) => !tried.has(words)), []);
});
