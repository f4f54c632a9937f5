// deno-lint-ignore-file no-console -- a program that prints
/**
 * Runs the feature script with one JavaScript library and prints what it saw as one JSON object.
 *
 *     deno run -A main.ts FOLDER autobahn-20|autobahn-26|wampy WS_URL REALM json|msgpack|cbor
 *
 * FOLDER is where the libraries are installed; see `tests/helpers/npm_peers.ts`.
 *
 * @module
 */
import { createRequire } from "node:module";
import { type Autobahn, joinWith } from "./autobahn_session.ts";
import { seeFeatures } from "./features.ts";
import type { Join } from "./session.ts";
import { joinWithWampy, type WampyLibrary } from "./wampy_session.ts";

function joinFor(folder: string, library: string): Join {
  const load = createRequire(`${folder}/package.json`);
  // None of them publishes types for what is used here; the adapters' interfaces say what they rely on.
  if (library.startsWith("autobahn-")) return joinWith(load(library) as Autobahn);
  if (library !== "wampy") {
    throw new TypeError(`Cannot use library "${library}": expected autobahn-20, autobahn-26 or wampy`);
  }
  const { Wampy } = load("wampy") as Pick<WampyLibrary, "Wampy">; // as above
  const serializer = (name: string) => load(`wampy/${name}.js`)[name];
  return joinWithWampy({
    Wampy,
    serializers: {
      json: serializer("JsonSerializer"),
      msgpack: serializer("MsgpackSerializer"),
      cbor: serializer("CborSerializer"),
    },
  });
}

if (import.meta.main) {
  // What a library lets fall shows in what the script sees of it, and must not end the script.
  for (const kind of ["unhandledrejection", "error"]) {
    globalThis.addEventListener(kind, (event) => event.preventDefault());
  }
  const [folder = "", library = "", url = "", realm = "", serializer = ""] = Deno.args;
  try {
    console.log(JSON.stringify(await seeFeatures(joinFor(folder, library), url, realm, serializer)));
    // The libraries keep timers and sockets of sessions that died; nothing of it is of interest.
    Deno.exit(0);
  } catch (error) {
    console.error(error);
    Deno.exit(1);
  }
}
