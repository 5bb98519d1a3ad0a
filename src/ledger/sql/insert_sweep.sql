-- Records a sweep.
INSERT INTO sweeps (
    scope, at, profile, actor, scanned, healthy, undecided, failed, reaped, moved_on, held_back, narrowed, transactions,
    runs_abandoned, workspaces_freed, stale_after_s, claim_grace_s, duration_ms, error, version, boot_id, written_at, since_boot, awake
) VALUES (
    :scope, :at, :profile, :actor, :scanned, :healthy, :undecided, :failed, :reaped, :moved_on, :held_back, :narrowed, :transactions,
    :runs_abandoned, :workspaces_freed, :stale_after_s, :claim_grace_s, :duration_ms, :error, :version, :boot_id, :written_at, :since_boot, :awake
)
