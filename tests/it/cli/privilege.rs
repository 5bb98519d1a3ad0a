//! Running the program as somebody else, or where nothing can be written. Root can, anybody else may be able to.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::place::Place;
use super::program::{BINARY, Program};

const NOBODY: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];

impl Place {
    /// The program on this queue, run by a user to whom permissions apply; `None` where we cannot be one.
    pub(crate) fn unprivileged_sweeper(&self, args: &[&str]) -> Option<Program> {
        let (program, folder) = if am_root() {
            let (binary, folder) = binary_for_everybody()?;
            let mut command = Command::new("setpriv");
            command.args(NOBODY).arg(binary);
            (command, folder)
        } else {
            (Command::new(BINARY), None)
        };
        let program = Program::by(program).needs(folder);
        Some(program.args([Path::new("--db"), &self.db()]).args(args))
    }

    /// The program on this queue, with its folder mounted read-only; `None` where we cannot mount.
    pub(crate) fn sweeper_on_a_read_only_mount(&self, args: &[&str]) -> Option<Program> {
        let mount = r#"mount --bind "$0" "$0" && mount -o remount,bind,ro "$0""#;
        self.sweeper_on(mount, args)
    }

    /// The program on this queue, on a disk that takes no more files; `None` where we cannot mount.
    pub(crate) fn sweeper_on_a_disk_without_inodes(&self, args: &[&str]) -> Option<Program> {
        // One for the root, one for the database. What is mounted hides what was there.
        let mount = r#"exec 3< "$0/orchestra.db" && mount -t tmpfs -o nr_inodes=2 tmpfs "$0" && cat <&3 >"$0/orchestra.db""#;
        self.sweeper_on(mount, args)
    }

    /// The program, where a shell has mounted something over this folder, `$0`, in which no file can be made.
    fn sweeper_on(&self, mount: &str, args: &[&str]) -> Option<Program> {
        self.sweeper_after(mount, r#"! touch "$0/probe""#, &self.db(), args)
    }

    /// The program on another path, at which a shell has mounted the file of this queue; `None` where we cannot mount.
    pub(crate) fn sweeper_beside_a_mount_of_the_file(&self, at: &Path, args: &[&str]) -> Option<Program> {
        let mount = format!(r#"mount --bind "$0/orchestra.db" '{}'"#, at.display());
        self.sweeper_after(&mount, "true", at, args)
    }

    /// The program on this path, after a shell has mounted something, in whose words it has then worked.
    fn sweeper_after(&self, mount: &str, worked: &str, db: &Path, args: &[&str]) -> Option<Program> {
        let in_here = |script: &str| {
            let mut command = Command::new("unshare");
            if !am_root() {
                command.arg("--map-root-user");
            }
            command.args(["--mount", "sh", "-c", &format!("{mount} && {script}")]);
            command.arg(self.path());
            command
        };
        let works = in_here(worked).output();
        if !works.is_ok_and(|output| output.status.success()) {
            skipped("nothing can be mounted here");
            return None;
        }
        let mut command = in_here(r#"exec "$@""#);
        command.arg(BINARY).arg("--db").arg(db).args(args);
        Some(Program::by(command))
    }
}

/// Says so where the test harness does not keep it to itself, as it does with what is printed.
#[expect(clippy::explicit_write, reason = "`eprintln!` is kept by the harness")]
pub(crate) fn skipped(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    writeln!(std::io::stderr(), "SKIPPED {test}: {why}").unwrap();
}

pub(crate) fn am_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// The program where anybody may run it: the folder it was built in may be closed to others.
fn binary_for_everybody() -> Option<(PathBuf, Option<TempDir>)> {
    let may_run = |binary: &Path| {
        let mut command = Command::new("setpriv");
        command.args(NOBODY).arg(binary).arg("--version");
        command.output().is_ok_and(|output| output.status.success())
    };
    if may_run(Path::new(BINARY)) {
        return Some((BINARY.into(), None));
    }
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let copy = folder.path().join("zombie-sweeper");
    fs::copy(BINARY, &copy).unwrap();
    if may_run(&copy) {
        return Some((copy, Some(folder)));
    }
    skipped("the program cannot be run as another user");
    None
}
