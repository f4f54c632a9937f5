import { serveWork } from "../../../../framework/worker_task.ts";

/** Fails as it is told. */
serveWork((how: string): unknown => {
  if (how === "throw") throw new RangeError("no fit");
  if (how === "late") setTimeout(() => Promise.reject(new Error("stray")), 0);
  return how === "function" ? () => how : new Promise(() => {});
});
