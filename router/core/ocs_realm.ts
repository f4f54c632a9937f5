/** The realm and roles that OCS's crossbar template has. @module */
import type { AuthenticationConfig, RealmConfig } from "./options.ts";

/** Names that an OCS site chooses. */
export interface OcsRealmOptions {
  /** Realm, such as `test_realm`. */
  readonly realm: string;
  /** First components of every address, without a dot at the end, such as `observatory`. */
  readonly addressRoot: string;
}

/**
 * Makes the realm of an OCS site: role `iocs_agent` may do everything below the address root, role
 * `iocs_controller` (the HTTP bridge) everything but register; neither sees who called or published.
 *
 * Source: `ocsbow` of ocs 0.12 writes the same into crossbar's config.json.
 */
export function ocsRealm(options: OcsRealmOptions): RealmConfig {
  const role = (name: string, register: boolean) => ({
    name,
    permissions: [{
      uri: `${options.addressRoot}.`,
      match: "prefix" as const,
      allow: { call: true, register, publish: true, subscribe: true },
      disclose: { caller: false, publisher: false },
    }],
  });
  return { name: options.realm, roles: [role("iocs_agent", true), role("iocs_controller", false)] };
}

/** Makes the authentication of an OCS site: anyone who connects is an `iocs_agent`. */
export function ocsAuthentication(): Readonly<Record<string, AuthenticationConfig>> {
  return { "*": { anonymous: { role: "iocs_agent" } } };
}
