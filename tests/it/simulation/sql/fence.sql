UPDATE task_runs SET last_heartbeat = :now
WHERE id = :run AND status = 'running'
  AND EXISTS (SELECT 1 FROM tasks
              WHERE id = task_runs.task_id AND status = 'running' AND active_run_id = :run)
