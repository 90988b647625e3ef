//! Work that many small things add up to, on a thread beside the one that makes them.

use std::io;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Pieces that wait for their work at most.
const WAITING_MAX: usize = 4;

/// What items are added to, many at a time.
pub(super) trait Sum: Clone + Send + 'static {
    /// What is added.
    type Item: Send;
    /// The name of the thread.
    const THREAD: &str;

    /// Adds them in their order.
    fn add(&mut self, items: &[Self::Item]);
}

/// Where it is added up: here, and from the second full piece on beside.
pub(super) enum Adding<S: Sum> {
    Here(S),
    Beside {
        pieces: SyncSender<Vec<S::Item>>,
        spare: Receiver<Vec<S::Item>>,
        sum: JoinHandle<S>,
    },
}

impl<S: Sum> Adding<S> {
    /// Adds what the piece holds and leaves an empty one. A `full` piece tells that many more may come.
    ///
    /// # Errors
    /// When the thread has broken off.
    pub(super) fn take(&mut self, piece: &mut Vec<S::Item>, full: bool) -> io::Result<()> {
        match self {
            Self::Here(sum) => {
                sum.add(piece);
                piece.clear();
                // Where no thread is to be had, it goes on here.
                if full && let Ok(beside) = Self::beside(sum.clone()) {
                    *self = beside;
                }
                Ok(())
            }
            Self::Beside { pieces, spare, .. } => {
                let next = spare.try_recv().unwrap_or_default();
                let full = std::mem::replace(piece, next);
                pieces.send(full).map_err(|_| broken_off())
            }
        }
    }

    fn beside(sum: S) -> io::Result<Self> {
        let (pieces, waiting) = sync_channel(WAITING_MAX);
        let (empty, spare) = channel();
        let sum = Builder::new()
            .name(S::THREAD.to_owned())
            .spawn(move || add_all(sum, waiting, &empty))?;
        Ok(Self::Beside { pieces, spare, sum })
    }

    /// What everything adds up to.
    ///
    /// # Errors
    /// When the thread has broken off.
    pub(super) fn finish(self) -> io::Result<S> {
        match self {
            Self::Here(sum) => Ok(sum),
            Self::Beside { pieces, sum, .. } => {
                drop(pieces);
                sum.join().map_err(|_| broken_off())
            }
        }
    }
}

fn broken_off() -> io::Error {
    io::Error::other("the thread beside the file's broke off")
}

/// Adds piece after piece and gives each back to be filled anew.
fn add_all<S: Sum>(mut sum: S, waiting: Receiver<Vec<S::Item>>, empty: &Sender<Vec<S::Item>>) -> S {
    for mut piece in waiting {
        sum.add(&piece);
        piece.clear();
        // At the end nobody wants it back.
        let _ = empty.send(piece);
    }
    sum
}
