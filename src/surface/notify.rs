//! What the service manager is told, where one has started the program and wants to know (`NOTIFY_SOCKET`): nothing else
//! is done where there is none.

/// Whoever stays tells that it is alive from now on.
pub(crate) fn begin() {
    told::begin();
}

/// The first look went well.
pub(crate) fn ready() {
    told::ready();
}

/// It opens everything anew; [`ready`] ends it.
pub(crate) fn reloading() {
    told::reloading();
}

/// It ends.
pub(crate) fn stopping() {
    told::stopping();
}

/// How it stands, in one line.
pub(crate) fn status(line: &str) {
    told::status(line);
}

/// It is alive, and no further than a moment from looking whether it is to end. May be said as often as one likes.
pub(crate) fn alive() {
    told::alive();
}

#[cfg(target_os = "linux")]
mod told {
    use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

    use nix::time::{ClockId, clock_gettime};
    use sd_notify::NotifyState;

    static IS_HEARD: AtomicBool = AtomicBool::new(false);
    /// The second in which it was said last.
    static SAID: AtomicI64 = AtomicI64::new(i64::MIN);

    pub(super) fn begin() {
        let is_heard = std::env::var_os("NOTIFY_SOCKET").is_some_and(|socket| !socket.is_empty());
        IS_HEARD.store(is_heard, Ordering::Relaxed);
    }

    pub(super) fn ready() {
        tell(&[NotifyState::Ready]);
    }

    pub(super) fn reloading() {
        match NotifyState::monotonic_usec_now() {
            Ok(since) => tell(&[NotifyState::Reloading, since]),
            Err(_) => tell(&[NotifyState::Reloading]),
        }
    }

    pub(super) fn stopping() {
        tell(&[NotifyState::Stopping]);
    }

    pub(super) fn status(line: &str) {
        tell(&[NotifyState::Status(line)]);
    }

    pub(super) fn alive() {
        if !IS_HEARD.load(Ordering::Relaxed) {
            return;
        }
        let Ok(now) = clock_gettime(ClockId::CLOCK_MONOTONIC_COARSE) else {
            return;
        };
        if SAID.swap(now.tv_sec(), Ordering::Relaxed) != now.tv_sec() {
            tell(&[NotifyState::Watchdog]);
        }
    }

    /// Who does not listen misses it: a service manager that is started anew asks for nothing that was said before.
    fn tell(state: &[NotifyState<'_>]) {
        if IS_HEARD.load(Ordering::Relaxed)
            && let Err(error) = sd_notify::notify(state)
        {
            tracing::debug!("the service manager does not listen: {error}");
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod told {
    pub(super) fn begin() {}
    pub(super) fn ready() {}
    pub(super) fn reloading() {}
    pub(super) fn stopping() {}
    pub(super) fn status(_: &str) {}
    pub(super) fn alive() {}
}
