use super::exposition::escaped;

/// Which sweeps the metrics are of. It stands in the labels of each series, so that no two instances tell of the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The database, by its full path.
    pub database: String,
    /// The profile in force: one database may hold several queues.
    pub profile: String,
    /// The project swept; `None`: all of them, which the label says by being empty, as no project's name is.
    pub project: Option<String>,
}

impl Scope {
    /// The labels that every series has, in this order.
    pub(super) fn labels(&self) -> String {
        format!(
            "database=\"{}\",profile=\"{}\",project=\"{}\"",
            escaped(&self.database),
            escaped(&self.profile),
            escaped(self.project.as_deref().unwrap_or_default())
        )
    }
}
