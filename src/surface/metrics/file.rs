//! A file that is whole at every moment, whoever reads it, and whatever ends the program.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// No file of metrics is longer.
const MOST: u64 = 1 << 20;

/// What the file holds, nothing where there is none; `None` where it is none of ours for sure.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(Vec::new())),
        Err(error) => return Err(error),
        // To open a pipe would be to wait for who writes to it.
        Ok(found) if !found.is_file() || found.len() > MOST => return Ok(None),
        Ok(_) => {}
    }
    let mut held = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut held)?;
    Ok(Some(held))
}

/// Puts a new file in its place, once all of it is on the disk.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut made = tempfile::Builder::new()
        .prefix(".zombie-sweeper-")
        .suffix(".tmp") // not what is looked for, so that no half of a file is ever read
        .tempfile_in(folder)?;
    made.write_all(text.as_bytes())?;
    let_all_read(&made)?;
    made.as_file().sync_all()?;
    made.persist(path).map_err(|error| error.error)?;
    // A crash may undo the new name until the folder is on the disk as well; where that cannot be asked for, the file stands
    // all the same.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

/// Whatever the mask: who reads it is another user.
#[cfg(unix)]
fn let_all_read(made: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    made.as_file().set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same as where it may fail")]
fn let_all_read(_made: &NamedTempFile) -> io::Result<()> {
    Ok(())
}
