//! What a page was asked for: the filters that stand in its address.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

/// What needs no escape in a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// How often a page may be asked to come anew: less would only load the queue.
const REFRESH_S: std::ops::RangeInclusive<u64> = 5..=3600;

/// The longest id that an address can carry, in bytes: the API takes none that is longer either.
pub(crate) const LONGEST_ID: usize = 2048;

/// The query as the browser sends it: a form sends its empty fields too.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Query {
    project: String,
    reason: String,
    q: String,
    page: String,
    refresh: String,
}

/// The filters in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Of this project only.
    pub(crate) project: Option<String>,
    /// Zombies and reaps for this reason only, by its code.
    pub(crate) reason: Option<String>,
    /// Tasks whose id contains this, in whatever case.
    pub(crate) q: Option<String>,
    /// Which page of the running tasks, from 1.
    pub(crate) page: Option<NonZeroUsize>,
    /// How often the page comes anew.
    pub(crate) refresh: Option<Duration>,
}

impl TryFrom<Query> for Asked {
    type Error = String;

    fn try_from(query: Query) -> Result<Self, String> {
        let text = |text: String| Some(text).filter(|text| !text.is_empty());
        let page = text(query.page).map(|page| {
            page.parse().map_err(|_| {
                format!("page: expected a number from 1 on, found {page:?}; leave it out for the first")
            })
        });
        let refresh = text(query.refresh).map(|every| {
            let seconds = every.parse().ok().filter(|seconds| REFRESH_S.contains(seconds));
            seconds.map(Duration::from_secs).ok_or_else(|| {
                format!(
                    "refresh: expected seconds, {} to {}, found {every:?}; leave it out for a page that stands still",
                    REFRESH_S.start(),
                    REFRESH_S.end()
                )
            })
        });
        Ok(Self {
            project: text(query.project),
            reason: text(query.reason),
            q: text(query.q),
            page: page.transpose()?,
            refresh: refresh.transpose()?,
        })
    }
}

impl Asked {
    /// Whether anything is left out.
    pub(crate) fn is_narrowed(&self) -> bool {
        self.project.is_some() || self.reason.is_some() || self.q.is_some()
    }

    /// Whether this id is asked for.
    pub(crate) fn lets_through(&self, id: &str) -> bool {
        self.q
            .as_ref()
            .is_none_or(|q| id.to_lowercase().contains(&q.to_lowercase()))
    }

    /// Whether what has this reason code is asked for.
    pub(crate) fn is_for(&self, code: &str) -> bool {
        self.reason.as_ref().is_none_or(|reason| reason == code)
    }

    /// Which page, from 0.
    pub(crate) fn place(&self) -> usize {
        self.page.map_or(0, |page| page.get() - 1)
    }

    /// The same filters, another page of them.
    pub(crate) fn at_page(&self, page: usize) -> Self {
        Self {
            page: NonZeroUsize::new(page).filter(|page| page.get() > 1),
            ..self.clone()
        }
    }

    /// The address of the overview with these filters.
    pub(crate) fn address(&self) -> String {
        let page = self.page.map(|page| page.to_string());
        let refresh = self.refresh.map(|every| every.as_secs().to_string());
        address(
            "/",
            [
                ("project", self.project.as_deref()),
                ("reason", self.reason.as_deref()),
                ("q", self.q.as_deref()),
                ("page", page.as_deref()),
                ("refresh", refresh.as_deref()),
            ],
        )
    }
}

/// The address of a task's page; `None` where no address can carry its id.
pub(crate) fn of_task(id: &str, project: Option<&str>) -> Option<String> {
    (id.len() <= LONGEST_ID).then(|| address("/task", [("task", Some(id)), ("project", project)]))
}

fn address<'v>(path: &str, query: impl IntoIterator<Item = (&'v str, Option<&'v str>)>) -> String {
    let mut address = path.to_owned();
    let given = query.into_iter().filter_map(|(key, value)| Some((key, value?)));
    for (place, (key, value)) in given.enumerate() {
        let mark = if place == 0 { '?' } else { '&' };
        // A string takes whatever is written to it.
        let _ = write!(address, "{mark}{key}={}", utf8_percent_encode(value, PLAIN));
    }
    address
}

#[cfg(test)]
mod tests {
    use axum::extract::Query as Read;
    use axum::http::Uri;

    use crate::surface::page::asked::*;

    const HOSTILE: [&str; 5] = [
        "a&task=b#c?d%00",
        "\u{202e}\0\n\"'<>",
        "٣ 🧟 +",
        "../..//%2e",
        " ",
    ];

    fn read<T: serde::de::DeserializeOwned>(address: &str) -> T {
        let uri: Uri = address.parse().unwrap();
        Read::try_from_uri(&uri).unwrap().0
    }

    #[test]
    fn a_filter_is_read_as_it_was_written() {
        for text in HOSTILE {
            let asked = Asked {
                project: Some(text.to_owned()),
                reason: Some(text.to_owned()),
                q: Some(text.to_owned()),
                page: NonZeroUsize::new(7),
                refresh: Some(Duration::from_secs(30)),
            };
            let back: Query = read(&asked.address());
            assert_eq!(Asked::try_from(back), Ok(asked));
        }
    }

    #[test]
    fn a_task_is_read_as_it_was_written() {
        for id in HOSTILE {
            let back: Vec<(String, String)> = read(&of_task(id, Some(id)).unwrap());
            let expected = ["task", "project"].map(|key| (key.to_owned(), id.to_owned()));
            assert_eq!(back, expected);
        }
    }

    #[test]
    fn an_id_that_no_address_can_carry_has_none() {
        assert!(of_task(&"x".repeat(LONGEST_ID), None).is_some());
        assert_eq!(of_task(&"x".repeat(LONGEST_ID + 1), None), None);
    }

    #[test]
    fn what_is_no_page_is_told() {
        for page in ["0", "-1", "two", "99999999999999999999"] {
            let query = Query {
                page: page.to_owned(),
                ..Query::default()
            };
            let said = Asked::try_from(query).unwrap_err();
            assert!(said.contains("from 1 on") && said.contains(page), "{said}");
        }
    }
}
