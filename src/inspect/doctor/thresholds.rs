//! The thresholds, against the silences of those who live: whoever comes close to one today may lose a task tomorrow.

use super::census::{Census, Silences};
use super::finding::{Code, Finding};
use super::span::{micros, option, span};

pub(super) fn thresholds(census: &Census) -> Vec<Finding> {
    let beat = census.beat().map_or_else(String::new, |beat| {
        format!("; as it seems, those at work beat every {}", span(beat))
    });
    let of_runs = tight(
        &census.runs,
        census,
        Code::StaleAfterTight,
        "--stale-after",
        &beat,
    );
    let of_claims = tight(&census.claims, census, Code::ClaimGraceTight, "--claim-grace", "");
    of_runs.into_iter().chain(of_claims).collect()
}

/// Where more than half of the patience is used up.
fn tight(silences: &Silences, census: &Census, code: Code, flag: &str, beat: &str) -> Option<Finding> {
    let (task, patience) = silences.longest.as_ref()?;
    let silence = micros(census.now.micros_since(patience.sign));
    if silence * 2 <= patience.threshold {
        return None;
    }
    let what = if patience.is_claim {
        "is claimed, and has been without a run"
    } else {
        "is alive, and has been silent"
    };
    let seen = format!(
        "task {task} {what} for {} of the {} that {flag} bears{beat}",
        span(silence),
        span(patience.threshold)
    );
    let advice = format!(
        "is it at work? Then be more patient, such as {flag} {}: several beats, and the longest stretch without one",
        option(silence * 3)
    );
    Some(Finding::new(code, seen, advice))
}
