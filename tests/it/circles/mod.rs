//! No two files import each other, be it over others: what lies lower can be understood, and changed, by itself.

mod house;
mod source;

use std::fs;
use std::path::Path;

use house::{House, circles};

/// The files below `src`, by their paths from there.
fn ours() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let name = path
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let files = ours();
    let house = House::read(files.iter().map(|(file, text)| (file.as_str(), text.as_str())));
    let circles = circles(&house.imports());
    let shown = circles.iter().map(|circle| circle.join(" -> "));
    assert!(circles.is_empty(), "\n{}", shown.collect::<Vec<_>>().join("\n"));
}

/// What each of these files imports.
fn imports_of(files: &[(&'static str, &'static str)]) -> Vec<(&'static str, Vec<&'static str>)> {
    let all = House::read(files.iter().copied()).imports();
    let all = all.into_iter();
    all.map(|(file, imported)| (file, imported.into_iter().collect()))
        .collect()
}

#[test]
fn imports_are_found_behind_every_form_of_use() {
    let every_form = "
        use std::b::Nothing;
        use super::{c::{self, C}, d as e};
        use crate::room::f::*;
        /// [`H`](super::h::H)
        fn a<'a>() -> super::g::G<'a> { e::x(\"super::h\", 'x', r#\"super::h\"#); a.h::<u8>() } // super::h
    ";
    let files = [
        ("room/a.rs", every_form),
        ("room/b.rs", ""),
        ("room/c.rs", "use self::own::X; use std::fmt;"),
        ("room/d.rs", "use zombie_sweeper::room::b::{B};"),
        ("room/f.rs", ""),
        ("room/g.rs", ""),
        ("room/h.rs", ""),
        ("room/mod.rs", ""),
    ];
    let found = imports_of(&files);
    assert_eq!(
        found[0],
        (
            "room/a.rs",
            vec!["room/c.rs", "room/d.rs", "room/f.rs", "room/g.rs"]
        )
    );
    assert_eq!(found[3], ("room/d.rs", vec!["room/b.rs"]));
}

#[test]
fn a_name_that_is_handed_on_is_imported_from_where_it_is_defined() {
    let files = [
        ("lib.rs", "pub use room::Deep as Renamed; pub use rusqlite;"),
        (
            "low.rs",
            "use zombie_sweeper::Renamed; use crate::rusqlite::Connection;",
        ),
        (
            "room/mod.rs",
            "mod own; pub use inner::{Deep, Other}; use chrono::Utc;",
        ),
        (
            "room/own.rs",
            "use super::{inner, Utc}; fn f() { inner::Other::new() }",
        ),
        ("room/inner/mod.rs", "pub use deep::Deep; pub struct Other;"),
        ("room/inner/deep.rs", "use super::super::own;"),
    ];
    let expected = [
        ("lib.rs", vec!["room/inner/deep.rs"]),
        ("low.rs", vec!["room/inner/deep.rs"]),
        ("room/inner/deep.rs", vec!["room/own.rs"]),
        ("room/inner/mod.rs", vec!["room/inner/deep.rs"]),
        ("room/mod.rs", vec!["room/inner/deep.rs", "room/inner/mod.rs"]),
        ("room/own.rs", vec!["room/inner/mod.rs"]),
    ];
    assert_eq!(imports_of(&files), expected);
}

#[test]
fn a_module_may_lie_in_files_of_other_names() {
    let files = [
        (
            "mod.rs",
            "#[cfg_attr(unix, path = \"a.rs\")] #[cfg_attr(not(unix), path = \"b.rs\")] mod system; mod c;",
        ),
        ("a.rs", ""),
        ("b.rs", "use super::c;"),
        ("c.rs", "use super::system::{self, X};"),
    ];
    let found = imports_of(&files);
    assert_eq!(found[2], ("c.rs", vec!["a.rs", "b.rs"]));
    assert_eq!(
        circles(&House::read(files).imports()),
        [vec!["b.rs", "c.rs"]].into()
    );
}

#[test]
fn a_circle_names_its_files_in_their_order() {
    let files = [
        ("a.rs", "use crate::c;"),
        ("b.rs", "use crate::a; use crate::d;"),
        ("c.rs", "use crate::b; use crate::d;"),
        ("d.rs", ""),
    ];
    let found = circles(&House::read(files).imports());
    assert_eq!(found, [vec!["a.rs", "c.rs", "b.rs"]].into());
    // What the parts of a folder and the folder's own file take from each other is one too.
    let files = [
        ("room/mod.rs", "mod part; use part::Part; pub struct Whole(Part);"),
        ("room/part.rs", "use super::Whole;"),
    ];
    let found = circles(&House::read(files).imports());
    assert_eq!(found, [vec!["room/mod.rs", "room/part.rs"]].into());
}
