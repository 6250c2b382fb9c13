//! Judges messages of federated delegation, and answers about federation.

use token_core::dauth::federation_information::review_message;
use token_core::dauth::{AssertionWatch, DauthPolicy, DauthValidator, OwnKeys, Received};
use token_core::keys::KeySet;
use token_core::{Budget, UnixTime};

use super::MAX_REMEMBERED;
use crate::input::Soap;
use crate::report::dauth::{DauthView, Facts, FederationView, MessageView};
use crate::report::{Judged, Place, SnapshotView, Subject};

/// What judges messages, and remembers the assertions that it accepted.
pub(super) struct MessageJudge<'k> {
    validator: DauthValidator<&'k KeySet>,
    snapshots: &'k [SnapshotView],
    watch: AssertionWatch,
    /// Where messages arrived that do not say so themselves.
    path: Option<&'k str>,
    now: UnixTime,
    reveal: bool,
}

impl<'k> MessageJudge<'k> {
    pub(super) fn new(
        policy: DauthPolicy,
        keys: &'k KeySet,
        own: OwnKeys,
        snapshots: &'k [SnapshotView],
        path: Option<&'k str>,
        (now, reveal): (UnixTime, bool),
    ) -> Self {
        let watch = AssertionWatch::new(MAX_REMEMBERED, policy.replay());
        Self { validator: DauthValidator::new(policy, keys, own), snapshots, watch, path, now, reveal }
    }

    pub(super) fn judge(&mut self, soap: &Soap, place: Place, notes: Vec<&'static str>) -> Judged {
        let policy = self.validator.policy();
        let view = DauthView {
            now: self.now,
            reveal: self.reveal,
            own: self.validator.own_keys(),
            lives: policy.offers(),
            bytes: soap.is_original,
        };
        if let Some(information) = FederationView::read(&soap.bytes, view) {
            let review = review_message(&soap.bytes, policy, &Budget::DEFAULT);
            return Judged::new(place, &review, Subject::federation(information), notes);
        }

        let path = soap.path.as_deref().or(self.path);
        let received = Received::message(&soap.bytes);
        let received = path.map_or(received, |path| received.at(path));
        let mut review = self.validator.review(received, self.now);
        let message = MessageView::read(&soap.bytes, path, view);
        // The review says why; what was accepted only the other way of judging returns.
        let facts = match self.validator.validate(received, self.now) {
            Ok(delegation) => {
                review.add(self.watch.observe(&delegation, self.now));
                Some(Facts::proven(&delegation))
            }
            Err(_) => Facts::claimed(&message),
        };
        Judged::new(place, &review, Subject::message(facts, message), notes).with(self.snapshots)
    }
}
