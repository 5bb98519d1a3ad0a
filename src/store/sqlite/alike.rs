//! Which names look like one that is not there.

/// Up to how many bytes a name is read to be compared, and named to whom it may help: nobody types a longer one.
pub(super) const READ: usize = 2048;

/// How much of a name is compared, in characters. What it costs grows with the square of it.
const COMPARED: usize = 64;

/// How many are named.
const NAMED: usize = 5;

/// Those most like this one, the most similar first.
pub(super) fn nearest(mut names: Vec<String>, asked: &str) -> Vec<String> {
    let asked = beginning(asked);
    names.sort_by_cached_key(|name| {
        // Descending, and as an order that floats have.
        std::cmp::Reverse(strsim::jaro_winkler(&beginning(name), &asked).to_bits())
    });
    names.truncate(NAMED);
    names
}

fn beginning(name: &str) -> String {
    let beginning = name.chars().take(COMPARED);
    beginning.flat_map(char::to_lowercase).collect()
}
