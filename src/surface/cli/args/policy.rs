//! How long silence is borne: the same for a sweep and for every question about one.

use std::time::Duration;

use clap::Args;
use zombie_sweeper::Policy;

use super::time::{parse_patience, parse_time};
use crate::surface::verbs::Patience;

/// How long a run may be silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StaleAfter {
    /// So long.
    For(Duration),
    /// As long as was learned of its project and kind, and never less than the default.
    Auto,
}

impl StaleAfter {
    /// The time, where it is one.
    pub(super) fn time(self) -> Option<Duration> {
        match self {
            Self::For(time) => Some(time),
            Self::Auto => None,
        }
    }
}

/// The word for it.
const AUTO: &str = "auto";

pub(super) fn parse_stale_after(text: &str) -> Result<StaleAfter, String> {
    if text == AUTO {
        return Ok(StaleAfter::Auto);
    }
    parse_time(text).map_err(|expected| format!("{expected}, or `{AUTO}`"))?;
    parse_patience(text).map(StaleAfter::For)
}

#[derive(Clone, Debug, Args)]
pub(crate) struct PolicyArgs {
    /// A run silent for longer than this is dead; `auto` learns it [default: 15m]
    #[arg(
        long,
        value_name = "TIME",
        env = "ZOMBIE_SWEEPER_STALE_AFTER",
        hide_env = true
    )]
    #[arg(value_parser = parse_stale_after)]
    stale_after: Option<StaleAfter>,
    /// A claim without a run is dead after this [default: --stale-after]
    #[arg(
        long,
        value_name = "TIME",
        env = "ZOMBIE_SWEEPER_CLAIM_GRACE",
        hide_env = true
    )]
    #[arg(value_parser = parse_patience)]
    pub(crate) claim_grace: Option<Duration>,
    /// A task may stay running this long after its run has ended
    #[arg(long, value_name = "TIME", env = "ZOMBIE_SWEEPER_SETTLE", hide_env = true)]
    #[arg(default_value = "0s", value_parser = parse_time)]
    pub(crate) settle: Duration,
}

impl PolicyArgs {
    /// Whether it is to be learned how long a run may be silent.
    pub(crate) fn is_auto(&self) -> bool {
        self.stale_after == Some(StaleAfter::Auto)
    }

    /// How long a run may be silent, where somebody has said so.
    pub(crate) fn time(&self) -> Option<Duration> {
        self.stale_after?.time()
    }

    /// Who has said how long a run may be silent.
    pub(crate) fn patience(&self) -> Patience {
        match self.stale_after {
            None => Patience::Unsaid,
            Some(StaleAfter::For(_)) => Patience::Said,
            Some(StaleAfter::Auto) => Patience::Learned,
        }
    }

    pub(crate) fn policy(&self) -> Policy {
        Policy {
            stale_after: self.time().unwrap_or(Policy::default().stale_after),
            claim_grace: self.claim_grace,
            settle: self.settle,
        }
    }
}
