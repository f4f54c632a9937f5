/** Where a browser sees the page that asks for its configuration. @module */

/** What a request says about the way it took. */
export interface PageRequest {
  /** Header by its name in small letters. */
  header(name: string): string | undefined;
  /** Whether it came over TLS. */
  readonly isEncrypted: boolean;
}

/**
 * Finds the URL of the folder in which a browser sees the page, with a slash at its end.
 *
 * Origin: that of `Referer`, which for a request of a page to its own origin is the location that the browser shows,
 * whatever proxies are between; else of `X-Forwarded-Proto` and `X-Forwarded-Host`; else of `Host`. Path:
 * `X-Forwarded-Prefix`, else the folder of `Referer`, else `/`. All of it comes from the one who asks, and goes to
 * nobody else.
 *
 * @returns undefined where no header says where the page is.
 */
export function pageFolderUrl(request: PageRequest): URL | undefined {
  const referrer = referrerOf(request);
  const origin = referrer?.origin ?? forwardedOrigin(request);
  if (origin === undefined) return undefined;
  const prefix = first(request.header("x-forwarded-prefix"));
  const folder = prefix !== undefined && isPath(prefix)
    ? `${prefix.replace(/\/+$/, "")}/`
    : referrer === undefined
    ? "/"
    : new URL(".", referrer).pathname;
  const url = new URL(origin);
  // Not as a relative URL: a path that begins with two slashes would be another host.
  url.pathname = folder;
  return url;
}

/** The page that asks; undefined where another site asks, or a privacy setting keeps it back. */
function referrerOf(request: PageRequest): URL | undefined {
  const from = request.header("sec-fetch-site");
  const text = request.header("referer");
  if (text === undefined || from !== undefined && from !== "same-origin") return undefined;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === "http:" || url.protocol === "https:" ? url : undefined;
}

function forwardedOrigin(request: PageRequest): string | undefined {
  const proto = first(request.header("x-forwarded-proto"))?.toLowerCase();
  const scheme = proto === "https" || proto === "http" ? proto : request.isEncrypted ? "https" : "http";
  const host = first(request.header("x-forwarded-host")) ?? request.header("host");
  // Nothing but a host and a port: what else a URL may hold would be taken for a part of it.
  if (host === undefined || !/^[\w.\-:[\]]+$/.test(host) || !URL.canParse(`${scheme}://${host}/`)) {
    return undefined;
  }
  return new URL(`${scheme}://${host}/`).origin;
}

/** What the proxy nearest to the browser has said. */
function first(list: string | undefined): string | undefined {
  const text = list?.split(",")[0]?.trim();
  return text === "" ? undefined : text;
}

function isPath(text: string): boolean {
  return /^\/(?!\/)[\w\-.~%!$&'()*+,;=:@/]*$/.test(text);
}
