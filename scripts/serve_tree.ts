/** Serves a checkout over HTTP, as an observatory does for its own agents and scripts. @module */

/** A served tree. Dispose of it. */
export interface ServedTree extends AsyncDisposable {
  /** Where it is, with a slash at the end: `http://127.0.0.1:PORT/ID/`. */
  readonly url: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ts: "application/typescript",
  js: "text/javascript",
  json: "application/json",
};

/** Serves the files below a folder on a free port of the loopback. */
export function serveTree(root: string): ServedTree {
  // Deno keeps what it has loaded from an address: a port that an earlier tree had must not give that tree's files.
  const id = crypto.randomUUID();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const [, first, ...parts] = decodeURIComponent(new URL(request.url).pathname).split("/");
    const path = parts.join("/");
    if (first !== id) return new Response("not served", { status: 404 });
    if (parts.some((part) => part.startsWith("."))) {
      return new Response("not served", { status: 403 });
    }
    try {
      const body = await Deno.readFile(`${root}/${path}`);
      // Deno takes the language of a module from the content type: a wrong one is refused.
      const type = CONTENT_TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain";
      return new Response(body, { headers: { "content-type": type } });
    } catch {
      return new Response(`no such file: ${path}`, { status: 404 });
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/${id}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
