// deno-lint-ignore-file no-console -- a program that prints
/** Writes frames until the system refuses, as on a full disk; prints what happened. @module */
import { G3Frame } from "../../g3/frame.ts";
import { G3FileWriter } from "../../g3/io/file_writer.ts";
import { g3String } from "../../g3/make.ts";

const [path] = Deno.args;
if (path === undefined) throw new Error("Cannot start: expected the path of a new file");

// A limit on the size of files stands for a full disk: writes are cut short and then fail.
Deno.addSignalListener("SIGXFSZ", () => {});
await new Deno.Command("prlimit", { args: ["--pid", String(Deno.pid), "--fsize=20000:"] }).output();

const frame = new G3Frame("H").set("text", g3String("x".repeat(1000)));
const file = await G3FileWriter.open(path, { sync: "never" });
const failures: string[] = [];
while (failures.length < 2) {
  try {
    await file.write(frame);
    if (file.bytes > 1e6) throw new Error("Cannot go on: the limit does not hold");
  } catch (error) {
    failures.push(String(error));
  }
}
console.log(JSON.stringify({ bytes: file.bytes, first: failures[0], second: failures[1] }));
await file.close();
Deno.exit(0);
