/** What the meta API tells of a session. @module */
import type { Dict } from "../../wamp/message.ts";
import type { Session } from "./session.ts";

/**
 * Tells who a session is and where it comes from. Address and agent are there because the authids of anonymous
 * sessions say nothing.
 */
export function sessionDetails(session: Session): Dict {
  const { authid, role, authmethod, authprovider, authextra } = session.identity;
  const { address, subprotocol, path, headers } = session.link.info;
  return {
    session: session.id,
    realm: session.realm,
    authid,
    authrole: role.name,
    authmethod,
    authprovider,
    authextra,
    ...(session.agent === undefined ? {} : { agent: session.agent }),
    transport: {
      type: "websocket",
      peer: address,
      protocol: subprotocol,
      path,
      http_headers_received: headers,
    },
  };
}
