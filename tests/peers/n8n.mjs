// n8n's own migrations make its tables, and its own repository of executions begins two of them, of which one loses its
// process; the sweeper sweeps; to n8n the lost one has crashed, and the living one ends well.
//
// Of n8n this is the package of its database, not the whole: no workflow is run here.
import { createRequire } from "node:module";
import { join } from "node:path";
import { STALE_AFTER_MS, expect, hold, main, sleep, sweepOne, version } from "./check.mjs";

const require = createRequire(import.meta.url);

/** Opens the database in n8n's folder, as n8n does. */
async function openDatabase(folder) {
  Object.assign(process.env, { N8N_USER_FOLDER: folder, DB_TYPE: "sqlite", N8N_LOG_LEVEL: "error" });
  require("reflect-metadata");
  const { Container } = require("@n8n/di");
  const { DbConnection, ExecutionRepository, WorkflowRepository } = require("@n8n/db");
  const connection = Container.get(DbConnection);
  await connection.init();
  await connection.migrate();
  return { connection, executions: Container.get(ExecutionRepository), workflows: Container.get(WorkflowRepository) };
}

/** Begins an execution, and ends it well. */
async function work(folder, gate, id) {
  const { connection, executions } = await openDatabase(folder);
  await executions.setRunning(id);
  await hold(gate, id);
  await executions.updateExistingExecution(id, { status: "success", finished: true, stoppedAt: new Date() });
  await connection.close();
}

await main(import.meta.filename, `n8n @n8n/db ${version("@n8n/db")}`, work, async ({ folder, shut, start, openUp }) => {
  const { connection, executions, workflows } = await openDatabase(folder);
  const { id: workflowId } = await workflows.save(
    workflows.create({ name: "Peer", active: false, nodes: [], connections: {}, versionId: "v1", id: "peer" }),
  );
  const begin = async () => {
    const row = executions.create({ workflowId, mode: "trigger", finished: false, status: "new", createdAt: new Date() });
    return (await executions.save(row)).id;
  };
  const of = async (id) => await executions.findOneByOrFail({ id });

  const lost = await begin();
  const dead = start(folder, shut, lost);
  await dead.says(`claimed ${lost}`);
  await dead.kill();
  // The other one begins only now: the start is all that an execution shows. A worker of n8n takes its time to load.
  const living = await begin();
  await sleep(STALE_AFTER_MS);
  const live = start(folder, shut, living);
  await live.says(`claimed ${living}`);
  expect("executions under way", await executions.getConcurrentExecutionsCount(), 2);

  sweepOne(join(folder, ".n8n", "database.sqlite"), "n8n", lost, "stale_heartbeat");
  const { status, stoppedAt, startedAt, finished } = await of(lost);
  expect("the lost execution", { status, finished, ended: stoppedAt > startedAt }, { status: "crashed", finished: false, ended: true });
  expect("executions under way", await executions.getConcurrentExecutionsCount(), 1);
  // To n8n it has ended: it finds nothing to crash.
  expect("what n8n still calls lost", await executions.markAsCrashed(lost), []);

  openUp();
  await live.says(`finished ${living}`);
  await live.ends();
  expect("the living execution", (await of(living)).status, "success");
  await connection.close();
  return "the lost execution has crashed, the living one ended well";
});
