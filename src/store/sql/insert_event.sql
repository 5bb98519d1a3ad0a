-- Records one reap: task :task, run :run, payload :payload, actor :actor, and :id for a key that wants a fresh UUID.
INSERT INTO {events} ({columns})
VALUES ({values})
