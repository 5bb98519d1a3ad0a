use clap::Command;

/// A command without what is hidden of it. There is no taking out of one, so that it is made anew.
pub(super) fn without_hidden(command: &Command) -> Command {
    let args = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let commands = command.get_subcommands().filter(|command| !command.is_hide_set());
    let mut shown = Command::new(command.get_name().to_owned())
        .args(args)
        .subcommands(commands.map(without_hidden));
    if let Some(version) = command.get_version() {
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
