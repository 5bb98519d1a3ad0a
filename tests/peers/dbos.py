"""DBOS Transact: an executor is killed while it runs a workflow of a queue, and never comes back under its id."""

import sqlite3
import sys
import threading

import peer
from dbos import DBOS

PACKAGE = "dbos"


def begin(db, executor):
    DBOS(config={
        "name": "peer", "system_database_url": f"sqlite:///{db}", "executor_id": executor, "application_version": "1",
        "run_admin_server": False, "log_level": "ERROR",
    })

    @DBOS.step()
    def first():
        return DBOS.workflow_id

    @DBOS.workflow()
    def work():
        first()
        peer.work(DBOS.workflow_id)
        return executor

    return work


def worker(db, executor):
    begin(db, executor)
    DBOS.launch()
    threading.Event().wait()


def check(folder):
    if sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < (3, 42):
        raise peer.Skipped("on this Python it wants SQLite 3.42")
    db = folder / "dbos.sqlite"
    work = begin(db, "enqueuer")
    DBOS.listen_queues([])
    DBOS.launch()
    DBOS.register_queue("jobs", worker_concurrency=1, polling_interval_sec=0.1)
    dead, live, waiting = (DBOS.enqueue_workflow("jobs", work) for _ in range(3))

    def facts(handle):
        status = handle.get_status()
        return status.status, status.executor_id

    lost = peer.Worker(db, "lost")
    peer.same(lost.claimed(), dead.workflow_id, "the first claim")
    lost.die()
    peer.grow_stale()
    living = peer.Worker(db, "living")
    peer.same(living.claimed(), live.workflow_id, "the second claim")
    peer.same(facts(dead), ("PENDING", "lost"), "the workflow of the killed executor, beside a new one")

    peer.sweep(db, "dbos", {dead.workflow_id: "stale_heartbeat"}, healthy=1)

    peer.same(dead.get_status().status, "ENQUEUED", "status after the sweep")
    living.tell_to_finish()
    peer.same(living.claimed(), dead.workflow_id, "the claim after the sweep")
    living.tell_to_finish()
    for handle in (live, dead):
        peer.same(handle.get_result(), "living", "who finished the workflow")
    peer.same(living.claimed(), waiting.workflow_id, "the claim after that")
    living.tell_to_finish()
    peer.same(waiting.get_result(), "living", "who finished the workflow that waited")
    living.die()
    with sqlite3.connect(db) as tables:
        steps = tables.execute("SELECT count(*) FROM operation_outputs WHERE workflow_uuid = ?", (dead.workflow_id,)).fetchone()
    peer.same(steps, (1,), "steps recorded")
    return "a workflow of a killed executor was taken up by another behind its last step, and succeeded"
