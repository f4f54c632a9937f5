import assert from "node:assert/strict";
import { contentTypeOf } from "../../../router/web/content_type.ts";
import { cacheControlOf, entityTag, isFresh } from "../../../router/web/freshness.ts";
import { pageFolderUrl } from "../../../router/web/page_url.ts";
import { formatWebConfig, parseFurtherEntries } from "../../../router/web/web_config.ts";
import { parseWebPath } from "../../../router/web/web_path.ts";

Deno.test("parseWebPath() gives the names below the folder, and index.html for the folder itself", () => {
  assert.deepEqual(parseWebPath("/"), ["index.html"]);
  assert.deepEqual(parseWebPath("/js/app.6a22ee95.js"), ["js", "app.6a22ee95.js"]);
  assert.deepEqual(parseWebPath("/a%20b/%C3%A4.png"), ["a b", "ä.png"]);
});

Deno.test("parseWebPath() gives nothing for what could lead elsewhere", () => {
  const hostile = [
    ...["", "index.html", "http://127.0.0.1/index.html", "*", "//", "//etc/passwd", "/js/", "/js//app.js"],
    ...[
      "/..",
      "/../secret",
      "/js/../../secret",
      "/%2e%2e/secret",
      "/%2E./secret",
      "/.%2e/secret",
      "/..%2fsecret",
    ],
    ...[
      "/..%5csecret",
      "/..\\secret",
      "/js%2fapp.js",
      "/c:/secret",
      "/.git/config",
      "/js/.env",
      "/%2egit/config",
    ],
    ...["/a%00.js", "/a%0a.js", "/%", "/%zz", "/%ff", "/%c0%ae%c0%ae/secret", `/${"x".repeat(2000)}`],
  ];
  for (const path of hostile) assert.equal(parseWebPath(path), undefined, path);
});

Deno.test("contentTypeOf() knows what browsers insist on", () => {
  assert.equal(contentTypeOf("js/app.js"), "text/javascript; charset=UTF-8");
  assert.equal(contentTypeOf("INDEX.HTML"), "text/html; charset=UTF-8");
  assert.equal(contentTypeOf("a.wasm"), "application/wasm");
  for (const name of ["a", "a.constructor", "a.exe", ""]) {
    assert.equal(contentTypeOf(name), "application/octet-stream");
  }
});

Deno.test("cacheControlOf() lets browsers keep what has a digest in its name, and nothing else", () => {
  assert.match(cacheControlOf("chunk-vendors.f9b81cec.js"), /immutable/);
  assert.match(cacheControlOf("app-09c6bb0c11.css"), /immutable/);
  for (const name of ["index.html", "favicon.ico", "app.js", "deadbeef"]) {
    assert.equal(cacheControlOf(name), "no-cache");
  }
});

Deno.test("isFresh() compares tags before dates, and dates in whole seconds", () => {
  const version = { bytes: 10, modified: new Date("2026-11-26T21:00:00.700Z") };
  const tag = entityTag(version);
  const ask = (ifNoneMatch?: string, ifModifiedSince?: string) =>
    isFresh(version, { ifNoneMatch, ifModifiedSince });
  assert(ask(tag) && ask(`"x", W/${tag}`) && ask("*"));
  assert(!ask('"x"') && !ask("") && !ask());
  assert(ask(undefined, "Thu, 26 Nov 2026 21:00:00 GMT"));
  assert(!ask(undefined, "Thu, 26 Nov 2026 20:59:59 GMT"));
  assert(!ask(undefined, "yesterday"));
  assert(!ask('"x"', "Thu, 26 Nov 2026 21:00:00 GMT"));
  assert.notEqual(tag, entityTag({ ...version, bytes: 11 }));
});

function page(headers: Readonly<Record<string, string>>, isEncrypted = false): string | undefined {
  return pageFolderUrl({ header: (name) => headers[name], isEncrypted })?.href;
}

Deno.test("pageFolderUrl() is where the browser says that the page is", () => {
  const host = "127.0.0.1:8001";
  assert.equal(page({ host, referer: "http://daq:8001/" }), "http://daq:8001/");
  assert.equal(
    page({ host, referer: "https://observatory.example/ocs/?ocs=lab#x", "sec-fetch-site": "same-origin" }),
    "https://observatory.example/ocs/",
  );
  assert.equal(page({ host, referer: "http://[::1]:8001/index.html" }), "http://[::1]:8001/");
  // Behind a proxy that takes two slashes for one.
  assert.equal(page({ host, referer: "http://daq:8001//ocs/" }), "http://daq:8001//ocs/");
  // Another site, or no page at all.
  for (const referer of ["data:text/html,x", "", "x", "javascript:alert(1)"]) {
    assert.equal(page({ host, referer }), "http://127.0.0.1:8001/");
  }
  assert.equal(
    page({ host, referer: "https://evil.example/x/", "sec-fetch-site": "cross-site" }),
    "http://127.0.0.1:8001/",
  );
});

Deno.test("pageFolderUrl() believes the proxies where the browser keeps its location back", () => {
  const host = "127.0.0.1:8001";
  const forwarded = {
    host,
    "x-forwarded-proto": "https, http",
    "x-forwarded-host": "observatory.example, inner",
    "x-forwarded-prefix": "/ocs",
  };
  assert.equal(page(forwarded), "https://observatory.example/ocs/");
  assert.equal(page({ ...forwarded, "x-forwarded-prefix": "/a/b/" }), "https://observatory.example/a/b/");
  // Only the origin was told, as by `Referrer-Policy: origin`.
  assert.equal(
    page({ host, referer: "https://observatory.example/", "x-forwarded-prefix": "/ocs" }),
    "https://observatory.example/ocs/",
  );
  assert.equal(page({ host }), "http://127.0.0.1:8001/");
  assert.equal(page({ host }, true), "https://127.0.0.1:8001/");
  assert.equal(page({}), undefined);
});

Deno.test("pageFolderUrl() takes nothing into the URL that is no scheme, host or path", () => {
  const host = "127.0.0.1:8001";
  const plain = "http://127.0.0.1:8001/";
  for (const prefix of ["//evil.example", "ocs", "/a?b", "/a#b", "/a b", '/"', "/\\evil.example", "  "]) {
    assert.equal(page({ host, "x-forwarded-prefix": prefix }), plain, prefix);
  }
  for (const proto of ["javascript", "ws", "https://evil.example"]) {
    assert.equal(page({ host, "x-forwarded-proto": proto }), plain, proto);
  }
  for (const bad of ["a/b", "user@evil.example", "a?b", "a b", "a#b", "[::1", "a:b:c", "a:99999"]) {
    assert.equal(page({ host, "x-forwarded-host": bad }), undefined, bad);
  }
});

Deno.test("formatWebConfig() puts the router first, with what the operators say of it, and then the others", () => {
  const further = parseFurtherEntries(JSON.stringify({
    crossbars: [
      { name: "lab", url: "ws://lab:8001/ws" },
      { name: "Telescope", styling: { banner: "Telescope", background: "#fcc" } },
    ],
  }));
  const own = { name: "observatory", realm: "test_realm", addressRoot: "observatory" };
  assert.deepEqual(JSON.parse(formatWebConfig(own, { url: "wss://x/ws", further })), {
    crossbars: [
      {
        name: "Telescope",
        url: "wss://x/ws",
        realm: "test_realm",
        addr_root: "observatory",
        styling: { banner: "Telescope", background: "#fcc" },
      },
      { name: "lab", url: "ws://lab:8001/ws" },
    ],
  });
});

Deno.test("parseFurtherEntries() says where a config.json is wrong", () => {
  assert.deepEqual(parseFurtherEntries("{}"), { own: {}, others: [] });
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["", /JSON/],
    ["[]", /it is a list, expected an object/],
    ["null", /it is null/],
    ['{"crossbars": {}}', /"crossbars" is a value of type object, expected a list/],
    ['{"crossbars": [1]}', /"crossbars"\[0\] is a value of type number/],
    ['{"crossbars": [{"url": 1}]}', /"crossbars"\[0\]\.url is a value of type number, expected a text/],
    ['{"crossbars": [{"url": "ws://x"}]}', /"crossbars"\[0\] has no "name"/],
    ['{"crossbars": [{}, {"name": "a"}]}', /"crossbars"\[1\] has no "url", as one before it/],
  ];
  for (const [text, pattern] of wrong) {
    assert.throws(() => parseFurtherEntries(text), (error) => {
      assert(error instanceof SyntaxError);
      assert.match(error.message, pattern);
      return true;
    });
  }
});
