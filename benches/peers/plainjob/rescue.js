// rescue.js DATABASE JOBS: makes a queue of plainjob with so many jobs that have timed out, has plainjob put them back,
// and prints how many milliseconds its call took.
import Database from "better-sqlite3";
import { better, defineQueue } from "plainjob";

const [path, jobs] = process.argv.slice(2);
const db = new Database(path);
const silent = { error: console.error, warn: console.error, info() {}, debug() {} };
let requeued;
const queue = defineQueue({
  connection: better(db),
  logger: silent,
  onProcessingJobsRequeued: (count) => (requeued = count),
});
// Its own setup syncs less. For the same durability as the sweep's:
db.pragma("synchronous = FULL");
const [processing, yesterday] = [1, Date.now() - 24 * 3600 * 1000];
db.prepare(
  `WITH RECURSIVE counter(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counter WHERE n < ?)
   INSERT INTO plainjob_jobs (type, data, status, next_run_at, created_at)
   SELECT 'bench', '{}', ?, ?, ? FROM counter`,
).run(Number(jobs), processing, yesterday, yesterday);
db.pragma("wal_checkpoint(TRUNCATE)");

const began = performance.now();
queue.requeueTimedOutJobs(15 * 60 * 1000);
const took = performance.now() - began;
queue.close();
if (requeued !== Number(jobs)) {
  throw new Error(`${requeued} of ${jobs} were put back`);
}
console.log(took.toFixed(3));
