/** Certificates that are renewed while the router runs. @module */
import type { Logger } from "../internal/log.ts";
import { type Certificate, type CertificateFiles, readCertificate } from "./certificate.ts";

/** What a watch needs. */
export interface CertificateWatchOptions {
  /** The files that are looked at. */
  readonly files: CertificateFiles;
  /** Time between two looks, in ms. */
  readonly intervalMs: number;
  /** Where renewals and faults are told. */
  readonly logger: Logger;
  /** Serves the new certificate. */
  readonly renew: (certificate: Certificate) => void;
}

/**
 * Looks now and then whether the files have changed, and reads them again.
 *
 * What cannot be served is told, once for each change and reason, and the old certificate stays: certificate and key are two
 * files, and between the two a look finds a pair that does not fit. It is tried again at each look, because what was in the
 * way need not be seen in the files: a right to read them, a disk that was away.
 */
export class CertificateWatch implements Disposable {
  readonly #options: CertificateWatchOptions;
  readonly #timer: ReturnType<typeof setInterval>;
  #seen: string;
  /** What was told last: a change, and why it is not served. */
  #told = "";
  #looking = false;
  #over = false;

  private constructor(options: CertificateWatchOptions, seen: string) {
    this.#options = options;
    this.#seen = seen;
    this.#timer = setInterval(() => void this.#look(), options.intervalMs);
  }

  /**
   * Reads the certificate; `watch` of what it gives goes on from there.
   *
   * @throws {CertificateError} If it cannot be served.
   */
  static async read(
    files: CertificateFiles,
  ): Promise<
    { certificate: Certificate; watch(options: Omit<CertificateWatchOptions, "files">): CertificateWatch }
  > {
    // Before the files: a change between the two is found by the first look.
    const seen = await changeTimes(files);
    const certificate = await readCertificate(files);
    return { certificate, watch: (options) => new CertificateWatch({ ...options, files }, seen) };
  }

  /** Looks no more. */
  [Symbol.dispose](): void {
    this.#over = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { files, logger, renew } = this.#options;
    let found = "";
    try {
      found = await changeTimes(files);
      if (found === this.#seen || this.#over) return;
      const certificate = await readCertificate(files);
      // It may have been stopped meanwhile.
      if (this.#over) return;
      renew(certificate);
      this.#seen = found;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const told = `${found}: ${why}`;
      if (this.#over || told === this.#told) return;
      this.#told = told;
      logger.error(`The renewed certificate is not served, the one before stays: ${why}`);
    } finally {
      this.#looking = false;
    }
  }
}

/** When each file was written last, as one text; a file that is away counts as a change. */
async function changeTimes({ certificateFile, keyFile, chainFiles = [] }: CertificateFiles): Promise<string> {
  const times = await Promise.all([certificateFile, keyFile, ...chainFiles].map(async (file) => {
    try {
      const { mtime, size, ino } = await Deno.stat(file);
      return `${mtime?.getTime()} ${size} ${ino}`;
    } catch {
      return "away";
    }
  }));
  return times.join(", ");
}
