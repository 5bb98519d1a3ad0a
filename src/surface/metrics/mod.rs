//! The metrics of a queue's sweeps as a file, for `node_exporter`'s textfile collector.
//!
//! Another file than one of these is never overwritten, and nothing that goes wrong here has a say in how a sweep ends.

mod file;
mod place;

use std::path::{Path, PathBuf};

use zombie_sweeper::metrics::{Before, LastSweep, Metrics, Scope, Totals, seconds};

pub(crate) use place::{is_beside, parse};

/// Why a sweep is not told of.
#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error("{} holds something else: expected one that zombie-sweeper wrote, or none; it is left as it is", .0.display())]
    Foreign(PathBuf),
    #[error("failed to {doing} {}: {source}", .path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
}

impl Untold {
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

/// Tells of a sweep in this file. Where that cannot be done, the log says why, and the file grows old: that, too, is seen.
pub(crate) fn tell(path: &Path, scope: &Scope, sweep: LastSweep<'_>, totals: Option<&Totals>) {
    if let Err(why) = write(path, scope, sweep, totals) {
        tracing::warn!("the metrics of this sweep were not written: {why}");
    }
}

fn write(
    path: &Path,
    scope: &Scope,
    last_sweep: LastSweep<'_>,
    totals: Option<&Totals>,
) -> Result<(), Untold> {
    // Where the name is a link, what it leads to is replaced, and the link stays.
    let file = &place::linked(path);
    let last_success_s = last_success_s(file, scope)?;
    let metrics = Metrics {
        scope,
        last_sweep: Some(last_sweep),
        last_success_s: if last_sweep.is_success {
            // A clock before 1970 tells no moment that could be kept.
            seconds(last_sweep.at).max(0.0)
        } else {
            last_success_s
        },
        totals,
    };
    file::replace(file, &metrics.to_string()).map_err(Untold::io("write", file))
}

/// When the last sweep succeeded, by what stands there; 0 where that is not known.
fn last_success_s(path: &Path, scope: &Scope) -> Result<f64, Untold> {
    let Some(text) = file::read(path).map_err(Untold::io("read", path))? else {
        return Err(Untold::Foreign(path.to_owned()));
    };
    match Before::read(&text, scope) {
        Before::Ours(at_s) => return Ok(at_s),
        Before::Nothing => {}
        Before::Foreign => return Err(Untold::Foreign(path.to_owned())),
        Before::OfAnotherScope => tracing::warn!(
            "{} held the metrics of another database, profile or project, and was written anew: expected a file for each",
            path.display()
        ),
        Before::Damaged => tracing::warn!(
            "{} was damaged, and was written anew: when a sweep last succeeded before this one is not known",
            path.display()
        ),
    }
    Ok(0.0)
}
