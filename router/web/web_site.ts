/** A folder of files for browsers at `/`, such as a build of ocs-web, with a `config.json` made for it. @module */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "../../internal/log.ts";
import { WebFolderError } from "../errors.ts";
import type { RouterLimits } from "../limits.ts";
import { answerText } from "../text_answer.ts";
import { contentTypeOf } from "./content_type.ts";
import { cacheControlOf, entityTag, isFresh } from "./freshness.ts";
import { openWebFile, type WebFile } from "./open_web_file.ts";
import { pageFolderUrl } from "./page_url.ts";
import { sendFile } from "./send_file.ts";
import {
  formatWebConfig,
  type FurtherEntries,
  NO_FURTHER_ENTRIES,
  type OwnEntry,
  parseFurtherEntries,
} from "./web_config.ts";
import { parseWebPath } from "./web_path.ts";

/** A web page that the router serves. */
export interface WebOptions extends OwnEntry {
  /** Folder with `index.html`. */
  readonly folder: string;
  /**
   * Where browsers see the folder, such as `https://observatory.example/ocs/`. Default: what each request says, see
   * `docs/web.md`.
   */
  readonly url?: string | undefined;
}

/** What a site is made from. */
export interface WebSiteOptions extends WebOptions {
  /** Path of the WebSocket below the page. */
  readonly webSocketPath: string;
  /** Bounds. */
  readonly limits: Pick<RouterLimits, "stuckMs" | "webTransfers">;
  /** Where files that cannot be read are told. */
  readonly logger: Logger;
}

const CONFIG = "config.json";
const MAX_CONFIG_BYTES = 1024 * 1024;

/** Answers requests with the files of a folder. */
export class WebSite {
  readonly #options: WebSiteOptions;
  #transfers = 0;

  private constructor(options: WebSiteOptions) {
    this.#options = options;
  }

  /**
   * Looks at the folder.
   *
   * @throws {WebFolderError} If there is no such folder, no `index.html` in it, or its `config.json` is wrong.
   */
  static async open(options: WebSiteOptions): Promise<WebSite> {
    const { folder } = options;
    const site = new WebSite(options);
    try {
      const index = await openWebFile(folder, ["index.html"]);
      index?.file.close();
      if (index === undefined) throw new WebFolderError(folder, await whatIsThere(folder));
      await site.#furtherEntries();
    } catch (error) {
      if (error instanceof WebFolderError) throw error;
      throw new WebFolderError(folder, error instanceof Error ? error.message : String(error), error);
    }
    return site;
  }

  /** Answers one request; `path` is its path without query. */
  handle(path: string, exchange: Exchange): void {
    this.#answer(path, exchange).catch((error: unknown) => {
      this.#options.logger.warn(
        `Cannot serve "${path.slice(0, 200)}": ${error instanceof Error ? error.message : String(error)}`,
      );
      if (exchange.response.headersSent) exchange.response.socket?.destroy();
      else notFound(exchange.response, path);
    });
  }

  async #answer(path: string, { request, response }: Exchange): Promise<void> {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return answerText(response, 405, "Use GET\n", { Allow: "GET, HEAD" });
    }
    const names = parseWebPath(path);
    if (names === undefined) return notFound(response, path);
    if (names.length === 1 && names[0] === CONFIG) return await this.#answerConfig(request, response);
    if (this.#transfers >= this.#options.limits.webTransfers) {
      return answerText(response, 503, "Too many files are being sent\n", { "Retry-After": "1" });
    }
    this.#transfers++;
    try {
      const found = await openWebFile(this.#options.folder, names);
      if (found === undefined) return notFound(response, path);
      using _file = found.file;
      await this.#answerFile({ ...found, name: names.at(-1) ?? "" }, { request, response });
    } finally {
      this.#transfers--;
    }
  }

  async #answerFile(
    { file, bytes, modified, name }: WebFile & { readonly name: string },
    { request, response }: Exchange,
  ): Promise<void> {
    const headers: Record<string, string> = {
      ETag: entityTag({ bytes, modified }),
      "Cache-Control": cacheControlOf(name),
      ...SAFETY,
    };
    if (modified !== undefined) headers["Last-Modified"] = modified.toUTCString();
    const isUnchanged = isFresh({ bytes, modified }, {
      ifNoneMatch: request.headers["if-none-match"],
      ifModifiedSince: request.headers["if-modified-since"],
    });
    if (isUnchanged) {
      response.writeHead(304, headers);
      return void response.end();
    }
    response.writeHead(200, {
      ...headers,
      "Content-Type": contentTypeOf(name),
      "Content-Length": String(bytes),
    });
    if (request.method === "HEAD") return void response.end();
    await sendFile(response, { file, bytes, stuckMs: this.#options.limits.stuckMs });
  }

  async #answerConfig(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { webSocketPath, logger } = this.#options;
    let further = NO_FURTHER_ENTRIES;
    try {
      further = await this.#furtherEntries();
    } catch (error) {
      // Right when the router started: its operators are about to change it, and the page goes on without.
      logger.warn(error instanceof Error ? error.message : String(error));
    }
    const url = new URL(webSocketPath.slice(1), this.#pageUrl(request)).href.replace(/^http/, "ws");
    const body = new TextEncoder().encode(formatWebConfig(this.#options, { url, further }));
    response.writeHead(200, {
      "Content-Type": contentTypeOf(CONFIG),
      "Content-Length": String(body.length),
      // It holds what one request said of itself: no cache may give it to another.
      "Cache-Control": "no-store",
      ...SAFETY,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  }

  #pageUrl(request: IncomingMessage): URL {
    const { url } = this.#options;
    if (url !== undefined) return new URL(url.endsWith("/") ? url : `${url}/`);
    const { localAddress = "127.0.0.1", localPort = 80 } = request.socket;
    const own = localAddress.includes(":") ? `[${localAddress}]` : localAddress;
    const isEncrypted = "encrypted" in request.socket;
    return pageFolderUrl({
      header: (name) => {
        const value = request.headers[name];
        return Array.isArray(value) ? value.join(",") : value;
      },
      isEncrypted,
    }) ?? new URL(`http${isEncrypted ? "s" : ""}://${own}:${localPort}/`);
  }

  /** What a `config.json` in the folder adds. */
  async #furtherEntries(): Promise<FurtherEntries> {
    const { folder } = this.#options;
    const found = await openWebFile(folder, [CONFIG]);
    if (found === undefined) return NO_FURTHER_ENTRIES;
    using file = found.file;
    if (found.bytes > MAX_CONFIG_BYTES) {
      throw new WebFolderError(
        folder,
        `its ${CONFIG} has ${found.bytes} bytes, expected at most ${MAX_CONFIG_BYTES}`,
      );
    }
    const bytes = new Uint8Array(found.bytes);
    let length = 0;
    for (let read; (read = await file.read(bytes.subarray(length))) !== null && read > 0;) length += read;
    try {
      return parseFurtherEntries(new TextDecoder().decode(bytes.subarray(0, length)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new WebFolderError(folder, `its ${CONFIG} is wrong: ${error.message}`, error);
    }
  }
}

/** A request and its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const SAFETY: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  // The page's own requests say where it is (see page_url.ts); other sites are told nothing.
  "Referrer-Policy": "same-origin",
};

function notFound(response: ServerResponse, path: string): void {
  answerText(response, 404, `Nothing is served at ${path.slice(0, 200)}\n`, SAFETY);
}

async function whatIsThere(folder: string): Promise<string> {
  try {
    const { isDirectory } = await Deno.stat(folder);
    return isDirectory
      ? "it has no index.html, expected a built page such as the dist folder of ocs-web"
      : "it is a file, expected a folder";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return "there is no such folder";
  }
}
