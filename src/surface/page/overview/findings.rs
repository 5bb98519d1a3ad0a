//! What the doctor says, the worst first.

use maud::{Markup, html};
use zombie_sweeper::inspect::{Finding, Severity};

use crate::surface::harmless::{harmless, shortened};
use crate::surface::page::said::{self, capital};

/// The most characters of a statement.
const SQL: usize = 4000;

pub(super) fn findings(findings: &[Finding]) -> Markup {
    html! {
        @if findings.is_empty() {
            p.calm { "The doctor finds nothing wrong." }
        } @else {
            ul.findings { @for finding in findings { (one(finding)) } }
        }
    }
}

fn one(finding: &Finding) -> Markup {
    let class = match finding.severity {
        Severity::Error => "bad",
        Severity::Warning => "warn",
        Severity::Notice => "note",
    };
    html! {
        li {
            p {
                span class={ "badge " (class) } { (finding.severity) } " "
                (said::sentence(&capital(&finding.seen))) "."
            }
            p.advice { (said::sentence(&capital(&finding.advice))) "." }
            @if let Some(sql) = &finding.sql {
                pre tabindex="0" aria-label="A statement that mends it" { code { (harmless(&shortened(sql, SQL), &['\n'])) } }
            }
        }
    }
}
