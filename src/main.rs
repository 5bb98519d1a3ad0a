//! The program: everything it does is in the library; see `zombie_sweeper`.

mod surface;

use std::process::ExitCode;

fn main() -> ExitCode {
    surface::cli::run()
}
