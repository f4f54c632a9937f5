/** Draws its size and the keys typed until q; other keys end it in every bad way. @module */
import { LiveScreen } from "../../../../verbs/live_screen.ts";

await using screen = LiveScreen.open();
const typed: string[] = [];
const draw = (): void =>
  screen.draw([
    `size ${screen.columns}x${screen.rows}`,
    `typed ${typed.join(" ")}`,
    ...Array.from({ length: screen.rows - 2 }, (_, row) => `${row} `.padEnd(screen.columns + 20, "=")),
  ]);
using _resize = screen.onResize(draw);
draw();
for await (const key of screen.keys) {
  typed.push(key);
  draw();
  if (key === "q" || key === "ctrl-c") break;
  if (key === "r") void Promise.reject(new Error("rejected on purpose"));
  if (key === "t") {
    setTimeout(() => {
      throw new Error("thrown on purpose");
    });
  }
  if (key === "x") Deno.exit(7);
}
