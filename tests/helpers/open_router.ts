/** Our router with everything permitted, for what OCS's own roles may not do. @module */
import { Router } from "../../router/mod.ts";
import { ADDRESS_ROOT, REALM, type RouterFixture } from "./router_fixture.ts";

/** Starts our router in this process, with the same open roles as `Crossbar.start(peers, { open: true })`. */
export async function startOpenRouter(): Promise<RouterFixture> {
  const log: string[] = [];
  const keep = (text: string) => void log.push(text);
  const role = (name: string, register: boolean) => ({
    name,
    permissions: [{
      uri: "",
      match: "prefix" as const,
      allow: { call: true, register, publish: true, subscribe: true },
      disclose: { caller: false, publisher: false },
    }],
  });
  const router = await Router.start({
    realm: REALM,
    addressRoot: ADDRESS_ROOT,
    realms: [{ name: REALM, roles: [role("iocs_agent", true), role("iocs_controller", false)] }],
    logger: { info: keep, warn: keep, error: keep },
  });
  return {
    name: "ours",
    port: router.port,
    url: router.url,
    httpUrl: router.httpUrl,
    realm: REALM,
    addressRoot: ADDRESS_ROOT,
    tail: () => log.slice(-20).join("\n"),
    [Symbol.asyncDispose]: () => router[Symbol.asyncDispose](),
  };
}
