//! Which file of a tree of sources imports which, whatever stands between the two.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Import, Source};

/// Files by their paths from the root of the crate.
pub(super) struct House<'s> {
    sources: BTreeMap<&'s str, Source<'s>>,
    /// By the path of the module, in which `super` and `crate` do not stand.
    modules: BTreeMap<Vec<&'s str>, Vec<&'s str>>,
}

impl<'s> House<'s> {
    pub(super) fn read(files: impl IntoIterator<Item = (&'s str, &'s str)>) -> Self {
        let sources = files.into_iter().map(|(file, text)| (file, Source::read(text)));
        let sources: BTreeMap<_, _> = sources.collect();
        let mut modules: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
        for file in sources.keys() {
            modules.entry(module(file)).or_default().push(file);
        }
        for (file, source) in &sources {
            for (name, others) in &source.elsewhere {
                let mut path = module(file);
                let beside = others.iter().filter_map(|other| {
                    let other = other.trim_end_matches(".rs");
                    modules.get(&[&path[..], &[other]].concat())
                });
                let files = beside.flatten().copied().collect();
                path.push(name);
                modules.insert(path, files);
            }
        }
        Self { sources, modules }
    }

    /// The files that each file imports.
    pub(super) fn imports(&self) -> BTreeMap<&'s str, BTreeSet<&'s str>> {
        let of_file = |(file, source): (&&'s str, &Source<'s>)| {
            let paths = source.imports.iter().map(|import| &import.path);
            let mut found = BTreeSet::new();
            for path in paths.chain(&source.paths) {
                self.resolve(&module(file), path, &mut Vec::new(), &mut found);
            }
            found.remove(file);
            (*file, found)
        };
        self.sources.iter().map(of_file).collect()
    }

    /// Adds the files in which that is defined which a path means in the module `from`. A module that has a file of its own
    /// is defined there; one that is a folder is where its parts are.
    fn resolve(
        &self,
        from: &[&'s str],
        path: &[&'s str],
        behind: &mut Vec<(Vec<&'s str>, Vec<&'s str>)>,
        found: &mut BTreeSet<&'s str>,
    ) {
        let step = (from.to_vec(), path.to_vec());
        if behind.contains(&step) {
            return;
        }
        behind.push(step);
        let mut from = from.to_vec();
        let mut rest = path;
        // What a path begins with may also be something from outside, or of the file itself.
        let mut is_begun = false;
        while let [name, after @ ..] = rest {
            match *name {
                "crate" | "zombie_sweeper" => from.clear(),
                "self" => {}
                "super" => drop(from.pop()),
                name if self.modules.contains_key(&[&from[..], &[name]].concat()) => from.push(name),
                _ => break,
            }
            is_begun = true;
            rest = after;
        }
        let [name, rest @ ..] = rest else {
            return found.extend(self.files(&from).filter(|file| !is_folder(file)));
        };
        let imports = self.files(&from).flat_map(|file| &self.sources[file].imports);
        let named: Vec<_> = imports.filter(|import| import.name == *name).collect();
        // One that begins with the name that it gives comes from outside.
        for Import { path, .. } in named.iter().filter(|import| import.path[0] != *name) {
            self.resolve(&from, &[path, rest].concat(), behind, found);
        }
        if named.is_empty() && is_begun {
            found.extend(self.files(&from));
        }
    }

    fn files(&self, module: &[&'s str]) -> impl Iterator<Item = &'s str> {
        self.modules.get(module).into_iter().flatten().copied()
    }
}

fn is_folder(file: &str) -> bool {
    matches!(file.rsplit('/').next(), Some("mod.rs" | "lib.rs"))
}

/// The path of the module that a file is.
fn module(file: &str) -> Vec<&str> {
    let mut path: Vec<_> = file.trim_end_matches(".rs").split('/').collect();
    path.truncate(path.len() - usize::from(is_folder(file)));
    path
}

/// Each circle once, its files in order; of those through one file the shortest.
pub(super) fn circles<'s>(imports: &BTreeMap<&'s str, BTreeSet<&'s str>>) -> BTreeSet<Vec<&'s str>> {
    let through = imports.keys().filter_map(|file| circle(file, imports));
    let from_the_first = through.map(|mut circle| {
        let first = circle.iter().zip(0..).min().map_or(0, |(_, place)| place);
        circle.rotate_left(first);
        circle
    });
    from_the_first.collect()
}

fn circle<'s>(start: &'s str, imports: &BTreeMap<&'s str, BTreeSet<&'s str>>) -> Option<Vec<&'s str>> {
    let mut ways = vec![vec![start]];
    let mut seen = BTreeSet::new();
    let mut place = 0;
    while let Some(way) = ways.get(place).cloned() {
        for next in imports.get(way[way.len() - 1]).into_iter().flatten() {
            if *next == start {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push([&way[..], &[next]].concat());
            }
        }
        place += 1;
    }
    None
}
