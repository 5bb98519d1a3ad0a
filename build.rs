//! Makes of the profiles, which people read and write as TOML, what the program holds of them:
//!
//! - the built-in one as JSON, which is read three times as fast: each sweep begins with it
//! - the table of those that ship: every file of the folder that says in a line what it is for (`about`)

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

const FOLDER: &str = "src/profile";
const BUILT_IN: &str = "orchestra";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut shipped = Vec::new();
    for entry in fs::read_dir(root.join(FOLDER))? {
        let path = entry?.path();
        let (Some(name), Some("toml")) = (text(path.file_stem()), text(path.extension())) else {
            continue;
        };
        let profile: toml::Table = toml::from_str(&fs::read_to_string(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        if name == BUILT_IN {
            fs::write(out.join("orchestra.json"), serde_json::to_vec(&profile)?)?;
        }
        if let Some(about) = profile.get("about").and_then(toml::Value::as_str) {
            // The built-in one goes first, the others by their names.
            shipped.push((name != BUILT_IN, name.to_owned(), about.to_owned(), path));
        }
    }
    shipped.sort();
    fs::write(out.join("shipped.rs"), table(&shipped)?)?;
    Ok(())
}

fn text(part: Option<&std::ffi::OsStr>) -> Option<&str> {
    part?.to_str()
}

/// A slice of `Shipped`, as Rust.
fn table(shipped: &[(bool, String, String, impl AsRef<Path>)]) -> Result<String, Box<dyn Error>> {
    let mut rows = String::new();
    for (_, name, about, path) in shipped {
        let path = path.as_ref().to_str().ok_or("the path of a profile is no text")?;
        writeln!(
            rows,
            "    Shipped {{ name: {name:?}, about: {about:?}, toml: include_str!({path:?}) }},"
        )?;
    }
    Ok(format!("&[\n{rows}]\n"))
}
