//! Standard output and standard error may lead to a reader that has stopped reading: a pager, a stuck collector. Writing
//! waits for it in short steps, so that one signal ends the program whatever its readers do.

use std::io::{self, ErrorKind, Write};
use std::thread;
use std::time::Duration;

use super::{notify, signals};

/// What is written at once. A pipe with room for anything takes as much without making the writer wait.
const PIECE: usize = 4096;

/// How long to wait before looking again whether a signal came.
const STEP: Duration = Duration::from_millis(10);

/// How long a reader may take nothing once a signal has come. One that reads at all is faster.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// One of the two streams.
pub(crate) struct Stream {
    to: To,
    /// How long the reader may take nothing before it is given up; `None`: as long as no signal comes.
    patience: Option<Duration>,
    /// For how long it has taken nothing by now.
    waited: Duration,
}

#[derive(Clone, Copy)]
enum To {
    Output,
    Error,
}

impl Stream {
    /// Standard output, whose reader may take its time.
    pub(crate) const fn output() -> Self {
        Self {
            to: To::Output,
            patience: None,
            waited: Duration::ZERO,
        }
    }

    /// Standard error, whose reader may take nothing for so long.
    pub(crate) const fn error(patience: Duration) -> Self {
        Self {
            to: To::Error,
            patience: Some(patience),
            waited: Duration::ZERO,
        }
    }

    /// Fails where the reader has taken nothing for so long that it is given up.
    fn give_up(&self) -> io::Result<()> {
        let (patience, why) = match signals::name() {
            Some(signal) => (Some(LAST_WORDS), format!("{signal} came while nobody read it")),
            None => (self.patience, "nobody reads it".to_owned()),
        };
        if patience.is_some_and(|patience| self.waited >= patience) {
            return Err(io::Error::new(ErrorKind::TimedOut, why));
        }
        Ok(())
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = bytes.get(..PIECE).unwrap_or(bytes);
        let mut step = Duration::ZERO;
        loop {
            if self.to.has_room(step)? {
                match self.to.write(piece) {
                    // Others write there too, and somebody has set it not to make a writer wait.
                    Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(step),
                    written => {
                        self.waited = Duration::ZERO;
                        return written;
                    }
                }
            }
            self.waited += step;
            self.give_up()?;
            if let To::Output = self.to {
                notify::alive(); // what waits for its reader hangs no more than what waits for a lock
            }
            step = STEP;
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
impl To {
    /// Waits so long for room to write into, or for an error to meet.
    fn has_room(self, time: Duration) -> io::Result<bool> {
        use std::os::fd::AsFd as _;

        use nix::errno::Errno;
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

        let (output, error) = (io::stdout(), io::stderr());
        let file = match self {
            Self::Output => output.as_fd(),
            Self::Error => error.as_fd(),
        };
        let time = PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(file, PollFlags::POLLOUT)], time) {
            Err(Errno::EINTR) => Ok(false),
            found => Ok(found? > 0),
        }
    }

    /// Straight to the file, as what is kept back would be written unasked, and unheeded.
    fn write(self, piece: &[u8]) -> io::Result<usize> {
        Ok(match self {
            Self::Output => nix::unistd::write(io::stdout(), piece)?,
            Self::Error => nix::unistd::write(io::stderr(), piece)?,
        })
    }
}

#[cfg(not(unix))]
impl To {
    fn has_room(self, _: Duration) -> io::Result<bool> {
        Ok(true)
    }

    fn write(self, piece: &[u8]) -> io::Result<usize> {
        match self {
            Self::Output => io::stdout().write(piece),
            Self::Error => io::stderr().write(piece),
        }
    }
}
