/** The options of paths in a crossbar configuration (spec 1.9, 7.2). @module */
import { SUBPROTOCOLS } from "../../wamp/subprotocol.ts";
import type { ConfigNode } from "./config_node.ts";

/** What a configuration says of a WebSocket path; what it does not say is absent. */
export interface CrossbarWebSocketOptions {
  /** Time for the opening handshake, in ms; 0 for any. */
  readonly openHandshakeMs?: number;
  /** A peer that was silent for this long gets a ping, in ms; 0 for never. */
  readonly pingIntervalMs?: number;
  /** Time for its answer, in ms; 0 for any. */
  readonly pingTimeoutMs?: number;
  /** Largest message from a client, in bytes. */
  readonly maxMessageBytes?: number;
  /** Allowed origins, with stars. */
  readonly allowedOrigins?: readonly string[];
  /** Whether `Origin: null` is allowed. */
  readonly allowNullOrigin?: boolean;
  /** Whether a client must name a subprotocol. */
  readonly requireSubprotocol?: boolean;
  /** Subprotocols that are spoken. */
  readonly subprotocols?: readonly string[];
}

/** What a configuration says of a bridge path; what it does not say is absent. */
export interface CrossbarBridgeOptions {
  /** Requests must be signed with this. */
  readonly signature?: {
    readonly key: string;
    readonly secret: string;
    readonly timestampDeltaSeconds?: number;
  };
  /** Networks that may ask. */
  readonly requireIp?: readonly string[];
  /** Refuses plain HTTP. */
  readonly requireTls?: boolean;
  /** Largest body in bytes; 0 for the router's limit. */
  readonly postBodyLimit?: number;
}

/** Options without meaning here, which a site may have all the same. */
const WITHOUT_EFFECT = [
  ...["close_handshake_timeout", "auto_ping_restart_on_any_traffic", "auto_fragment_size", "fail_by_drop"],
  ...["echo_close_codereason", "validate_utf8", "tcp_nodelay", "apply_mask", "mask_server_frames"],
  ...[
    "require_masked_client_frames",
    "enable_webstatus",
    "compression",
    "show_server_version",
    "external_port",
  ],
  ...["enable_flash_policy"],
];

/** Reads what beside `auth` says how a WebSocket path behaves. */
export function readWebSocketOptions(path: ConfigNode): CrossbarWebSocketOptions {
  const node = path.child("options");
  node?.known(
    ...["open_handshake_timeout", "auto_ping_interval", "auto_ping_timeout", "auto_ping_size"],
    ...["max_frame_size", "max_message_size", "allowed_origins", "allow_null_origin"],
    ...["require_websocket_subprotocol", ...WITHOUT_EFFECT],
  );
  const pingSize = node?.optionalCount("auto_ping_size");
  if (pingSize !== undefined && (pingSize < 4 || pingSize > 125)) {
    node?.fault(`auto_ping_size is ${pingSize}, expected 4 to 125`);
  }
  const sizes = [node?.optionalCount("max_message_size"), node?.optionalCount("max_frame_size")]
    .filter((size) => size !== undefined && size > 0);
  return given({
    openHandshakeMs: node?.optionalCount("open_handshake_timeout"),
    pingIntervalMs: node?.optionalCount("auto_ping_interval"),
    pingTimeoutMs: node?.optionalCount("auto_ping_timeout"),
    maxMessageBytes: sizes.length === 0 ? undefined : Math.min(...sizes.map(Number)),
    allowedOrigins: node?.optionalTexts("allowed_origins"),
    allowNullOrigin: node?.flag("allow_null_origin"),
    requireSubprotocol: node?.flag("require_websocket_subprotocol"),
    subprotocols: readSerializers(path),
  });
}

function readSerializers(path: ConfigNode): readonly string[] | undefined {
  const names = path.optionalTexts("serializers");
  if (names === undefined) return undefined;
  const spoken = SUBPROTOCOLS.map(({ name }) => name)
    .filter((name) => names.some((serializer) => name.split(".")[2] === serializer));
  if (spoken.length === 0) path.fault(`serializers has none of json, msgpack and cbor, expected one of them`);
  return spoken;
}

/** Reads who may use a path of the HTTP bridge. */
export function readBridgeOptions(path: ConfigNode): CrossbarBridgeOptions {
  const node = path.child("options");
  if (node === undefined) return {};
  node.known(
    "key",
    "secret",
    "timestamp_delta_limit",
    "post_body_limit",
    "require_ip",
    "require_tls",
    "debug",
  );
  const [key, secret] = [node.optionalText("key"), node.optionalText("secret")];
  if ((key === undefined) !== (secret === undefined)) {
    node.fault("only one of key and secret is there, expected both or none");
  }
  const timestampDeltaSeconds = node.optionalCount("timestamp_delta_limit");
  return given({
    signature: key === undefined || secret === undefined
      ? undefined
      : { key, secret, ...(timestampDeltaSeconds === undefined ? {} : { timestampDeltaSeconds }) },
    requireIp: node.optionalTexts("require_ip"),
    requireTls: node.flag("require_tls"),
    postBodyLimit: node.optionalCount("post_body_limit"),
  });
}

/** The same without what is undefined. */
function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  // The same keys with the same values, but for the undefined ones.
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
