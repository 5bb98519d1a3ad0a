//! How everything that runs here learns that it is to end.

use tokio::sync::watch;

/// Whoever can end it all.
#[derive(Clone)]
pub(crate) struct Ender(watch::Sender<bool>);

/// Whoever has to know.
#[derive(Clone)]
pub(super) struct Ending(watch::Receiver<bool>);

/// Both ends of it.
pub(super) fn ending() -> (Ender, Ending) {
    let (ender, ending) = watch::channel(false);
    (Ender(ender), Ending(ending))
}

impl Ender {
    /// It is to end now.
    pub(crate) fn end(&self) {
        self.0.send_replace(true);
    }

    /// Ends it when this is dropped, however that comes about.
    pub(crate) fn at_the_end(&self) -> AtTheEnd<'_> {
        AtTheEnd(self)
    }
}

/// With it, all ends.
pub(crate) struct AtTheEnd<'e>(&'e Ender);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Ending {
    /// Waits until it is to end: what is open then is closed, and what is long is cut short.
    pub(super) async fn begun(&mut self) {
        // Where nobody is left who could say so, it has ended.
        let _ = self.0.wait_for(|has_ended| *has_ended).await;
    }
}
