//! What packages ship beside the program: the manual, and what completes the command line in each shell.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::program::{Ran, zombie_sweeper};

const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

fn printed(args: &[&str]) -> String {
    let ran = zombie_sweeper(args).run().exits(0);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

/// The commands that the help shows, apart from itself; the first is the bare one.
fn commands() -> Vec<String> {
    let help = printed(&["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let named = listed.filter_map(|line| line.split_whitespace().next());
    let shown = named.filter(|name| *name != "help").map(str::to_owned);
    let all: Vec<_> = std::iter::once(String::new()).chain(shown).collect();
    assert!(all.len() > 2, "{all:?}");
    all
}

/// The options that the help of a command shows, without their dashes.
fn options(command: &str) -> BTreeSet<String> {
    let help = printed(&args(command, "--help"));
    let lines = help.lines().filter(|line| line.trim_start().starts_with('-'));
    let options: BTreeSet<_> = lines
        .filter_map(|line| {
            let name = line.split_once("--")?.1;
            Some(name.split([' ', '.']).next()?.to_owned())
        })
        .collect();
    assert!(options.len() > 5, "{options:?}");
    options
}

fn args<'a>(command: &'a str, last: &'a str) -> Vec<&'a str> {
    let all = [command, last];
    all.into_iter().filter(|arg| !arg.is_empty()).collect()
}

/// The words of a text, those with hyphens whole.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '-').collect()
}

/// What a page shows, more or less.
fn unescaped(page: &str) -> String {
    let shown = [("\\-", "-"), ("\\*(Aq", "'"), ("\\fB", ""), ("\\fR", "")];
    shown.iter().fold(page.to_owned(), |page, (written, shown)| {
        page.replace(written, shown)
    })
}

/// The options that a page describes.
fn described(page: &str) -> BTreeSet<String> {
    let page = unescaped(page);
    let heads = page
        .split(".TP\n")
        .skip(1)
        .filter_map(|entry| entry.lines().next());
    let names = heads.filter_map(|head| Some(head.split_once("--")?.1.split(' ').next()?.to_owned()));
    names.collect()
}

fn pages() -> (TempDir, Ran) {
    let folder = TempDir::new().unwrap();
    let into = folder.path().join("share/man/man1");
    let ran = zombie_sweeper(["man", "--output", into.to_str().unwrap()]).run();
    (folder, ran)
}

#[test]
fn the_manual_has_a_page_for_each_command_with_each_of_its_options() {
    let (folder, ran) = pages();
    let ran = ran.exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    let mut expected = BTreeSet::new();
    for command in commands() {
        let name = args("zombie-sweeper", &command).join("-");
        let page = fs::read_to_string(folder.path().join(format!("share/man/man1/{name}.1"))).unwrap();
        assert_eq!(described(&page), options(&command), "{name}");
        assert!(
            unescaped(&page).contains(&format!(".SH NAME\n{name} - ")),
            "{page}"
        );
        expected.insert(format!("{name}.1"));
    }
    let found = fs::read_dir(folder.path().join("share/man/man1")).unwrap();
    let found: BTreeSet<_> = found
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn the_programs_page_goes_to_standard_output_and_names_the_others_and_the_exit_codes() {
    let (folder, _) = pages();
    let page = printed(&["man"]);
    let written = fs::read_to_string(folder.path().join("share/man/man1/zombie-sweeper.1")).unwrap();
    assert_eq!(page, written);
    let page = unescaped(&page);
    for command in commands().iter().skip(1) {
        assert!(
            page.contains(&format!("zombie-sweeper-{command}(1)")),
            "{command}"
        );
    }
    // What stands below the options in the help stands there as it is.
    let help = printed(&["--help"]);
    for line in help.lines().skip_while(|line| *line != "Examples:") {
        match line.strip_suffix(':').filter(|title| !title.starts_with(' ')) {
            Some(title) => assert!(page.contains(&title.to_uppercase()), "{title}"),
            None => assert!(page.contains(line), "{line}"),
        }
    }
}

#[test]
fn a_page_that_cannot_be_written_is_told() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let ran = zombie_sweeper(["man", "--output", file.join("man1").to_str().unwrap()]).run();
    assert!(ran.stderr.contains("failed to make"), "{}", ran.stderr);
    ran.exits(74);
}

#[test]
fn each_shell_completes_each_option_of_each_command() {
    for shell in SHELLS {
        let script = printed(&["completions", shell]);
        let found = words(&script);
        for command in commands() {
            assert!(
                command.is_empty() || found.contains(command.as_str()),
                "{shell}: {command}"
            );
            for option in options(&command) {
                let is_there = match shell {
                    "fish" => script.contains(&format!(" -l {option} ")),
                    _ => found.contains(format!("--{option}").as_str()),
                };
                assert!(is_there, "{shell}: {command} --{option}");
            }
        }
    }
}

#[test]
fn nothing_hidden_is_shown() {
    let (folder, _) = pages();
    let pages = fs::read_dir(folder.path().join("share/man/man1")).unwrap();
    let pages = pages.map(|page| unescaped(&fs::read_to_string(page.unwrap().path()).unwrap()));
    let scripts = SHELLS.map(|shell| printed(&["completions", shell]));
    let helps = commands()
        .into_iter()
        .map(|command| printed(&args(&command, "--help")));
    for text in pages.chain(scripts).chain(helps) {
        // What the help of an option says of its former name.
        let text = text.replace('\\', "").replace("[alias: --schema]", "");
        let found = words(&text);
        for hidden in ["--schema", "man"] {
            assert!(!found.contains(hidden), "{hidden}: {text}");
        }
        for hidden in ["-l schema ", "for packages"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
    assert_eq!(offered(&["comp"]), set(&[]));
}

/// What bash offers in the place of the last word.
fn offered(typed: &[&str]) -> BTreeSet<String> {
    const SCRIPT: &str = r#"
        set -u
        source <("$0" completions bash)
        function=$(complete -p zombie-sweeper | sed 's/.*-F \([^ ]*\).*/\1/')
        COMP_WORDS=(zombie-sweeper "$@") COMP_CWORD=$#
        "$function" zombie-sweeper "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["-c", SCRIPT, super::program::BINARY]).args(typed);
    let ran = Ran::new(bash.output().unwrap()).exits(0);
    assert_eq!(ran.stderr, "");
    ran.stdout.split_whitespace().map(str::to_owned).collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn bash_completes_commands_and_their_options_and_values() {
    assert_eq!(offered(&["--dr"]), set(&["--dry-run"]));
    assert_eq!(offered(&["dem"]), set(&["demo"]));
    assert_eq!(offered(&["demo", "--k"]), set(&["--keep"]));
    assert_eq!(offered(&["--quiet", "schema", "--li"]), set(&["--list"]));
    assert_eq!(offered(&["schema", "--format", ""]), set(&["json", "text"]));
}

#[test]
fn an_unknown_shell_is_told_which_there_are() {
    let ran = zombie_sweeper(["completions", "csh"]).run().exits(2);
    for shell in SHELLS {
        assert!(ran.stderr.contains(shell), "{}", ran.stderr);
    }
}
