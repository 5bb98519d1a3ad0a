//! Who asks. Thin: a surface takes a request, hands it to the verbs, and shows what came back.

mod brake;
mod called_off;
pub(crate) mod cli;
mod exit;
mod failure;
mod harmless;
mod http;
mod log;
mod lost;
mod mcp;
mod metrics;
mod moment;
mod notify;
mod page;
mod plans;
mod serve;
mod signals;
mod socket_folder;
mod stream;
mod verbs;
mod wait;
mod wall_clock;
mod weight;
