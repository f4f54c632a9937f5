/** Why TLS did not come about, in words that say what to do. @module */
import { connect, type PeerCertificate } from "node:tls";

/** What is known of a connection that failed. */
export interface TlsTrouble {
  /** Where to. */
  readonly url: string;
  /** What the socket said. */
  readonly error: Error;
  /** Authorities that were asked for; undefined: those the machine knows. */
  readonly caCerts: readonly string[] | undefined;
  /** A second look at the certificate ends within this time. */
  readonly timeoutMs: number;
  /** Ends it, too. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Explains a failure that has to do with TLS, or with its absence; undefined for any other.
 *
 * Where the certificate was refused, the server is asked for it once more, because the refusal does not tell whose it is
 * and how long it lasts.
 */
export async function explainTls(trouble: TlsTrouble): Promise<string | undefined> {
  const { url, error, caCerts } = trouble;
  const code = "code" in error ? String(error.code) : "";
  const { protocol, hostname, port } = new URL(url);
  if (protocol === "ws:") {
    return code === "HPE_INVALID_CONSTANT"
      ? "what answers there does not speak HTTP; if it speaks TLS, a wss:// URL is expected"
      : undefined;
  }
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER") {
    return "what answers there does not speak TLS, expected a router with a certificate, or a ws:// URL";
  }
  const isRefusal = /CERT|LEAF_SIGNATURE|ISSUER|CRL/.test(code) && !/ALERT/.test(code);
  if (!isRefusal) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  const certificate = await lookAt({ ...trouble, host, port: Number(port || 443) });
  if (certificate === undefined) return undefined;
  const { subject, issuer, valid_from: from, valid_to: to, subjectaltname: names } = certificate;
  const [begins, ends] = [new Date(from), new Date(to)];
  const whose = `its certificate (${names ?? `"${text(subject?.CN)}", without names`})`;
  if (Date.now() >= ends.getTime()) return `${whose} has expired on ${day(ends)}`;
  if (Date.now() < begins.getTime()) return `${whose} is not valid before ${day(begins)}`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `${whose} is not for "${host}"`;
  const known = caCerts === undefined
    ? "the authorities known here are the machine's and those in the file that DENO_CERT names"
    : "only the authorities given are known here";
  return `${whose} is signed by "${text(issuer?.CN)}", which is not known here (${error.message}); ${known}`;
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? "an unknown day" : date.toISOString().slice(0, 10);
}

/** A name as a certificate has it: several, or none at all, are possible. */
function text(name: string | readonly string[] | undefined): string {
  return name === undefined ? "nobody" : [name].flat().join(", ");
}

/** Asks for a certificate without trusting it; nothing is sent. Undefined when that does not work. */
function lookAt(
  { host, port, timeoutMs, signal }: Pick<TlsTrouble, "timeoutMs" | "signal"> & {
    readonly host: string;
    readonly port: number;
  },
): Promise<PeerCertificate | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      servername: isAddress(host) ? "" : host,
      rejectUnauthorized: false,
    });
    const end = (found?: PeerCertificate) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(found);
    };
    const onAbort = () => end();
    const timer = setTimeout(onAbort, timeoutMs);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) return end();
    socket.on("error", () => end());
    socket.on("close", () => end());
    socket.on("secureConnect", () => end(socket.getPeerCertificate()));
  });
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^\d+(\.\d+){3}$/.test(host);
}
