//! Judges server-to-server tokens.

use token_core::keys::KeySet;
use token_core::s2s::{Scratch, Token};
use token_core::{Budget, Finding, Policy, ReplayWatch, UnixTime, Validator, Verdict};

use super::MAX_REMEMBERED;
use crate::input::Readable;
use crate::report::{Judged, Place, SnapshotView, Subject, TokenView, View};

/// What judges tokens, and remembers those that it accepted.
pub(super) struct TokenJudge<'k> {
    validator: Validator<&'k KeySet>,
    snapshots: &'k [SnapshotView],
    watch: ReplayWatch,
    now: UnixTime,
    reveal: bool,
}

impl<'k> TokenJudge<'k> {
    pub(super) fn new(
        policy: Policy,
        keys: &'k KeySet,
        snapshots: &'k [SnapshotView],
        now: UnixTime,
        reveal: bool,
    ) -> Self {
        let watch = ReplayWatch::new(MAX_REMEMBERED);
        Self { validator: Validator::new(policy, keys), snapshots, watch, now, reveal }
    }

    pub(super) fn judge(&mut self, bytes: &[u8], place: Place, notes: Vec<&'static str>) -> Judged {
        let mut review = self.validator.review(bytes, self.now);
        if review.verdict() == Verdict::Valid {
            review.add(self.observe(bytes));
        }
        let subject = Subject::token(Some(view(bytes, self.now, self.reveal, true)));
        Judged::new(place, &review, subject, notes).with(self.snapshots)
    }

    /// Says whether an accepted token stood in this run's input before.
    fn observe(&mut self, bytes: &[u8]) -> Finding {
        let mut scratch = Scratch::new();
        let expires = Token::decode(bytes, &Budget::DEFAULT, &mut scratch).expires();
        self.watch.observe(bytes, expires.unwrap_or(UnixTime::MAX), self.now)
    }
}

/// A readable form: whoever signed it, the signature is gone.
pub(super) fn readable(
    readable: &Readable,
    place: Place,
    notes: Vec<&'static str>,
    now: UnixTime,
    reveal: bool,
) -> Judged {
    let subject = Subject::token(Some(view(readable.encode().as_bytes(), now, reveal, false)));
    let message = "a readable form has no signature: expected the compact token as it was sent";
    Judged::without_checks(place, Verdict::Unsigned, None, message.to_owned(), subject, notes)
}

pub(super) fn view(bytes: &[u8], now: UnixTime, reveal: bool, is_original: bool) -> TokenView {
    let mut scratch = Scratch::new();
    let token = Token::decode(bytes, &Budget::DEFAULT, &mut scratch);
    TokenView::of(&token, View { now, reveal, bytes: is_original })
}
