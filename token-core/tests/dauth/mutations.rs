//! Ten thousand mutations of signed assertions: one is accepted only if not one byte of what was signed is another.
//!
//! The canonical form is computed here by the crate alone, on a tree that the crate's own parser makes, so that the
//! library's way from element to digest is not its own witness. What is accepted xmlsec1 has to accept, too.

use bergshamra_c14n::{C14nMode, canonicalize};
use test_vectors::{DauthMessages, Verdict};

use crate::judge::{groups, judge_bytes, validator};
use crate::xmlsec1::{Opinion, Xmlsec1};

/// Exclusive canonicalization without a prefix list.
const NO_PREFIXES: &[&str] = &[];

/// Mutants in all, spread over the vectors.
const MUTANTS: usize = 10_000;

/// A generator of numbers, the same in every run (Marsaglia's xorshift64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap()).unwrap()
    }
}

/// What is written into a text: nothing of it is white space alone, and some of it is canonicalized away.
const INSERTED: &[&str] = &[
    "<!---->",
    "<![CDATA[]]>",
    "<?x?>",
    " ",
    "\n",
    "&#32;",
    "&amp;",
    "x",
    "<x/>",
    "\u{a0}",
    "\"",
    "'",
    ".evil.example",
    " xmlns:y='urn:y'",
    "<saml:Audience>x</saml:Audience>",
    "=",
    "#",
    "@",
    "True",
    "0",
];

fn mutate(text: &str, numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=numbers.below(2) {
        let (from, to) = (numbers.below(bytes.len()), numbers.below(bytes.len()));
        let (from, to) = (from.min(to), from.max(to));
        match numbers.below(6) {
            0 => bytes[from] ^= 1 << numbers.below(7),
            1 => bytes[from] = u8::try_from(32 + numbers.below(95)).unwrap(),
            2 => drop(bytes.drain(from..to.min(from + 1 + numbers.below(40)))),
            3 => {
                let copied: Vec<u8> = bytes[from..to.min(from + 400)].to_vec();
                let at = numbers.below(bytes.len());
                bytes.splice(at..at, copied);
            }
            4 => {
                // A whole element, copied or moved to the place of another tag.
                let Some(copied) = element_at(&bytes, from) else { continue };
                let at = (to..bytes.len()).find(|at| bytes[*at] == b'<').unwrap_or(0);
                bytes.splice(at..at, copied);
            }
            _ => {
                let inserted = INSERTED[numbers.below(INSERTED.len())];
                bytes.splice(from..from, inserted.bytes());
            }
        }
        if bytes.is_empty() {
            return bytes;
        }
    }
    bytes
}

/// The first element that starts at or after a place and has no other element in it.
fn element_at(bytes: &[u8], from: usize) -> Option<Vec<u8>> {
    let start = (from..bytes.len()).find(|at| bytes[*at] == b'<')?;
    let open_end = (start..bytes.len()).find(|at| bytes[*at] == b'>')?;
    let close = (open_end..bytes.len()).find(|at| bytes[*at..].starts_with(b"</"))?;
    let end = (close..bytes.len()).find(|at| bytes[*at] == b'>')?;
    Some(bytes[start..=end].to_vec())
}

/// The canonical forms of what is signed: the assertion without its signature, and the SignedInfo.
fn signed_content(message: &str) -> Option<[Vec<u8>; 2]> {
    let document = uppsala::parse(message).ok()?;
    let of = |namespace: &str, local: &str| {
        let all = document.get_elements_by_tag_name_ns(namespace, local);
        <[_; 1]>::try_from(all).ok().map(|[only]| only)
    };
    let assertion = of("urn:oasis:names:tc:SAML:1.0:assertion", "Assertion")?;
    let ds = "http://www.w3.org/2000/09/xmldsig#";
    let in_assertion = |local: &str| {
        let all = document.get_elements_by_tag_name_ns(ds, local);
        let inside = |id: &uppsala::NodeId| document.ancestors(*id).contains(&assertion);
        all.into_iter().find(inside)
    };
    let (signature, info) = (in_assertion("Signature")?, in_assertion("SignedInfo")?);
    let mut without = bergshamra_xml::NodeSet::tree_without_comments(assertion, &document);
    for id in document.descendants(signature).into_iter().chain([signature]) {
        without.remove_id(id);
    }
    let whole = bergshamra_xml::NodeSet::tree_without_comments(info, &document);
    let canonical =
        |set| bergshamra_c14n::canonicalize_doc(&document, C14nMode::Exclusive, Some(set), NO_PREFIXES).ok();
    Some([canonical(&without)?, canonical(&whole)?])
}

#[test]
fn mutations_of_signed_content_never_accepted() {
    let positives: Vec<_> = groups(DauthMessages::Token)
        .flat_map(|group| group.tests.iter().map(move |test| (group, test)))
        .filter(|(_, test)| test.verdict == Verdict::Valid)
        .filter(|(_, test)| test.message.as_ref().is_some_and(|text| text.contains("AssertionID=\"")))
        .collect();
    assert!(positives.len() >= 5, "{} positive vectors in clear", positives.len());
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut judged, mut agreed, mut is_asked) = (0, 0, 0, false);
    for (group, test) in &positives {
        let validator = validator(group);
        let text = test.message.as_ref().expect("chosen so");
        let signed = signed_content(text).unwrap_or_else(|| panic!("{}: a positive vector", test.id));
        assert!(canonicalize(text, C14nMode::Exclusive, None, NO_PREFIXES).is_ok());
        let (_, original) =
            judge_bytes(&validator, text.as_bytes(), test.endpoint.as_deref(), test.now).unwrap();
        let original = original.unwrap_or_else(|| panic!("{}: a positive vector", test.id));
        // Inside the assertion: what surrounds it is not signed.
        let start = text.find("<saml:Assertion").or_else(|| text.find(":Assertion")).unwrap_or(0);
        let mut taken = Vec::new();
        for _ in 0..MUTANTS.div_ceil(positives.len()) {
            let (before, assertion) = text.split_at(start);
            let mutant = [before.as_bytes(), &mutate(assertion, &mut numbers)].concat();
            judged += 1;
            let (_, delegation) =
                judge_bytes(&validator, &mutant, test.endpoint.as_deref(), test.now).unwrap();
            let Some(delegation) = delegation else { continue };
            accepted += 1;
            let mutant = String::from_utf8(mutant).expect("accepted");
            assert_eq!(signed_content(&mutant).as_ref(), Some(&signed), "{}: {mutant}", test.id);
            assert_eq!(delegation, original, "{}: {mutant}", test.id);
            taken.push(mutant);
        }
        if let Some(xmlsec1) = Xmlsec1::of(group) {
            let doubts = xmlsec1.doubts(&taken);
            let (silent, doubts): (Vec<_>, Vec<_>) =
                doubts.into_iter().partition(|(_, opinion)| *opinion == Opinion::None);
            assert!(doubts.is_empty(), "{}: {doubts:?}", test.id);
            agreed += taken.len() - silent.len();
            // Once is enough to see that it can say no.
            let forged = text.replace(&original.assertion_id, "another");
            assert!(is_asked || !xmlsec1.doubts(&[forged]).is_empty(), "{}: says yes to all", test.id);
            is_asked = true;
        }
    }
    assert!(judged >= MUTANTS);
    // Some mutations change nothing that is signed; if none did, the mutants would be too wild to show anything.
    assert!(accepted > 0 && accepted < judged / 4, "{accepted} of {judged} accepted");
    assert!(!is_asked || agreed > accepted / 2, "xmlsec1 has an opinion on {agreed} of {accepted} alone");
}
