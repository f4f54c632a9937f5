import { serveWork } from "../../../../framework/worker_task.ts";

/** Keeps the processor busy and counts. */
serveWork((seconds: number, { report }) => {
  const end = Date.now() + seconds * 1000;
  let rounds = 0;
  report("begun");
  while (Date.now() < end) rounds++;
  return rounds;
});
