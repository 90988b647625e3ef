//! Server-sent events: what stands now, then every change, until nothing changes any more.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::response::sse::Event;
use futures_util::Stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Web;
use super::api::views::ApplicationView;
use super::problem::{Kind, Problem};
use crate::domain::application::Application;
use crate::domain::id::{ApplicantId, ApplicationId};

/// After which the client comes back, in milliseconds.
const RETRY_MS: u64 = 2000;

/// Open streams by person.
pub struct Streams {
    per_person: u8,
    open: Arc<Mutex<HashMap<ApplicantId, u8>>>,
}

impl Streams {
    /// None open; so many allowed to each person.
    #[must_use]
    pub fn new(per_person: u8) -> Self {
        Self {
            per_person,
            open: Arc::default(),
        }
    }

    /// A place for one more stream of this person; given back when it is dropped.
    ///
    /// # Errors
    /// When they hold as many as is allowed.
    pub fn enter(&self, who: ApplicantId) -> Result<Place, Problem> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(who).or_insert(0);
        if *count >= self.per_person {
            return Err(Problem::new(Kind::TooManyStreams).retry_after(30));
        }
        *count += 1;
        Ok(Place {
            who,
            open: Arc::clone(&self.open),
        })
    }
}

/// One open stream's place.
pub struct Place {
    who: ApplicantId,
    open: Arc<Mutex<HashMap<ApplicantId, u8>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.who) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.who);
            }
        }
    }
}

/// One application that somebody follows.
struct Follow {
    web: Web,
    who: ApplicantId,
    id: ApplicationId,
    changes: Receiver<ApplicationId>,
    /// What was sent last; `None` before the first event.
    sent: Option<i64>,
    /// What is to be sent first.
    first: Option<Application>,
    ended: bool,
    _place: Place,
}

/// Follows an application of a person from its current state on.
///
/// # Errors
/// When it is not theirs, or they follow too much.
pub async fn follow(
    web: Web,
    who: ApplicantId,
    id: ApplicationId,
) -> Result<impl Stream<Item = Result<Event, Infallible>>, Problem> {
    // Listen first, then look: a change in between is then seen twice, never missed.
    let changes = web.ctx.bell.subscribe();
    let first = web.prefill.one(who, id).await?;
    let place = web.streams.enter(who)?;
    let limit = web.limits.stream;
    let follow = Follow {
        web,
        who,
        id,
        changes,
        sent: None,
        first: Some(first),
        ended: false,
        _place: place,
    };
    let stream = futures_util::stream::unfold(follow, |mut follow| async move {
        let event = follow.next().await?;
        Some((Ok(event), follow))
    });
    Ok(futures_util::StreamExt::take_until(
        stream,
        Box::pin(tokio::time::sleep(limit)),
    ))
}

impl Follow {
    async fn next(&mut self) -> Option<Event> {
        if let Some(first) = self.first.take() {
            return self.event(&first);
        }
        while !self.ended && self.changed().await {
            // A passing failure to read ends nothing: the client comes back and begins with the current state.
            let application = self.web.prefill.one(self.who, self.id).await.ok()?;
            if self.sent != Some(application.version) {
                return self.event(&application);
            }
        }
        None
    }

    /// Waits until the application may have changed; false when the service ends.
    async fn changed(&mut self) -> bool {
        let mut stop = self.web.stop.clone();
        loop {
            let heard = tokio::select! {
                heard = self.changes.recv() => heard,
                _ = stop.wait_for(|stop| *stop) => return false,
            };
            match heard {
                Ok(id) if id == self.id => return true,
                // Some were missed; ours may be among them.
                Err(RecvError::Lagged(_)) => return true,
                Ok(_) => {}
                Err(RecvError::Closed) => return false,
            }
        }
    }

    fn event(&mut self, application: &Application) -> Option<Event> {
        self.sent = Some(application.version);
        self.ended = application.state.name().is_final();
        let view = ApplicationView::of(application);
        let event = Event::default()
            .event("state")
            .id(application.version.to_string());
        event
            .retry(std::time::Duration::from_millis(RETRY_MS))
            .json_data(view)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    #[test]
    fn a_person_holds_only_so_many_streams_and_gives_them_back() {
        let streams = Streams::new(2);
        let who = ApplicantId::new(Timestamp::EPOCH, [1; 10]);
        let other = ApplicantId::new(Timestamp::EPOCH, [2; 10]);
        let one = streams.enter(who).unwrap();
        let two = streams.enter(who).unwrap();
        assert_eq!(
            streams.enter(who).err().unwrap().kind(),
            Kind::TooManyStreams
        );
        assert!(streams.enter(other).is_ok());
        drop(one);
        assert!(streams.enter(who).is_ok());
        drop(two);
        assert!(streams.open.lock().unwrap().is_empty());
    }
}
