use clap::{Arg, Command};

/// What is put into every command when it is built, and would be again.
const MADE: [&str; 2] = ["help", "version"];

/// The program without what is hidden of it, all commands with their options. There is no taking out of one, so that it is
/// made anew.
pub(super) fn without_hidden(mut program: Command) -> Command {
    program.build(); // the options of a command are put together when somebody asks for them
    anew(&program, &[])
}

/// `inherited` are the options that the commands above it hand down.
fn anew(command: &Command, inherited: &[&Arg]) -> Command {
    let is_own = |arg: &&Arg| {
        let id = arg.get_id();
        !arg.is_hide_set()
            && !MADE.contains(&id.as_str())
            && !inherited.iter().any(|other| other.get_id() == id)
    };
    let args: Vec<_> = command.get_arguments().filter(is_own).collect();
    let handed_down = args.iter().copied().filter(|arg| arg.is_global_set());
    let handed_down: Vec<_> = inherited.iter().copied().chain(handed_down).collect();
    let is_shown = |command: &&Command| !command.is_hide_set() && !MADE.contains(&command.get_name());
    let commands = command.get_subcommands().filter(is_shown);
    let mut shown = Command::new(command.get_name().to_owned())
        .args(args)
        .subcommands(commands.map(|command| anew(command, &handed_down)));
    if let Some(version) = command.get_version().filter(|_| inherited.is_empty()) {
        shown = shown.version(version.to_owned());
    }
    if let Some(about) = command.get_about() {
        shown = shown.about(about.clone());
    }
    if let Some(about) = command.get_long_about() {
        shown = shown.long_about(about.clone());
    }
    if let Some(help) = command.get_after_help() {
        shown = shown.after_help(help.clone());
    }
    if let Some(help) = command.get_after_long_help() {
        shown = shown.after_long_help(help.clone());
    }
    shown
}
