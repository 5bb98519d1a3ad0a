use clap::Args;
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell that they are for
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}
