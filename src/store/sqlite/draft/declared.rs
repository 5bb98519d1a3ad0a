//! Words that the declaration of a table names: the default of a column, and what a CHECK allows it.

use super::super::catalog::ColumnInfo;

/// The default, where it is a word or a number.
pub(super) fn default_word(column: &ColumnInfo) -> Option<String> {
    let text = column.default.as_deref()?.trim();
    let inner = [('\'', '\''), ('"', '"')].into_iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.is_empty() && !inner.contains(close)).then(|| inner.to_owned())
    });
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    inner.or_else(|| is_number.then(|| text.to_owned()))
}

/// The words of `column IN ('a', 'b')` in a table's declaration, the first such list.
pub(super) fn allowed_words(sql: &str, column: &str) -> Vec<String> {
    let lower = sql.to_ascii_lowercase();
    let name = column.to_ascii_lowercase();
    let lists = lower.match_indices(&name).filter_map(|(place, _)| {
        let behind = place + name.len();
        let rest = lower.get(behind..)?;
        let list = rest.trim_start_matches(|c: char| c.is_whitespace() || "\"]`".contains(c));
        let list = list.strip_prefix("in")?.trim_start().strip_prefix('(')?;
        sql.get(sql.len() - list.len()..)
    });
    lists
        .map(quoted_words)
        .find(|words| !words.is_empty())
        .unwrap_or_default()
}

/// The texts in quotes up to the bracket that ends the list.
fn quoted_words(list: &str) -> Vec<String> {
    let end = list.find(')').unwrap_or(list.len());
    let parts = list.get(..end).unwrap_or_default().split('\'');
    parts.skip(1).step_by(2).map(str::to_owned).collect()
}
