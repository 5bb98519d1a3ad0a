"""litequeue: a message is popped by a process that dies."""

import sys

import peer
from litequeue import LiteQueue, MessageStatus

PACKAGE = "litequeue"


def done(messages, message):
    """Whether the worker's done() was taken; before 0.14 there was no claim to name, and no answer."""
    if not hasattr(message, "claim_id"):
        messages.done(message.message_id)
        return True
    return messages.done(message.message_id, claim_id=message.claim_id)


def worker(db):
    messages = LiteQueue(db)
    message = messages.pop()
    peer.work(message.message_id)
    sys.exit(0 if done(messages, message) else "done() was refused")


def check(folder):
    db = folder / "queue.db"
    messages = LiteQueue(str(db))
    dead, live, waiting = (messages.put(data).message_id for data in ("dead", "live", "waiting"))

    lost = peer.Worker(db)
    peer.same(lost.claimed(), dead, "the first claim")
    lost.die()
    peer.grow_stale()
    living = peer.Worker(db)
    peer.same(living.claimed(), live, "the second claim")
    peer.same([row.message_id for row in messages.list_locked(peer.STALE_AFTER_S)], [dead], "litequeue's own list of old locks")

    peer.sweep(db, "litequeue", {dead: "stale_heartbeat"}, healthy=1)

    living.tell_to_finish()
    living.ended()
    second = peer.Worker(db)
    peer.same(second.claimed(), dead, "the claim after the sweep")
    second.tell_to_finish()
    second.ended()
    for message, status in ((dead, "DONE"), (live, "DONE"), (waiting, "READY")):
        peer.same(messages.get(message).status, MessageStatus[status], f"status of {messages.get(message).data}")
    return "a popped message of a killed process was popped again and done"
