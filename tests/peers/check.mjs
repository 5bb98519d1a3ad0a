// What every check of a queue for Node.js needs: workers in processes of their own, the sweeper, and words for what differed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** How long a worker may be silent, where silence is all that a queue shows. */
export const STALE_AFTER_MS = 4000;

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The version of an installed package. */
export function version(name) {
  return JSON.parse(readFileSync(join(import.meta.dirname, "node_modules", name, "package.json"), "utf8")).version;
}

export function expect(what, found, wanted) {
  const [a, b] = [found, wanted].map((value) => JSON.stringify(value));
  if (a !== b) {
    throw new Error(`${what}: expected ${b}, found ${a}`);
  }
}

/** Waits until `found` gives what is wanted: a worker writes a little after it has said so. */
export async function eventually(what, found, wanted) {
  for (const began = Date.now(); Date.now() - began < 20000; await sleep(50)) {
    if (JSON.stringify(await found()) === JSON.stringify(wanted)) {
      return;
    }
  }
  expect(what, await found(), wanted);
}

/** What a worker does between the claim of a job and its end: says so, and waits for the file GATE. */
export async function hold(gate, job) {
  console.log(`claimed ${job}`);
  for (const began = Date.now(); !existsSync(gate); await sleep(50)) {
    if (Date.now() - began > 60000) {
      throw new Error("nobody opened the gate");
    }
  }
  console.log(`finished ${job}`);
}

/** Sweeps, and returns the summary. */
export function sweep(database, profile) {
  const args = ["--db", database, "--profile", profile, "--stale-after", `${STALE_AFTER_MS / 1000}s`];
  const ran = spawnSync(process.env.ZOMBIE_SWEEPER, args, { encoding: "utf8" });
  if (ran.status !== 0) {
    throw new Error(`the sweeper ended with ${ran.status ?? ran.error}: ${ran.stderr}`);
  }
  return JSON.parse(ran.stdout);
}

/** Sweeps twice: first exactly one is reaped, for this reason, while one is alive; then nothing. */
export function sweepOne(database, profile, id, reason) {
  const summary = sweep(database, profile);
  expect("reasons", summary.reasons, { [id]: reason });
  expect("healthy", summary.healthy, 1);
  expect("undecided", summary.undecided, []);
  expect("failed", summary.failed, []);
  expect("a second sweep", sweep(database, profile).reaped, 0);
  return summary;
}

class Worker {
  constructor(script, words) {
    this.process = spawn(process.execPath, [script, "work", ...words], { stdio: ["ignore", "pipe", "inherit"] });
    this.ended = new Promise((resolve) => this.process.once("exit", (code, signal) => resolve(signal ?? code)));
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async says(wanted) {
    expect("a worker", (await this.lines.next()).value, wanted);
  }

  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  async ends() {
    expect("the end of a worker", await this.ended, 0);
  }
}

/**
 * Runs `work(...words)` in a worker's process, else `check` with an empty folder, the two gates (`shut`, until it is opened, and
 * `open`) and a way to start workers; prints one line.
 */
export async function main(script, name, work, check) {
  const [role, ...words] = process.argv.slice(2);
  if (role === "work") {
    await work(...words);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "zombie-sweeper-peer-"));
  const [shut, open] = [join(folder, "shut"), join(folder, "open")];
  writeFileSync(open, "");
  const workers = [];
  const start = (...words) => {
    workers.push(new Worker(script, words));
    return workers.at(-1);
  };
  try {
    const said = await check({ folder, shut, open, start, openUp: () => writeFileSync(shut, "") });
    console.log(`${name}: ok, ${said}`);
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await Promise.all(workers.map((worker) => worker.kill()));
    rmSync(folder, { recursive: true, force: true });
  }
  // What a queue keeps going, such as a timer, must not keep a check that failed.
  process.exit();
}
