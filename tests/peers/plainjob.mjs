// plainjob makes a queue, loses a worker and keeps another; the sweeper sweeps; plainjob finishes both jobs.
import Database from "better-sqlite3";
import { join } from "node:path";
import { JobStatus, better, defineQueue, defineWorker } from "plainjob";
import { STALE_AFTER_MS, eventually, expect, hold, main, sleep, sweepOne, version } from "./check.mjs";

const silent = { error: console.error, warn: console.error, info() {}, debug() {} };
const openQueue = (path) => defineQueue({ connection: better(new Database(path)), logger: silent });

/** Works off one job. */
async function work(path, gate) {
  const queue = openQueue(path);
  const worker = defineWorker(
    "peer",
    async (job) => {
      await hold(gate, job.id);
      worker.stop();
    },
    { queue, logger: silent, pollIntervall: 50 },
  );
  await worker.start();
  queue.close();
}

await main(import.meta.filename, `plainjob ${version("plainjob")}`, work, async ({ folder, shut, open, start, openUp }) => {
  const path = join(folder, "jobs.db");
  const queue = openQueue(path);
  const status = (id) => queue.getJobById(id).status;

  queue.add("peer", {});
  const dead = start(path, shut);
  await dead.says("claimed 1");
  await dead.kill();
  // The other job is due, and taken, only now: when it was due is all that a job shows.
  await sleep(STALE_AFTER_MS + 500);
  queue.add("peer", {});
  const live = start(path, shut);
  await live.says("claimed 2");

  const before = queue.getJobById(1).nextRunAt;
  sweepOne(path, "plainjob", "1", "stale_heartbeat");
  expect("status of the lost job", status(1), JobStatus.Pending);
  expect("that it is due anew", queue.getJobById(1).nextRunAt > before, true);

  const next = start(path, open);
  await next.says("claimed 1");
  await next.says("finished 1");
  await next.ends();
  expect("status of the lost job", status(1), JobStatus.Done);
  expect("status of the living job", status(2), JobStatus.Processing);
  openUp();
  await live.says("finished 2");
  await live.ends();
  await eventually("status of the living job", () => status(2), JobStatus.Done);
  queue.close();
  return "the lost job was reaped and done, the living one done";
});
