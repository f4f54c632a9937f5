/** The WAMP session of the client. @module */
// @ts-types="npm:@types/autobahn@20.9.4"
export { auth_cra as authCra, Error as AutobahnError, Session } from "npm:autobahn@26.3.1";
