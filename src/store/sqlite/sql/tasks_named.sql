-- The tasks whose id is one of the parameters, whatever they are doing: whether each is at work, fits the profile's
-- condition, and belongs to the project asked for; and its labels where
-- somebody asks.
SELECT {columns}, {at_work}, {condition}, {in_project} {labels}
FROM {tasks} AS t
WHERE {is_named}
LIMIT {most}
