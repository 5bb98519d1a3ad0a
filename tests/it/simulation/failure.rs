use std::error::Error;

/// Why a sequence failed: an invariant that did not hold, or an error that nobody expected.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

pub(super) type Fallible<T = ()> = Result<T, Failure>;

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut behind = error.source();
        while let Some(error) = behind {
            text = format!("{text}: {error}");
            behind = error.source();
        }
        Self(format!("unexpected error: {text}"))
    }
}

/// Fails the sequence, with a sentence, unless the condition holds.
macro_rules! hold {
    ($condition:expr, $($sentence:tt)+) => {
        if !$condition {
            return Err($crate::simulation::failure::Failure(format!($($sentence)+)));
        }
    };
}

pub(super) use hold;
