//! Where the tokens are kept, and which files are none.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::client::get;
use super::place::{make_empty, mode};
use crate::cli::place::Place;

const KINDS: [&str; 3] = ["read", "mcp", "write"];

#[test]
fn they_are_made_once_for_their_owner_alone() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let made = KINDS.map(|kind| served.token(kind));
    assert_eq!(mode(&place.tokens()), 0o700);
    for kind in KINDS {
        assert_eq!(mode(&place.tokens().join(format!("{kind}.token"))), 0o600);
    }
    for (at, token) in made.iter().enumerate() {
        assert!(token.len() >= 22, "{token}");
        assert!(!made[at + 1..].contains(token));
    }
    served.stop().exits(0);
    let again = place.answer(&[]);
    assert_eq!(KINDS.map(|kind| again.token(kind)), made);
}

#[test]
fn a_folder_of_the_service_managers_goes_first() {
    let place = Place::queue(|world| world);
    let folder = place.file("managed");
    fs::create_dir(&folder).unwrap();
    let program = place.server(&["--no-watch", "--listen", "127.0.0.1:0"]);
    let served = super::place::Served::of(program.env("STATE_DIRECTORY", &folder).start(), &place);
    served.stop().exits(0);
    assert!(folder.join("write.token").is_file());
    assert!(!place.tokens().exists());
}

/// What was wrong with our own token for questions, by the code and the words that it ends with.
#[track_caller]
fn refused(spoil: impl FnOnce(&Path), exit: i32, says: &str) {
    let place = Place::queue(|world| world);
    place.answer(&[]).stop().exits(0);
    spoil(&place.tokens().join("read.token"));
    let ran = place.server(&["--no-watch"]).run().exits(exit);
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}

#[test]
fn one_that_others_may_know_is_none() {
    use std::os::unix::fs::PermissionsExt as _;

    let open = |mode| move |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    refused(open(0o640), 77, "may be known to others");
    refused(open(0o604), 77, "may be known to others");
    let folder = |path: &Path| open(0o777)(path.parent().unwrap());
    refused(folder, 77, "others may write to the folder");
}

#[test]
fn one_that_is_somewhere_else_is_none() {
    let link = |path: &Path| {
        let elsewhere = path.with_extension("elsewhere");
        fs::rename(path, &elsewhere).unwrap();
        symlink(&elsewhere, path).unwrap();
    };
    refused(link, 77, "is a link");
    let dangling = |path: &Path| {
        fs::remove_file(path).unwrap();
        symlink("/nowhere", path).unwrap();
    };
    refused(dangling, 77, "is a link");
    let folder = |path: &Path| {
        fs::remove_file(path).unwrap();
        fs::create_dir(path).unwrap();
    };
    refused(folder, 65, "is no file");
}

#[test]
fn an_empty_one_is_none() {
    refused(make_empty, 65, "it is empty");
    refused(|path| fs::write(path, " \n").unwrap(), 65, "it is empty");
    refused(
        |path| fs::write(path, "two words").unwrap(),
        65,
        "it holds blanks",
    );
}

#[test]
fn two_kinds_are_not_the_same() {
    let copy = |path: &Path| {
        let write = fs::read(path.with_file_name("write.token")).unwrap();
        fs::write(path, write).unwrap();
    };
    refused(copy, 65, "the read token and the write token are the same");
}

#[test]
fn the_operator_may_name_another() {
    let place = Place::queue(|world| world);
    let token = "0123456789abcdef0123456789abcdef";
    let file = place.token_file("its", &format!("{token}\n"), 0o640);
    let named = format!("read={}", file.display());
    let served = place.answer(&["--token-file", &named]);
    served.ask(&get("/v1/plan").bearer(token)).is(200);
    assert!(!place.tokens().join("read.token").exists());
}

#[test]
fn one_that_changes_is_in_force_with_the_next_start() {
    let place = Place::queue(|world| world);
    let served = place.answer(&[]);
    let (before, after) = (served.token("read"), "0123456789abcdef0123456789abcdef");
    fs::write(place.tokens().join("read.token"), after).unwrap();
    let plan = |token: &str| get("/v1/plan").bearer(token);
    served.ask(&plan(&before)).is(200);
    let refused = served.ask(&plan(after)).is(401);
    assert!(
        refused.body.contains("start the server again"),
        "{}",
        refused.body
    );
    served.stop().exits(0);
    place.answer(&[]).ask(&plan(after)).is(200);
}

#[test]
fn one_that_is_named_is_held_to_the_same() {
    let place = Place::queue(|world| world);
    let refused = |named: &str, exit: i32, says: &str| {
        let ran = place
            .server(&["--no-watch", "--token-file", named])
            .run()
            .exits(exit);
        assert!(ran.stderr.contains(says), "{}", ran.stderr);
    };
    let named = |name: &str, token: &str, mode: u32| {
        format!("read={}", place.token_file(name, token, mode).display())
    };
    refused(
        &named("open", "0123456789abcdef0123456789abcdef", 0o644),
        77,
        "may be known to others",
    );
    let strong = "0123456789abcdef0123456789abcdef";
    refused(&named("written", strong, 0o660), 77, "or put there by them");
    refused(&named("empty", "", 0o600), 65, "it is empty");
    refused(
        &named("short", &strong[..21], 0o600),
        65,
        "so short that it may be guessed",
    );
    let cut = format!("{strong}{}{strong}", " ".repeat(5_000));
    refused(&named("long", &cut, 0o600), 65, "more than 4096 bytes");
    refused("read=/nowhere/token", 66, "/nowhere/token");
    refused("admin=/nowhere/token", 2, "expected one of read, mcp, write");
    refused("/nowhere/token", 2, "expected KIND=PATH");
}
