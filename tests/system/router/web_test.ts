import assert from "node:assert/strict";
import { WebFolderError } from "../../../router/mod.ts";
import { untilTrue, within } from "../../helpers/until.ts";
import { RawPeer } from "./raw_peer.ts";
import { type LoggedRouter, startRouter } from "./start_router.ts";

const INDEX = "<!doctype html><title>page</title>";

/** A folder that is removed at the end. */
interface WebFolder extends AsyncDisposable {
  /** What is served. */
  readonly page: string;
  /** Its parent, with a file that is not. */
  readonly outside: string;
}

async function webFolder(): Promise<WebFolder> {
  const outside = await Deno.makeTempDir({ prefix: "web_" });
  const page = `${outside}/page`;
  await Deno.mkdir(`${page}/js`, { recursive: true });
  await Deno.writeTextFile(`${page}/index.html`, INDEX);
  await Deno.writeTextFile(`${page}/js/app.6a22ee95.js`, "'use strict';");
  await Deno.writeTextFile(`${page}/.env`, "SECRET");
  await Deno.writeTextFile(`${outside}/secret.txt`, "SECRET");
  return {
    page,
    outside,
    [Symbol.asyncDispose]: () => Deno.remove(outside, { recursive: true }),
  };
}

function serve(folder: string, limits = {}): Promise<LoggedRouter> {
  const web = { folder, name: "observatory", realm: "test_realm", addressRoot: "observatory" };
  return startRouter({ web, limits });
}

/** One request exactly as it is written here: `fetch` would tidy the path up. */
async function ask(port: number, target: string, method = "GET", lines: readonly string[] = []) {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [`${method} ${target} HTTP/1.1`, "Host: daq:8001", "Connection: close", ...lines, "", ""];
  await socket.write(new TextEncoder().encode(head.join("\r\n")));
  const answer = await within(new Response(socket.readable).text(), 10_000, `the answer to ${target}`);
  const end = answer.indexOf("\r\n\r\n");
  const header = (name: string) =>
    answer.slice(0, end).split("\r\n").find((line) => line.toLowerCase().startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { status: Number(answer.split(" ")[1]), header, body: answer.slice(end + 4) };
}

Deno.test("Router serves a web page beside WebSocket, bridge and status, which keep their paths", async () => {
  await using folder = await webFolder();
  for (const taken of ["ws", "call", "info"]) await Deno.writeTextFile(`${folder.page}/${taken}`, "page");
  await using server = await serve(folder.page);
  const index = await ask(server.port, "/?ocs=lab");
  assert.deepEqual([index.status, index.body], [200, INDEX]);
  assert.equal(index.header("content-type"), "text/html; charset=UTF-8");
  assert.equal(index.header("cache-control"), "no-cache");
  assert.equal(index.header("x-content-type-options"), "nosniff");
  const script = await ask(server.port, "/js/app.6a22ee95.js");
  assert.deepEqual([script.status, script.body], [200, "'use strict';"]);
  assert.match(script.header("cache-control") ?? "", /immutable/);
  assert.match((await ask(server.port, "/info")).body, /"ocs-router"/);
  assert.equal((await ask(server.port, "/ws")).status, 426);
  assert.equal((await ask(server.port, "/call")).status, 405);
  using peer = await RawPeer.join(server.port);
  assert.equal(peer.status, 101);
});

Deno.test("Router gives nothing of a web page's surroundings away, whatever is asked for", async () => {
  await using folder = await webFolder();
  const { page, outside } = folder;
  await Deno.symlink(`${outside}/secret.txt`, `${page}/link.txt`);
  await Deno.symlink(outside, `${page}/up`);
  await Deno.symlink(`${page}/.env`, `${page}/hidden.txt`);
  await Deno.symlink("/proc/self/environ", `${page}/environ`);
  await Deno.symlink("round", `${page}/round`);
  await Deno.mkdir(`${outside}/page2`);
  await Deno.writeTextFile(`${outside}/page2/secret.txt`, "SECRET");
  await Deno.symlink("../page2", `${page}/beside`);
  const pipe = await new Deno.Command("mkfifo", { args: [`${page}/pipe`] }).output();
  assert(pipe.success);
  await using server = await serve(page);
  const targets = [
    ...[
      "/../secret.txt",
      "/js/../../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/..%5csecret.txt",
    ],
    ...["/.%2e/secret.txt", "//secret.txt", `/${outside}/secret.txt`, `/%2f${outside.slice(1)}/secret.txt`],
    ...[
      "/.env",
      "/%2eenv",
      "/js/../.env",
      "/link.txt",
      "/up/secret.txt",
      "/hidden.txt",
    ],
    ...["/environ", "/round", "/beside/secret.txt", "/pipe", "/js", "/js/", "/index.html/", "/index.html/x"],
    ...["/index.html%00.js", "/%", "/%ff", `/${"x".repeat(300)}`, `/${"x/".repeat(400)}x`, "/config.json/"],
    `http://127.0.0.1:${server.port}/index.html`,
  ];
  for (const target of targets) {
    const { status, body, header } = await ask(server.port, target);
    assert.equal(status, 404, target);
    assert(!/SECRET|PATH=/.test(body), target);
    assert.equal(header("content-type"), "text/plain; charset=UTF-8");
  }
  assert.equal((await ask(server.port, "/")).body, INDEX);
});

Deno.test("Router follows links inside a web page, and the link that leads to it", async () => {
  await using folder = await webFolder();
  const { page, outside } = folder;
  await Deno.symlink("app.6a22ee95.js", `${page}/js/app.js`);
  await Deno.symlink(page, `${outside}/current`);
  await using server = await serve(`${outside}/current`);
  assert.equal((await ask(server.port, "/js/app.js")).body, "'use strict';");
  // A new build is there when its link is, without a restart.
  await Deno.mkdir(`${outside}/next`);
  await Deno.writeTextFile(`${outside}/next/index.html`, "next");
  await Deno.remove(`${outside}/current`);
  assert.equal((await ask(server.port, "/")).status, 404);
  await Deno.symlink(`${outside}/next`, `${outside}/current`);
  assert.equal((await ask(server.port, "/")).body, "next");
});

Deno.test("Router answers HEAD, conditional requests and other methods as HTTP has them", async () => {
  await using folder = await webFolder();
  await using server = await serve(folder.page);
  const { port } = server;
  const whole = await ask(port, "/");
  const head = await ask(port, "/", "HEAD");
  assert.deepEqual([head.status, head.body], [200, ""]);
  assert.equal(head.header("content-length"), String(INDEX.length));
  const tag = whole.header("etag") ?? "";
  for (
    const line of [`If-None-Match: ${tag}`, `If-Modified-Since: ${whole.header("last-modified")}`]
  ) {
    const unchanged = await ask(port, "/", "GET", [line]);
    assert.deepEqual([unchanged.status, unchanged.body], [304, ""], line);
    assert.equal(unchanged.header("etag"), tag);
  }
  await Deno.writeTextFile(`${folder.page}/index.html`, "changed");
  const changed = await ask(port, "/", "GET", [`If-None-Match: ${tag}`]);
  assert.deepEqual([changed.status, changed.body], [200, "changed"]);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
    const refused = await ask(port, "/", method, ["Content-Length: 0"]);
    assert.deepEqual([refused.status, refused.header("allow")], [405, "GET, HEAD"], method);
  }
  const configHead = await ask(port, "/config.json", "HEAD");
  assert.deepEqual([configHead.status, configHead.body], [200, ""]);
  assert.equal((await ask(port, "/nothing", "HEAD")).body, "");
});

Deno.test("Router writes config.json for the browser that asks, and adds the operators' own", async () => {
  await using folder = await webFolder();
  await using server = await serve(folder.page);
  const config = async (...lines: string[]) => {
    const answer = await ask(server.port, "/config.json", "GET", lines);
    assert.equal(answer.header("cache-control"), "no-store");
    assert.equal(answer.header("content-type"), "application/json; charset=UTF-8");
    return JSON.parse(answer.body).crossbars;
  };
  const own = { name: "observatory", realm: "test_realm", addr_root: "observatory" };
  assert.deepEqual(await config(), [{ ...own, url: "ws://daq:8001/ws" }]);
  assert.deepEqual(await config("Referer: https://observatory.example/ocs/"), [
    { ...own, url: "wss://observatory.example/ocs/ws" },
  ]);
  await Deno.writeTextFile(
    `${folder.page}/config.json`,
    '{"crossbars": [{"name": "lab", "url": "ws://lab:8001/ws"}, {"name": "here"}]}',
  );
  const lab = { name: "lab", url: "ws://lab:8001/ws" };
  assert.deepEqual(await config(), [{ ...own, name: "here", url: "ws://daq:8001/ws" }, lab]);
  // Half-written, while the router runs.
  await Deno.writeTextFile(`${folder.page}/config.json`, '{"crossbars": [');
  assert.deepEqual(await config(), [{ ...own, url: "ws://daq:8001/ws" }]);
  assert(server.log.some((line) => /warn Cannot serve web page .*config\.json is wrong/.test(line)));
});

Deno.test("Router takes the page's URL that it is given before what requests say", async () => {
  await using folder = await webFolder();
  await using server = await startRouter({
    webSocketPath: "/wamp",
    web: {
      folder: folder.page,
      name: "x",
      realm: "r",
      addressRoot: "a",
      url: "https://observatory.example/ocs",
    },
  });
  const { body } = await ask(server.port, "/config.json", "GET", ["Referer: http://other/"]);
  assert.equal(JSON.parse(body).crossbars[0].url, "wss://observatory.example/ocs/wamp");
});

/** A file that no buffer on the way takes whole. */
async function largeFile(folder: string): Promise<{ readonly bytes: number; readonly block: Uint8Array }> {
  const bytes = 64 * 1024 * 1024;
  const block = new Uint8Array(1024 * 1024).map((_, at) => (at * 7) % 251);
  using file = await Deno.open(`${folder}/large.bin`, { write: true, create: true });
  for (let written = 0; written < bytes; written += block.length) await file.write(block);
  return { bytes, block };
}

Deno.test("Router sends a large file whole", async () => {
  await using folder = await webFolder();
  const { bytes, block } = await largeFile(folder.page);
  await using server = await serve(folder.page);
  const response = await fetch(`http://127.0.0.1:${server.port}/large.bin`);
  assert.equal(response.headers.get("content-length"), String(bytes));
  let received = 0;
  for await (const piece of response.body ?? []) {
    assert.equal(piece[0], block[received % block.length]);
    received += piece.length;
  }
  assert.equal(received, bytes);
});

Deno.test("Router gives up a reader that takes nothing of a file", async () => {
  await using folder = await webFolder();
  await largeFile(folder.page);
  await using server = await serve(folder.page, { stuckMs: 500 });
  using stuck = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  await stuck.write(new TextEncoder().encode("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n"));
  await untilTrue(() => server.router.status().connections === 1, { what: "the connection" });
  await untilTrue(() => server.router.status().connections === 0, { what: "its end" });
});

Deno.test("Router sends so many files at a time and no more", async () => {
  await using folder = await webFolder();
  await largeFile(folder.page);
  await using server = await serve(folder.page, { webTransfers: 2 });
  const answers = [];
  for (let at = 0; at < 2; at++) answers.push(await fetch(`http://127.0.0.1:${server.port}/large.bin`));
  const refused = await ask(server.port, "/");
  assert.deepEqual([refused.status, refused.header("retry-after")], [503, "1"]);
  // What the page cannot do without is no file.
  assert.equal((await ask(server.port, "/config.json")).status, 200);
  for (const { body } of answers) await body?.cancel();
  await untilTrue(async () => (await ask(server.port, "/")).status === 200, {
    what: "room for another file",
  });
});

Deno.test("Router does not start with a web page that is not there", async () => {
  await using folder = await webFolder();
  const { page, outside } = folder;
  await Deno.mkdir(`${outside}/empty`);
  await Deno.mkdir(`${outside}/wrong`);
  await Deno.writeTextFile(`${outside}/wrong/index.html`, INDEX);
  await Deno.writeTextFile(`${outside}/wrong/config.json`, '{"crossbars": 3}');
  await Deno.mkdir(`${outside}/large`);
  await Deno.writeTextFile(`${outside}/large/index.html`, INDEX);
  await Deno.writeTextFile(`${outside}/large/config.json`, " ".repeat(1024 * 1024 + 1));
  const wrong: readonly (readonly [string, RegExp])[] = [
    [`${outside}/nowhere`, /Cannot serve web page ".*nowhere": there is no such folder/],
    [`${page}/index.html`, /it is a file, expected a folder/],
    [`${outside}/empty`, /it has no index\.html, expected a built page/],
    [`${outside}/wrong`, /its config\.json is wrong: "crossbars" is/],
    [`${outside}/large`, /its config\.json has 1048577 bytes, expected at most 1048576/],
  ];
  for (const [path, pattern] of wrong) {
    await assert.rejects(serve(path), (error) => {
      assert(error instanceof WebFolderError);
      assert.match(error.message, pattern);
      return true;
    });
  }
});
