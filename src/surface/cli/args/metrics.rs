use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};

use crate::surface::metrics;

#[derive(Clone, Debug, Args)]
pub(crate) struct MetricsArgs {
    /// Tell Prometheus of each sweep, in this file, NAME.prom
    #[arg(
        long,
        value_name = "PATH",
        env = "ZOMBIE_SWEEPER_METRICS_FILE",
        hide_env = true
    )]
    #[arg(value_parser = OsStringValueParser::new().map(PathBuf::from).try_map(metrics::parse))]
    metrics_file: Option<PathBuf>,
}

impl MetricsArgs {
    /// The file, where there is to be one.
    pub(crate) fn file(&self) -> Option<&PathBuf> {
        self.metrics_file
            .as_ref()
            .filter(|path| !path.as_os_str().is_empty())
    }
}
