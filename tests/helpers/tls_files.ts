/** Certificates and a key for tests on the loopback; see `tests/data/tls`. @module */
import { fileURLToPath } from "node:url";
import type { CertificateFiles } from "../../router/mod.ts";

const at = (name: string) => fileURLToPath(new URL(`../data/tls/${name}`, import.meta.url));

/** PEM file of the authority that signed the certificates below. */
export const CA_FILE = at("ca.cert.pem");
/** PEM text of that authority. */
export const CA_CERT = Deno.readTextFileSync(CA_FILE);

/** Names of certificates: good, over since 2020, for another host, and signed by nobody but itself. */
export type TestCertificate = "signed" | "expired" | "elsewhere" | "localhost";

/** The files of a certificate; all have the same key. */
export function tlsFiles(name: TestCertificate): CertificateFiles {
  return { certificateFile: at(`${name}.cert.pem`), keyFile: at("localhost.key.pem") };
}
