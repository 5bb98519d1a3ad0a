UPDATE task_runs SET status = :word, completed_at = :now
WHERE id = :run AND status = 'running'
