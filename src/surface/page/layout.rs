//! What stands around each page.

use maud::{DOCTYPE, Markup, html};

/// A whole page. `now` says what is told in the corner: of what, and as of when.
pub(crate) fn page(title: &str, corner: &Markup, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " – zombie-sweeper" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header.top {
                    a.brand href="/" { (mark()) "zombie-sweeper" }
                    div.corner { (corner) }
                }
                main #main tabindex="-1" { (main) }
                footer {
                    nav aria-label="More" {
                        a href="/" { "Overview" }
                        a href="/docs" { "HTTP API" }
                        a href="/metrics" { "Metrics" }
                    }
                    span { "zombie-sweeper " (env!("CARGO_PKG_VERSION")) }
                }
            }
        }
    }
}

/// The sign of the house: a pulse that ends, and begins again.
fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
            rect width="32" height="32" rx="8" {}
            path d="M5 17h5l3-8 5 15 3-10 1.5 3H27" {}
        }
    }
}
