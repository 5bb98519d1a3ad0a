use super::file::File;
use super::lock::{Shared, log_is_in_use};
use super::system;
use crate::store::open_error::OpenError;

/// Refuses a file of which this may be the wrong name: its log and journal stand beside the name by which its
/// orchestrator opens it, so that they would be passed over here, and another log begun. Where the log in use stands
/// here the name is the right one, and a lock is returned that keeps that log there; `None` where there is but one name.
pub(super) fn refuse_the_wrong(file: &File) -> Result<Option<Shared<'_>>, OpenError> {
    let Some(second) = second_name(file)? else {
        return Ok(None);
    };
    let held = Shared::take(file)?;
    if held.is_some() && file.log_bytes()? > 0 && log_is_in_use(file) {
        return Ok(held);
    }
    Err(OpenError::SecondName {
        path: file.path.clone(),
        second,
    })
}

/// What other name the file has, or may have.
fn second_name(file: &File) -> Result<Option<String>, OpenError> {
    let names = system::names(&file.found()?);
    Ok(if names > 1 {
        Some(format!("it is one of {names} hard links to it"))
    } else if system::is_mounted(&file.path) {
        Some("it is mounted there by itself".to_owned())
    } else {
        None
    })
}
