//! Many signatures at once: eight in the lanes of the IFMA path, the rest one by one.
//!
//! Follows RFC 8017 section 8.2.2 for each of them: the same answers as one by one, in the same order.

use std::sync::Arc;

use super::ifma::{self, PreparedKey};
use super::{BadSignature, RsaPublicKey, SignatureVerified};

/// Lanes of the path.
const LANES: usize = 8;

/// From how many signatures on a call for eight costs less than as many calls for one.
///
/// On Zen 5 it does from 5 on; on Zen 4 it costs as much as 6 or a little more: docs/performance.md.
const WORTH_A_BATCH: usize = 6;

/// How many signatures are put into groups of one key at a time: a bound on the stack, a multiple of the lanes.
pub(crate) const WINDOW: usize = 64;

/// A signature to be verified.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// The key that is to have made it.
    pub key: &'q RsaPublicKey,
    /// The bytes that it covers, as they were received.
    pub signing_input: &'q [u8],
    /// The signature.
    pub signature: &'q [u8],
}

impl<'q> Question<'q> {
    /// Answers this question alone.
    ///
    /// # Errors
    /// As [`RsaPublicKey::verify_rs256`].
    pub fn verify(&self) -> Result<SignatureVerified, BadSignature> {
        self.key.verify_rs256(self.signing_input, self.signature)
    }

    /// Returns what the path needs, if key and signature are its.
    fn lane(&self) -> Option<Lane<'q>> {
        let watched = self.key.fast.as_ref()?;
        Some(Lane {
            question: *self,
            key: watched.on()?,
            group: Arc::as_ptr(watched).addr(),
            signature: self.signature.try_into().ok()?,
        })
    }
}

/// A signature that the path can verify.
#[derive(Clone, Copy)]
struct Lane<'q> {
    question: Question<'q>,
    key: &'q PreparedKey,
    /// The same for the same prepared key.
    group: usize,
    signature: &'q [u8; 256],
}

/// Verifies signatures, of one key or of several in any mix, and answers in their order.
///
/// `verdicts` takes an answer for each question; what has no question becomes a refusal. Nothing is allocated by the
/// path. The answers are those of [`RsaPublicKey::verify_rs256`].
pub fn verify_batch(questions: &[Question<'_>], verdicts: &mut [Result<SignatureVerified, BadSignature>]) {
    verdicts.fill(Err(BadSignature));
    for (questions, verdicts) in questions.chunks(WINDOW).zip(verdicts.chunks_mut(WINDOW)) {
        let mut window = [None; WINDOW];
        for (slot, question) in window.iter_mut().zip(questions) {
            *slot = Some(*question);
        }
        verify_some(&window, verdicts);
    }
}

/// Answers the questions of a window; what has no question keeps its verdict.
pub(crate) fn verify_some(
    questions: &[Option<Question<'_>>; WINDOW],
    verdicts: &mut [Result<SignatureVerified, BadSignature>],
) {
    let mut lanes: [Option<(usize, Lane<'_>)>; WINDOW] = [None; WINDOW];
    let mut len: usize = 0;
    for (index, (question, verdict)) in questions.iter().zip(verdicts.iter_mut()).enumerate() {
        let Some(question) = question else { continue };
        match (question.lane(), lanes.get_mut(len)) {
            (Some(lane), Some(slot)) => {
                *slot = Some((index, lane));
                len = len.saturating_add(1);
            }
            _ => *verdict = question.verify(),
        }
    }
    let lanes = lanes.get_mut(..len).unwrap_or_default();
    // Lanes of one key cost a few percent less than mixed ones, so that only the seams between keys are mixed.
    lanes.sort_unstable_by_key(|lane| lane.map(|(index, lane)| (lane.group, index)));
    let mut answer = |index: usize, verdict| {
        if let Some(place) = verdicts.get_mut(index) {
            *place = verdict;
        }
    };
    for group in lanes.chunks(LANES) {
        let first = group.first().copied().flatten();
        match first {
            Some((_, first)) if group.len() >= WORTH_A_BATCH => {
                // Lanes to spare repeat the first signature.
                let lane = |at: usize| group.get(at).copied().flatten().map_or(first, |(_, lane)| lane);
                let accepted = eight(std::array::from_fn(lane));
                for ((index, lane), accepted) in group.iter().flatten().zip(accepted) {
                    answer(*index, lane.question.key.settle(accepted, &lane.question));
                }
            }
            _ => {
                for (index, Lane { question, .. }) in group.iter().flatten() {
                    answer(*index, question.verify());
                }
            }
        }
    }
}

/// Says of each lane whether the path accepts it.
fn eight(lanes: [Lane<'_>; LANES]) -> [bool; LANES] {
    let [a, b, c, d, e, f, g, h] = lanes.map(|lane| lane.question.signing_input);
    let [a, b, c, d] = ifma::sha256_x4([a, b, c, d]);
    let [e, f, g, h] = ifma::sha256_x4([e, f, g, h]);
    let digests = [a, b, c, d, e, f, g, h];
    let bits = ifma::verify_batch(lanes.map(|lane| lane.key), lanes.map(|lane| lane.signature), &digests);
    [0, 1, 2, 3, 4, 5, 6, 7].map(|lane| bits >> lane & 1 == 1)
}
