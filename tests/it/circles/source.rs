//! What a source says of other files: its `use` lines and the paths in its code.

/// A path, as it is written, and the name that it gets here; `*` for all that is there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import<'s> {
    pub(super) path: Vec<&'s str>,
    pub(super) name: &'s str,
}

#[derive(Debug, Default)]
pub(super) struct Source<'s> {
    pub(super) imports: Vec<Import<'s>>,
    /// Paths of two words or more that stand in the code.
    pub(super) paths: Vec<Vec<&'s str>>,
    /// Modules that lie in files of another name, and these.
    pub(super) elsewhere: Vec<(&'s str, Vec<&'s str>)>,
}

impl<'s> Source<'s> {
    pub(super) fn read(text: &'s str) -> Self {
        let words = words(text);
        let mut source = Self::default();
        let mut files = Vec::new();
        let mut rest = &words[..];
        while let [word, behind @ ..] = rest {
            rest = behind;
            match (*word, behind) {
                // A `use<'a>` of a type is none.
                ("use", [next, ..]) if *next != "<" => {
                    let end = behind.iter().position(|word| *word == ";").unwrap();
                    add_imports(&behind[..end], &[], &mut source.imports);
                    rest = &behind[end..];
                }
                ("path", ["=", text, ..]) if text.ends_with(".rs\"") => files.push(text.trim_matches('"')),
                ("mod", [name, ..]) if !files.is_empty() => {
                    source.elsewhere.push((name, std::mem::take(&mut files)));
                }
                (".", [_, behind @ ..]) => rest = behind,
                (word, _) if is_name(word) => {
                    let mut path = vec![word];
                    while let ["::", next, behind @ ..] = rest
                        && is_name(next)
                    {
                        path.push(next);
                        rest = behind;
                    }
                    source.paths.extend((path.len() > 1).then_some(path));
                }
                _ => {}
            }
        }
        source
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Adds what stands between `use` and its semicolon, or between two commas of a group behind `before`.
fn add_imports<'s>(words: &[&'s str], before: &[&'s str], imports: &mut Vec<Import<'s>>) {
    let mut path = before.to_vec();
    let mut name = None;
    let mut rest = words;
    while let [word, behind @ ..] = rest {
        rest = behind;
        match (*word, behind) {
            ("::", _) => {}
            ("{", [group @ .., "}"]) => {
                return members(group)
                    .iter()
                    .for_each(|member| add_imports(member, &path, imports));
            }
            ("as", [alias, ..]) => {
                name = Some(*alias);
                break;
            }
            ("self", _) if !path.is_empty() => {}
            (word, _) => path.push(word),
        }
    }
    if let Some(last) = path.last() {
        let name = name.unwrap_or(last);
        imports.push(Import { path, name });
    }
}

/// What the commas of a group part.
fn members<'g, 's>(group: &'g [&'s str]) -> Vec<&'g [&'s str]> {
    let mut depth = 0;
    let is_comma = |word: &&str| {
        depth += i32::from(*word == "{") - i32::from(*word == "}");
        depth == 0 && *word == ","
    };
    let members = group.split(is_comma);
    members.filter(|member| !member.is_empty()).collect()
}

/// Names, double colons, texts in their quotes, and single signs, without comments and characters.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end_of_name = rest.find(|c: char| c != '_' && !c.is_alphanumeric());
        let (length, is_word) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if let Some(length) = length_of_text(rest) {
            (length, true)
        } else if let Some(length) = length_of_character(rest) {
            (length, false)
        } else if rest.starts_with("r#") || rest.starts_with("::") {
            (2, rest.starts_with("::"))
        } else if is_name(rest) {
            (end_of_name.unwrap_or(rest.len()), true)
        } else {
            (first.len_utf8(), !first.is_whitespace())
        };
        let (word, behind) = rest.split_at(length);
        words.extend(is_word.then_some(word));
        rest = behind;
    }
    words
}

fn length_of_text(code: &str) -> Option<usize> {
    let raw = code.trim_start_matches(['b', 'c']);
    if let Some(raw) = raw.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        let start = code.len() - raw.len() + hashes + 1;
        let is_text = raw.starts_with(&format!("{}\"", "#".repeat(hashes)));
        return is_text.then(|| start + code[start..].find(&end).unwrap() + end.len());
    }
    let inner = raw.strip_prefix('"')?;
    Some(code.len() - inner.len() + end_of(inner, '"') + 1)
}

/// Of a character; a lifetime is none.
fn length_of_character(code: &str) -> Option<usize> {
    let inner = code.strip_prefix('\'')?;
    let is_one = inner.starts_with('\\') || inner.chars().nth(1) == Some('\'');
    is_one.then(|| end_of(inner, '\'') + 2)
}

/// Where the first of these quotes stands that no backslash stands before.
fn end_of(inner: &str, quote: char) -> usize {
    let mut is_escaped = false;
    let end = inner.find(|c| {
        let is_end = c == quote && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    end.unwrap()
}
