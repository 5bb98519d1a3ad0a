-- Records a reap of sweep :sweep.
INSERT INTO reaps (
    sweep, place, at, task, task_parts, run, run_parts, reason, condition, sign_of_life, age, threshold, project, kind, actor,
    parked
) VALUES (
    :sweep, :place, :at, :task, :task_parts, :run, :run_parts, :reason, :condition, :sign_of_life, :age, :threshold, :project,
    :kind, :actor, :parked
)
