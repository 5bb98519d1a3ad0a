// liteque makes a queue, loses a worker and keeps another; the sweeper sweeps; liteque finishes both jobs.
import { Runner, SqliteQueue, buildDBClient } from "liteque";
import { join } from "node:path";
import { eventually, expect, hold, main, sleep, sweepOne, version } from "./check.mjs";

const DEAD_TIMEOUT_S = 2;
const openQueue = (path) =>
  new SqliteQueue("peer", buildDBClient(path, { runMigrations: true }), {
    defaultJobArgs: { numRetries: 3 },
    keepFailedJobs: true,
  });

/** Works off what there is, a job at a time; while it is at work it takes no other. */
async function work(path, gate, timeoutSecs) {
  const run = (job) => hold(gate, job.id);
  const onError = async ({ error }) => console.error(error);
  const options = { pollIntervalMs: 50, timeoutSecs: Number(timeoutSecs), concurrency: 1 };
  await new Runner(openQueue(path), { run, onError }, options).runUntilEmpty();
  // Its own timer for the timeout would keep the process until it is over.
  process.exit(0);
}

await main(import.meta.filename, `liteque ${version("liteque")}`, work, async ({ folder, shut, open, start, openUp }) => {
  const path = join(folder, "queue.db");
  const queue = openQueue(path);

  const lost = await queue.enqueue({ n: 1 });
  const dead = start(path, shut, DEAD_TIMEOUT_S);
  await dead.says("claimed 1");
  await dead.kill();
  await queue.enqueue({ n: 2 });
  const live = start(path, shut, 60);
  await live.says("claimed 2");
  // Whole seconds: one more.
  await sleep((DEAD_TIMEOUT_S + 1) * 1000 + 200);
  expect("the queue before", await queue.stats(), { pending: 0, pending_retry: 0, running: 2, failed: 0 });

  sweepOne(path, "liteque", String(lost.id), "lease_expired");
  expect("the queue after", await queue.stats(), { pending: 0, pending_retry: 1, running: 1, failed: 0 });

  const next = start(path, open, 60);
  await next.says("claimed 1");
  await next.says("finished 1");
  await next.ends();
  openUp();
  await live.says("finished 2");
  await live.ends();
  // What is done is deleted.
  await eventually("the queue at last", () => queue.stats(), { pending: 0, pending_retry: 0, running: 0, failed: 0 });
  return "the lost job was reaped and done, the living one done";
});
