"""Optuna: one of two optimizing processes is killed in the middle of a trial, and no third begins another."""

import warnings

import peer
import optuna

PACKAGE = "optuna"

warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
optuna.logging.set_verbosity(optuna.logging.WARNING)


def storage(db):
    return optuna.storages.RDBStorage(f"sqlite:///{db}", heartbeat_interval=1)


def objective(trial):
    x = trial.suggest_float("x", 0, 10)
    peer.work(trial._trial_id)
    return x


def worker(db):
    optuna.load_study(study_name="study", storage=storage(db)).optimize(objective, n_trials=1)


def check(folder):
    db = folder / "optuna.db"
    study = optuna.create_study(study_name="study", storage=storage(db))
    # The first draws its own parameter, the others are given theirs.
    study.enqueue_trial({})
    study.enqueue_trial({"x": 1})
    study.enqueue_trial({"x": 2})

    lost = peer.Worker(db)
    peer.same(lost.claimed(), "1", "the first claim")
    living = peer.Worker(db)
    peer.same(living.claimed(), "2", "the second claim")
    drawn = study.trials[0].params
    lost.die()
    peer.grow_stale()
    peer.same([trial.state.name for trial in study.trials], ["RUNNING", "RUNNING", "WAITING"], "states before the sweep")

    peer.sweep(db, "optuna", {"1": "stale_heartbeat"}, healthy=1)

    peer.same(study.trials[0].state.name, "WAITING", "state after the sweep")
    second = peer.Worker(db)
    peer.same(second.claimed(), "1", "the claim after the sweep")
    for process in (living, second):
        process.tell_to_finish()
        process.ended()
    peer.same([trial.state.name for trial in study.trials], ["COMPLETE", "COMPLETE", "WAITING"], "states in the end")
    peer.same(study.trials[0].params, drawn, "parameters of the trial that was run twice")
    return "a trial of a killed process was run again with its parameters, and is complete"
