/** Writes lines into a night log: `night_writer.ts FOLDER NAME COUNT`. @module */
import { SILENT } from "../../../../internal/log.ts";
import { NightLog } from "../../../../verbs/night_log.ts";

const [folder = "", who = "", count = ""] = Deno.args;
const night = await NightLog.open({ folder, site: "site-1", who, log: SILENT });
for (let at = 0; at < Number(count); at++) {
  await night.append({
    timeSeconds: 1_795_000_000 + at,
    line: `${who} ${at} ${"x".repeat(at * 20)}`,
    kind: "verb",
    reply: "OK",
    outcome: "ok",
    durationSeconds: 0,
  });
}
