use std::num::NonZeroUsize;

pub(super) fn parse_number(text: &str) -> Result<usize, String> {
    text.parse()
        .map_err(|_| "expected a whole number, such as 20".to_owned())
}

pub(super) fn parse_positive(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "expected a whole number from 1 on, such as 20".to_owned())
}
