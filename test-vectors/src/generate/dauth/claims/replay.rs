//! DA-14: tokens that are presented again.

use crate::dauth::encryption::{Cipher, Encryption};
use crate::dauth::message::*;
use crate::dauth::signature::*;
use crate::dauth::vector::*;

pub(super) fn replayed() -> Vec<Vector> {
    let message = message([sha256().apply(assertion())]);
    let encrypted = |id: &str| {
        let signed = sha256().apply(assertion()).sent();
        crate::dauth::message::message([Encryption::with(Cipher::Aes256Gcm).apply(id, signed.as_bytes())])
            .sent()
    };
    vec![
        Vector::new("da-14-again", "the same message again", message.sent()).presented(2).hit(&["DA-14"]),
        Vector::new("da-14-thrice", "the same assertion three times", sha256().apply(assertion()).sent())
            .presented(3)
            .hit(&["DA-14"]),
        Vector::new("da-14-encrypted", "the same encrypted token again", encrypted("da-14-encrypted"))
            .presented(2)
            .hit(&["DA-14"]),
        Vector::new("da-14-expired-again", "an expired assertion again", sha256().apply(assertion()).sent())
            .at(ISSUED + DAY)
            .presented(2)
            .hit_first("DA-08"),
        Vector::new("da-14-once", "presented once", message.sent()).near(&["DA-14"]),
    ]
    .into_iter()
    .map(|vector| vector.flag("D10"))
    .collect()
}

pub(super) fn reported() -> Vec<Vector> {
    vec![
        Vector::new("da-14-reported", "the same message again, which is reported alone", {
            message([sha256().apply(assertion())]).sent()
        })
        .flag("D10")
        .presented(2)
        .reports(&["DA-14"])
        .on("DA-14"),
    ]
}
