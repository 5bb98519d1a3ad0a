//! Runs a command and prints the most memory, in KiB, that it was resident with.
//!
//! A program of its own, because the kernel counts what was there before `exec` too: seen from here that is 2 MiB, seen
//! from Python the whole interpreter.

use std::process::{Command, Stdio, exit};

unsafe extern "C" {
    fn getrusage(who: i32, usage: *mut [i64; 18]) -> i32;
}

fn main() {
    let mut words = std::env::args_os().skip(1);
    let program = words.next().expect("a command");
    let ended = Command::new(program)
        .args(words)
        .stdout(Stdio::null())
        .status()
        .expect("it starts");
    let (children, mut usage) = (-1, [0; 18]);
    unsafe { getrusage(children, &raw mut usage) };
    println!("{}", usage[4]); // ru_maxrss, behind two times of two words each
    exit(ended.code().unwrap_or(1));
}
