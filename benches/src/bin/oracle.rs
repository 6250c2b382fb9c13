//! Whether the time of a refusal tells what was wrong inside an encrypted token: `oracle [ROUNDS]`.
//!
//! Each class of failure stands for what a sender learns if it can be told from the others. In every round each class is
//! judged once, in an order that chance decides, by the thread's processor time: less noise than anybody has who asks over
//! a network. docs/performance.md says how to read the table.

use std::hint::black_box;

use benches::clock;
use benches::delegation::{SESSION_KEY, Sample, Sealer};
use benches::statistics::{mann_whitney, quantile};
use token_core::dauth::Received;
use token_core::signature::Backend;

/// Messages of each class, which differ in the encryption of their session key alone.
const VARIANTS: usize = 16;

/// The standard deviations beyond which chance is no explanation: less than one in ten thousand tables has a row there.
const BEYOND_CHANCE: f64 = 5.0;

/// One way to fail, or to succeed.
struct Class {
    name: &'static str,
    messages: Vec<Vec<u8>>,
    is_accepted: bool,
    times: Vec<f64>,
}

fn main() {
    let rounds = std::env::args().nth(1).and_then(|rounds| rounds.parse().ok()).unwrap_or(4000);
    let sample = Sample::of("dauth-encrypted-bare");
    let assertion = Sample::of("dauth-bare").message();
    for backend in [Backend::default(), Backend::reviewed()] {
        let validator = sample.validator(backend);
        let mut classes = classes(&sample.sealer(), &assertion);
        let mut order: Vec<usize> = (0..classes.len()).collect();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..rounds + VARIANTS {
            shuffle(&mut order, &mut random);
            for at in &order {
                let class = &mut classes[*at];
                let received = Received::message(&class.messages[round % VARIANTS]);
                let before = clock::thread_time();
                let answer = black_box(validator.validate(black_box(received), sample.now()));
                let time = clock::thread_time() - before;
                match &answer {
                    Ok(_) => assert!(class.is_accepted, "{} is accepted", class.name),
                    Err(rejection) => {
                        let is_uniform = rejection.rule().as_str() == "DA-16";
                        assert!(is_uniform && !class.is_accepted, "{}: {rejection}", class.name);
                    }
                }
                if round >= VARIANTS {
                    class.times.push(time / 1e3);
                }
            }
        }
        println!("\n### signatures on {backend}, {rounds} rounds\n");
        print(&classes);
    }
}

fn shuffle(order: &mut [usize], random: &mut u64) {
    for end in (1..order.len()).rev() {
        // Marsaglia's xorshift64.
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        order.swap(end, (*random % (end as u64 + 1)) as usize);
    }
}

/// Prints each class beside the first one, the reference.
fn print(classes: &[Class]) {
    println!(
        "| class | p10 us | median | p90 | difference of medians, ns | of the quartiles' distance | slower in | deviations | asked until told apart |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let Some(reference) = classes.first() else { return };
    let sorted = |class: &Class| {
        let mut times = class.times.clone();
        times.sort_by(f64::total_cmp);
        times
    };
    let of_reference = sorted(reference);
    let spread = quantile(&of_reference, 0.75) - quantile(&of_reference, 0.25);
    let mut apart = Vec::new();
    for class in classes {
        let times = sorted(class);
        let [low, median, high] = [0.1, 0.5, 0.9].map(|share| quantile(&times, share));
        let difference = median - quantile(&of_reference, 0.5);
        let (share, deviations) = mann_whitney(&of_reference, &times);
        // For two normal distributions as far apart as the share says, and an error of 5 % to either side.
        let distance = 3.545 * (share - 0.5);
        let asked = if deviations.abs() > BEYOND_CHANCE {
            if !class.is_accepted {
                apart.push(class.name);
            }
            format!("{:.0}", (21.6 / distance.powi(2)).ceil())
        } else {
            "-".to_owned()
        };
        println!(
            "| {} | {low:.1} | {median:.1} | {high:.1} | {:+.0} | {:+.2} | {:.1} % | {deviations:+.1} | {asked} |",
            class.name,
            difference * 1e3,
            difference / spread,
            share * 100.0
        );
    }
    match apart.is_empty() {
        true => println!("\nNo class of failure can be told from the reference beyond chance."),
        false => println!("\nTold from the reference beyond chance: {}.", apart.join("; ")),
    }
}

fn classes(sealer: &Sealer, assertion: &[u8]) -> Vec<Class> {
    let text = String::from_utf8_lossy(assertion).into_owned();
    // Everywhere as long as the assertion, so that all ciphertexts are of one length.
    let with = |from: &str, to: &str| {
        assert!(from.len() == to.len() && text.contains(from), "{from}");
        text.replace(from, to).into_bytes()
    };
    let at = |at: usize, bytes: &[u8]| {
        let mut text = assertion.to_vec();
        text[at..at + bytes.len()].copy_from_slice(bytes);
        text
    };
    let last = assertion.len() - 40;
    let value_at = |element: &str| text.find(element).unwrap_or_default() + element.len();
    let value = value_at("<SignatureValue>");
    let other = |byte: u8| if byte == b'A' { b'B' } else { b'A' };
    let bad_signature = at(value + 100, &[other(assertion[value + 100])]);
    let too_large = at(value, b"/////////////////////w");
    let ski = text.rfind("</o:KeyIdentifier>").unwrap_or_default() - 10;
    let bad_digest = with("user@fabrikam.com", "usex@fabrikam.com");
    let second_signature = {
        let start = text.find("<saml:AuthenticationStatement").unwrap_or_default();
        const END: &str = "</saml:AuthenticationStatement>";
        let end = text.find(END).unwrap_or_default() + END.len();
        let (opening, closing) = ("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">", "</Signature>");
        let inside = "x".repeat(end - start - opening.len() - closing.len());
        [&text[..start], opening, &inside, closing, &text[end..]].concat().into_bytes()
    };
    let badly_padded = {
        let mut blocks = assertion.to_vec();
        blocks.resize(assertion.len().next_multiple_of(16), b' ');
        if let Some(last) = blocks.last_mut() {
            *last = 0;
        }
        blocks
    };
    assert_ne!(badly_padded.len(), assertion.len(), "no room for the padding");

    let of = |name, is_accepted, make: &dyn Fn() -> Vec<u8>| Class {
        name,
        messages: (0..VARIANTS).map(|_| make()).collect(),
        is_accepted,
        times: Vec::new(),
    };
    let wrapped = || sealer.wrap(&SESSION_KEY);
    let holding = |name, text: &[u8]| of(name, false, &|| sealer.message(&wrapped(), &sealer.encrypt(text)));
    let keyed = |name, key: &dyn Fn() -> Vec<u8>| {
        of(name, false, &|| sealer.message(&key(), &sealer.encrypt(assertion)))
    };
    vec![
        holding("bad signature (the reference)", &bad_signature),
        holding("bad signature, again (for comparison)", &bad_signature),
        holding("bad digest", &bad_digest),
        holding("signature beyond the modulus", &too_large),
        holding("unknown key identifier", &at(ski, b"AAAA")),
        holding("second Signature", &second_signature),
        holding("unknown algorithm", &with("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha999")),
        holding("another root", &with("saml:Assertion", "saml:Assertiom")),
        holding("not XML early", &at(100, b"<<")),
        holding("not XML in the middle", &at(assertion.len() / 2, b"<<")),
        holding("not XML late", &at(last, b"<<")),
        holding("no XML", "x".repeat(assertion.len()).as_bytes()),
        holding("an entity that is none", &with("user@fabrikam.com", "use&fabrikam;com ")),
        holding("garbled early", &at(96, &[0x9f; 16])),
        holding("garbled late", &at(last, &[0x9f; 16])),
        of("bad padding", false, &|| sealer.message(&wrapped(), &sealer.encrypt_blocks(&badly_padded))),
        of("last block altered", false, &|| {
            let mut data = sealer.encrypt(assertion);
            if let Some(last) = data.last_mut() {
                *last ^= 1;
            }
            sealer.message(&wrapped(), &data)
        }),
        keyed("altered wrapped key", &|| {
            let mut key = wrapped();
            key[200] ^= 1;
            key
        }),
        keyed("another session key", &|| sealer.wrap(&[0x43; 32])),
        keyed("session key too short", &|| sealer.wrap(&SESSION_KEY[..16])),
        keyed("session key too long", &|| sealer.wrap(&[0x42; 64])),
        of("accepted", true, &|| sealer.message(&wrapped(), &sealer.encrypt(assertion))),
    ]
}
