//! Authorization codes that wait to be redeemed: short-lived, used once, and never more than a bounded number.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// A code is good for two minutes.
const LIFETIME_MICROS: i64 = 120_000_000;
const CODES_MAX: usize = 10_000;

/// What a code stands for.
pub(super) struct Grant {
    pub(super) subject: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
}

#[derive(Default)]
struct Open {
    grants: HashMap<String, (Grant, i64)>,
    order: VecDeque<String>,
    issued: u64,
}

/// The open codes.
pub(super) struct Codes {
    open: Mutex<Open>,
    seed: u64,
}

impl Codes {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            open: Mutex::default(),
            seed,
        }
    }

    pub(super) fn issue(&self, grant: Grant, now_micros: i64) -> String {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.issued += 1;
        let digest = Sha256::digest(format!("{}/{}/{now_micros}", self.seed, open.issued));
        let code = URL_SAFE_NO_PAD.encode(digest);
        if open.order.len() >= CODES_MAX
            && let Some(oldest) = open.order.pop_front()
        {
            open.grants.remove(&oldest);
        }
        open.order.push_back(code.clone());
        open.grants
            .insert(code.clone(), (grant, now_micros + LIFETIME_MICROS));
        code
    }

    pub(super) fn redeem(&self, code: &str, now_micros: i64) -> Option<Grant> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (grant, until) = open.grants.remove(code)?;
        (now_micros < until).then_some(grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> Grant {
        Grant {
            subject: "talent-000001".to_owned(),
            client_id: "c".to_owned(),
            redirect_uri: "http://127.0.0.1/".to_owned(),
            challenge: "x".to_owned(),
            nonce: None,
        }
    }

    #[test]
    fn a_code_is_good_once_and_not_for_long() {
        let codes = Codes::new(1);
        let code = codes.issue(grant(), 0);
        assert!(codes.redeem(&code, 1).is_some());
        assert!(codes.redeem(&code, 1).is_none());
        let late = codes.issue(grant(), 0);
        assert!(codes.redeem(&late, LIFETIME_MICROS).is_none());
    }

    #[test]
    fn the_oldest_code_gives_way_when_there_are_too_many() {
        let codes = Codes::new(1);
        let first = codes.issue(grant(), 0);
        for _ in 0..CODES_MAX {
            codes.issue(grant(), 0);
        }
        assert!(codes.redeem(&first, 1).is_none());
    }
}
