/** Whether a host name is this machine. @module */

/** Tells it by the names and addresses that the operating system gives this machine; no name server is asked. */
export function isThisHost(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (name === "localhost" || name === "0.0.0.0" || name === "::1" || name.startsWith("127.")) return true;
  const own = Deno.hostname().toLowerCase();
  if (name === own || name === own.split(".")[0] || name.split(".")[0] === own) return true;
  return Deno.networkInterfaces().some(({ address }) => address.toLowerCase() === name);
}
