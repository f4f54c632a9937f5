/** Writes numbered frames to a new file until it is killed. @module */
import { G3Frame } from "../../g3/frame.ts";
import { G3FileWriter } from "../../g3/io/file_writer.ts";
import { g3Int } from "../../g3/make.ts";

const [path] = Deno.args;
if (path === undefined) throw new Error("Cannot start: expected the path of a new file");

await using file = await G3FileWriter.open(path, { sync: "never" });
// Large enough that a kill often falls inside a write.
const value = new Float64Array(500_000);
for (let i = 0; i < 100_000; i++) {
  await file.write(new G3Frame("H").set("i", g3Int(i)).set("data", { class: "G3VectorDouble", value }));
}
