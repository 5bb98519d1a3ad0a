//! `--metrics-file`: what `node_exporter` finds, and that nothing about it has a say in how a sweep ends.
#![allow(clippy::float_cmp, reason = "what is read is to be what was written")]

mod file;
mod place;
mod told;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::place::Place;
use super::program::Program;
use crate::metrics::series;

const NAME: &str = "sweeper.prom";

impl Place {
    fn metrics_file(&self) -> PathBuf {
        self.file(NAME)
    }

    /// The program, told to write the file.
    fn measured(&self, args: &[&str]) -> Program {
        let file = self.metrics_file();
        self.sweeper(&["--metrics-file", file.to_str().unwrap()])
            .args(args)
    }

    /// What stands in the file.
    fn metrics(&self) -> BTreeMap<String, f64> {
        series(&fs::read_to_string(self.metrics_file()).unwrap())
    }
}
