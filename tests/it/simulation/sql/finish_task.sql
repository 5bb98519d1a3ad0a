UPDATE tasks SET status = :status, result = :result, next_eligible_at = :next, updated_at = :now, completed_at = :now,
                 active_run_id = '', assigned_slot = '', assigned_worker = '', workspace_path = '', lease_expires_at = NULL
WHERE id = :task AND status = 'running' AND active_run_id = :run
