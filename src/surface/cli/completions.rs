//! `zombie-sweeper completions`: what completes the command line in a shell.

use clap_complete::{Shell, generate};

use super::args::{self, CompletionsArgs};
use super::output;
use crate::surface::exit::Exit;

pub(crate) fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut program = args::shown();
    let name = program.get_name().to_owned();
    let mut script = Vec::new();
    generate(args.shell, &mut program, &name, &mut script);
    if args.shell == Shell::Bash {
        script = agreeing(std::str::from_utf8(&script)?, &name).into_bytes();
    }
    output::lines(|out| Ok(out.write_all(&script)?))?;
    Ok(Exit::Swept)
}

/// With one name for one state: the script sets the state of a command by a name in which hyphens are written one way, and
/// looks for it by one in which those of the program are written another, so that no option of a command would be found.
fn agreeing(script: &str, program: &str) -> String {
    let (set, sought) = (program.replace('-', "__"), program.replace('-', "__subcmd__"));
    script.replace(&sought, &set)
}
