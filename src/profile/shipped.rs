//! The profiles that come with the program, by their names. `build.rs` makes the table of the files beside this one.

use super::{BUILT_IN_NAME, Profile, ProfileError};

/// How many names an error offers.
const MOST_NEAREST: usize = 5;

struct Shipped {
    name: &'static str,
    about: &'static str,
    toml: &'static str,
}

/// The built-in one, then the others by their names.
const SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

impl Profile {
    /// The profiles that ship, each by its name, with one line on what it is for. Orchestra's, the built-in one, goes
    /// first; the others follow by their names.
    pub fn shipped() -> impl Iterator<Item = (&'static str, &'static str)> {
        SHIPPED.iter().map(|shipped| (shipped.name, shipped.about))
    }

    /// The one of this name that ships.
    ///
    /// # Errors
    ///
    /// [`ProfileError::Unknown`] where none has this name.
    pub fn named(name: &str) -> Result<Self, ProfileError> {
        if name == BUILT_IN_NAME {
            return Ok(Self::default());
        }
        let Some(shipped) = SHIPPED.iter().find(|shipped| shipped.name == name) else {
            return Err(ProfileError::Unknown {
                name: name.to_owned(),
                nearest: nearest(name),
            });
        };
        let profile = Self::from_toml(shipped.toml)?;
        Ok(profile.called(shipped.name))
    }
}

impl Profile {
    /// Whether it is one of those that ship, whose words were held to the queue's own.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        SHIPPED.iter().any(|shipped| shipped.name == self.name())
    }
}

fn nearest(name: &str) -> Vec<&'static str> {
    let asked = name.to_lowercase();
    let mut names: Vec<_> = SHIPPED.iter().map(|shipped| shipped.name).collect();
    names.sort_by_cached_key(|name| {
        // Descending, and as an order that floats have.
        std::cmp::Reverse(strsim::jaro_winkler(name, &asked).to_bits())
    });
    names.truncate(MOST_NEAREST);
    names
}
