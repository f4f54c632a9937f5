/** The certificate of a router that speaks TLS, read and looked at before anybody connects. @module */
import { Buffer } from "node:buffer";
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { readSmallFile } from "../internal/read_small_file.ts";
import { CertificateError } from "./errors.ts";

/** Where a certificate and its key are. */
export interface CertificateFiles {
  /** PEM file of the certificate, with those between it and the authority behind it (a full chain). */
  readonly certificateFile: string;
  /** PEM file of its private key, without a password. */
  readonly keyFile: string;
  /** PEM files with further certificates of the chain. Default: none. */
  readonly chainFiles?: readonly string[];
}

/** A certificate that can be served. */
export interface Certificate {
  /** PEM text of certificate and chain. */
  readonly certificate: string;
  /** PEM text of the key. */
  readonly key: string;
  /** Whose it is and how long, such as `DNS:daq, until 2027-01-31`. */
  readonly summary: string;
  /** What clients will not like, such as an end in the past. */
  readonly warnings: readonly string[];
}

/** Larger than any chain; a log file named by mistake is not read whole. */
const MAX_BYTES = 1024 * 1024;
/** The operator is told so long before the end. */
const WARN_DAYS = 14;
const DAY_MS = 86_400_000;

/**
 * Reads certificate and key from their files.
 *
 * Whether clients know the authority that signed is theirs to say. A certificate that has ended, or is about to, is served
 * with a warning.
 *
 * @param now Unix time in ms. Default: the machine's.
 * @throws {CertificateError} If a file cannot be read or is no PEM, if the key is another certificate's, or if TLS cannot be
 * spoken with them.
 */
export async function readCertificate(files: CertificateFiles, now = Date.now()): Promise<Certificate> {
  const { certificateFile, keyFile, chainFiles = [] } = files;
  const own = await readPem(certificateFile, "CERTIFICATE", "certificate");
  // Some keep both in one file.
  const key = privateKeyOf(await readPem(keyFile, "PRIVATE KEY", "key"));
  const chain = await Promise.all(chainFiles.map((file) => readPem(file, "CERTIFICATE", "certificate")));
  const parsed = parse(certificateFile, own);
  chain.forEach((text, at) => parse(chainFiles[at] ?? "", text));
  if (!parsed.checkPrivateKey(parseKey(keyFile, key))) {
    throw new CertificateError(
      `Cannot use certificate "${certificateFile}" with key "${keyFile}": the key belongs to another certificate`,
      keyFile,
    );
  }
  const whole = [own, ...chain].map((text) => text.trimEnd() + "\n").join("");
  try {
    createSecureContext({ cert: whole, key });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CertificateError(
      `Cannot use certificate "${certificateFile}" with key "${keyFile}": TLS refuses them: ${why}`,
      certificateFile,
      { cause },
    );
  }
  const names = parsed.subjectAltName ?? `${parsed.subject.replaceAll("\n", ", ")}, without names`;
  return {
    certificate: whole,
    key,
    summary: `${names}, until ${day(parsed.validToDate)}`,
    warnings: warningsOf(parsed, certificateFile, now),
  };
}

function warningsOf(
  { validFromDate, validToDate, subjectAltName }: X509Certificate,
  file: string,
  now: number,
) {
  const warnings: string[] = [];
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  const say = (text: string) => warnings.push(`Certificate "${file}" ${text}`);
  if (now >= to) say(`has expired on ${day(validToDate)}: clients refuse it`);
  else if (now < from) say(`is not valid before ${day(validFromDate)}: clients refuse it`);
  else if (to - now < WARN_DAYS * DAY_MS) say(`expires on ${day(validToDate)}: renew it`);
  if (subjectAltName === undefined) {
    say("names no host (subjectAltName): clients refuse it, whatever its common name is");
  }
  return warnings;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function parse(file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new CertificateError(`Cannot use certificate "${file}": it is damaged`, file, { cause });
  }
}

/** The block of the key, in a file that may have others. */
function privateKeyOf(text: string): string {
  return /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/.exec(text)?.[0] ?? text;
}

function parseKey(file: string, text: string): KeyObject {
  if (text.includes("ENCRYPTED")) {
    throw new CertificateError(
      `Cannot use key "${file}": it is locked with a password, expected one without (openssl pkey -in "${file}")`,
      file,
    );
  }
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new CertificateError(`Cannot use key "${file}": it is damaged`, file, { cause });
  }
}

async function readPem(file: string, label: string, what: string): Promise<string> {
  const expected = `expected PEM with "-----BEGIN ${label}-----"`;
  const refused = (why: string, cause?: unknown) =>
    new CertificateError(`Cannot use ${what} "${file}": ${why}, ${expected}`, file, { cause });
  const text = Buffer.from(await readSmallFile(file, { maxBytes: MAX_BYTES, refused })).toString("latin1");
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map(([, found = ""]) => found);
  // Keys come as RSA, EC and ENCRYPTED ones, too.
  if (labels.some((found) => found.endsWith(label))) return text;
  throw refused(labels.length === 0 ? "it is no PEM" : `it holds "${labels[0]}"`);
}
