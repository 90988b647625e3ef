//! What the handlers share: people and keys that never change, and small locked states that do.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::faults::{Channel, FaultSwitch};
use crate::identity::Identity;
use crate::people::{Document, Person};
use crate::schemas::Schemas;
use crate::sink::Sink;
use crate::treasury::Treasury;
use crate::wire::{ChannelKey, NonceStore, WireKeys};

/// The state behind every handler.
pub(crate) struct Shared {
    pub(crate) as_of: Date,
    pub(crate) people: Arc<[Person]>,
    pub(crate) by_document: HashMap<Document, usize>,
    pub(crate) by_account: HashMap<String, usize>,
    pub(crate) by_subject: HashMap<String, usize>,
    pub(crate) keys: WireKeys,
    pub(crate) clock: Clock,
    pub(crate) faults: Arc<FaultSwitch>,
    pub(crate) nonces: NonceStore,
    pub(crate) schemas: Schemas,
    pub(crate) identity: Identity,
    pub(crate) treasury: Treasury,
    pub(crate) sink: Sink,
    /// Becomes true, or closes, when the world stops.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Shared {
    /// The key of a channel.
    pub(crate) fn key(&self, channel: Channel) -> &ChannelKey {
        match channel {
            Channel::Education => &self.keys.education,
            Channel::Degree => &self.keys.degree,
            Channel::SocialSecurity => &self.keys.social_security,
            Channel::Treasury => &self.keys.treasury,
            Channel::Sink => &self.keys.sink,
            Channel::TalentIntroduction | Channel::Sources | Channel::Identity | Channel::All => {
                &self.keys.talent_introduction
            }
        }
    }

    pub(crate) fn person_by_document(&self, document: &Document) -> Option<&Person> {
        self.people.get(*self.by_document.get(document)?)
    }

    pub(crate) fn person_by_account(&self, number: &str) -> Option<&Person> {
        self.people.get(*self.by_account.get(number)?)
    }

    pub(crate) fn person_by_subject(&self, subject: &str) -> Option<&Person> {
        self.people.get(*self.by_subject.get(subject)?)
    }

    /// Completes when the world stops.
    pub(crate) async fn stopped(&self) {
        let mut stopping = self.stopping.clone();
        // A closed channel means that the world was dropped: stopped as well.
        let _closed = stopping.wait_for(|stop| *stop).await;
    }
}
