"""Hermes Agent: two workers of its kanban board die, one after a heartbeat, one before its first. Its dispatcher is not up."""

import os
import pathlib
import time

import peer
from hermes_cli import kanban_db as kanban

PACKAGE = "hermes-agent"


class Board:
    """Each call on a connection of its own, as Hermes's tools do. It reads its file between, which costs a connection that stays open its
    locks: the next one to close takes the log away from under it."""

    def __init__(self, db):
        self.db = pathlib.Path(db)

    def __getattr__(self, name):
        def call(*args, **kwargs):
            with kanban.connect_closing(self.db) as board:
                return getattr(kanban, name)(board, *args, **kwargs)

        return call


def beat(board, task, lock):
    """As its worker's tool kanban_heartbeat does: the claim moves on, and the board hears of it."""
    claim = board.heartbeat_claim(task.id, claimer=lock)
    return claim and board.heartbeat_worker(task.id, expected_run_id=task.current_run_id)


def worker(db, task, beats):
    board, lock = Board(db), f"another-host:{task}"
    # A claim that is not drawn out is over soon.
    claimed = board.claim_task(task, claimer=lock, ttl_seconds=3 if beats == "none" else None)
    if beats == "none":
        peer.work(claimed.id)
    time.sleep(1.1)  # whole seconds: a beat in that of the start is none
    assert beat(board, claimed, lock)
    if beats == "one":
        peer.work(claimed.id)
    with peer.meanwhile(1, lambda: beat(board, claimed, lock)):
        peer.work(claimed.id)
    assert board.complete_task(claimed.id, result="ok", expected_run_id=claimed.current_run_id)


def check(folder):
    # Its workers inherit it. The home of whoever runs this stays as it is.
    os.environ["HERMES_HOME"] = str(folder)
    db = folder / "kanban.db"
    board = Board(db)
    workspace = {"workspace_kind": "dir", "workspace_path": str(folder)}
    beaten, unbeaten, live, waiting = (
        board.create_task(title=title, assignee="default", **workspace) for title in ("beaten", "unbeaten", "live", "waiting")
    )
    living = peer.Worker(db, live, "many")
    peer.same(living.claimed(), live, "the living worker's claim")
    for task, beats in ((beaten, "one"), (unbeaten, "none")):
        lost = peer.Worker(db, task, beats)
        peer.same(lost.claimed(), task, "the claim of a worker to be lost")
        lost.die()
    run_of_the_dead = board.get_task(beaten).current_run_id
    peer.grow_stale()

    peer.sweep(db, "hermes-kanban", {beaten: "stale_heartbeat", unbeaten: "lease_expired"}, healthy=1)

    late = board.complete_task(beaten, result="too late", expected_run_id=run_of_the_dead)
    peer.same(late, False, "whether Hermes lets the first worker finish after all")
    # Now its dispatcher comes up; what it starts is not an agent here, and is done at once.
    started = []
    tick = board.dispatch_once(spawn_fn=lambda task, workspace: started.append(task))
    peer.same({task.id for task in started}, {beaten, unbeaten, waiting}, "tasks that Hermes starts a worker for")
    peer.same((tick.reclaimed, tick.stale, tick.crashed), (0, [], []), "what was left for Hermes to take back")
    for task in started:
        done = board.complete_task(task.id, result="ok", expected_run_id=task.current_run_id)
        peer.same(done, True, "whether the second worker may finish")
    for task in (beaten, unbeaten):
        peer.same([run.outcome for run in board.list_runs(task)], ["reclaimed", "completed"], "outcomes of the runs")
    living.tell_to_finish()
    living.ended()
    for task, status in ((beaten, "done"), (unbeaten, "done"), (live, "done"), (waiting, "done")):
        peer.same(board.get_task(task).status, status, f"status of {board.get_task(task).title}")
    return "tasks of two killed workers, one by its heartbeat and one by its claim, were started again by its dispatcher and completed"
