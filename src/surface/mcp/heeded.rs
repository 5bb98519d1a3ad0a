//! What comes in from a client, on its way to who speaks the protocol: that leaves out a line that is no JSON, and answers nothing, as
//! no message says whom. So the log tells, once.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use serde::de::IgnoredAny;
use tokio::io::{AsyncRead, ReadBuf};

/// Of a longer line it is not told, as it would have to be kept.
const LONGEST: usize = 64 * 1024;

/// Reads on, and heeds what it reads until it has told of a line.
pub(super) struct Heeded<R> {
    stream: R,
    line: Line,
}

enum Line {
    /// What has come of it.
    Begun(Vec<u8>),
    /// It is too long to be heeded.
    Long,
    /// One was told of, and no other is.
    Told,
}

impl<R> Heeded<R> {
    pub(super) fn new(stream: R) -> Self {
        Self {
            stream,
            line: Line::Begun(Vec::new()),
        }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Heeded<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(context, into));
        self.line.hear(into.filled().get(before..).unwrap_or_default());
        Poll::Ready(read)
    }
}

impl Line {
    fn hear(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            match self {
                Self::Told => return,
                Self::Long => {}
                Self::Begun(line) if line.len() + part.len() > LONGEST => *self = Self::Long,
                Self::Begun(line) => line.extend_from_slice(part),
            }
            if part.ends_with(b"\n") {
                self.end();
            }
        }
    }

    fn end(&mut self) {
        let is_told = match self {
            Self::Begun(line) => tell(line),
            Self::Long | Self::Told => false,
        };
        *self = if is_told {
            Self::Told
        } else {
            Self::Begun(Vec::new())
        };
    }
}

/// Tells of a line that is none of JSON; whether it is.
fn tell(line: &[u8]) -> bool {
    // Some begin with a mark of their encoding.
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    if line.is_empty() {
        return false;
    }
    let Err(why) = serde_json::from_slice::<IgnoredAny>(line) else {
        return false;
    };
    tracing::warn!(
        "the client sent a line that is no JSON ({why}): expected a message of MCP on each. It was left out without an answer, and \
         so are others like it, which are not told of"
    );
    true
}
