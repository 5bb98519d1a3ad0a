-- Records one reap: task :task, run :run, payload :payload, actor :actor, and :id for a key that wants a fresh UUID.
INSERT {or_abort} INTO {events} ({columns})
VALUES ({values})
