"""django-tasks-db: one of two `db_worker` processes is killed in the middle of a task."""

import sys
import types

import django
import peer
from django.conf import settings
from django.core.management import call_command

PACKAGE = "django-tasks-db"


def begin(db):
    """A Django project of one module, `jobs`, with one task."""
    try:
        from django.tasks import task
        backport = []
    except ImportError:  # Django before 6.0
        from django_tasks import task
        backport = ["django_tasks"]
    settings.configure(
        INSTALLED_APPS=[*backport, "django_tasks_db"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(db)}},
        TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},
        USE_TZ=True,
    )
    django.setup()

    def work(context):
        peer.work(context.task_result.id.replace("-", ""))
        return "ok"

    jobs = sys.modules["jobs"] = types.ModuleType("jobs")
    work.__module__, work.__qualname__ = "jobs", "work"
    jobs.work = task(takes_context=True)(work)
    return jobs.work


def worker(db, name, tasks):
    begin(db)
    call_command("db_worker", worker_id=name, max_tasks=int(tasks), interval=0.1, startup_delay=False, reload=False, verbosity=0)


def check(folder):
    db = folder / "db.sqlite3"
    work = begin(db)
    from django_tasks_db.models import DBTaskResult

    call_command("migrate", verbosity=0)
    dead, live, waiting = (work.enqueue().id.replace("-", "") for _ in range(3))

    lost = peer.Worker(db, "lost", 1)
    peer.same(lost.claimed(), dead, "the first claim")
    lost.die()
    peer.grow_stale()
    living = peer.Worker(db, "living", 1)
    peer.same(living.claimed(), live, "the second claim")

    peer.sweep(db, "django-tasks", {dead: "stale_heartbeat"}, healthy=1)

    peer.same(DBTaskResult.objects.get(id=dead).status, "READY", "status after the sweep")
    living.tell_to_finish()
    living.ended()
    second = peer.Worker(db, "second", 1)
    peer.same(second.claimed(), dead, "the claim after the sweep")
    second.tell_to_finish()
    second.ended()
    found = {row.id.hex: (row.status, row.return_value, row.worker_ids) for row in DBTaskResult.objects.all()}
    peer.same(found[dead], ("SUCCESSFUL", "ok", ["lost", "second"]), "the task of the killed worker")
    peer.same(found[live], ("SUCCESSFUL", "ok", ["living"]), "the task of the living worker")
    peer.same(found[waiting], ("READY", None, []), "the task that waits")
    return f"on Django {django.__version__}, a task of a killed db_worker was run again and succeeded"
