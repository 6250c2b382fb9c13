//! INP-01 to INP-08: the bytes of a token.

use serde_json::json;
use test_vectors::File;

use crate::token::{b64, signed_text};
use crate::vector::{Vector, file as file_of, group};
use crate::world::*;

pub(crate) fn file() -> (&'static str, File) {
    let mut tests = sizes();
    tests.extend(parts());
    tests.extend(base64());
    tests.extend(text());
    tests.extend(json_form());
    tests.extend(budgets());
    tests.extend(escapes());
    (
        "input",
        file_of(vec![group(
            "Exchange, with the STS of one tenant as issuer",
            exchange(TENANT),
            two_keys(TENANT),
            tests,
        )]),
    )
}

/// A valid token of exactly this many bytes.
fn of_size(size: usize) -> String {
    let encoded_len = |bytes: usize| bytes / 3 * 4 + [0, 2, 3][bytes % 3];
    const DOTS_AND_SIGNATURE: usize = 2 + 342;
    // Not every length is that of base64, so white space behind the header helps out.
    let token = (0..3).find_map(|spaces| {
        let header = t2().header.text() + &" ".repeat(spaces);
        let claims = size - DOTS_AND_SIGNATURE - encoded_len(header.len());
        let bare = t2().c("pad", "").claims.text().len();
        let pad = (claims / 4 * 3 - bare..).take(4).find(|pad| encoded_len(bare + pad) == claims)?;
        Some(t2().c("pad", "x".repeat(pad)).with_header_bytes(header.as_bytes()))
    });
    let token = token.expect("one of the headers fits");
    assert_eq!(token.len(), size);
    token
}

fn sizes() -> Vec<Vector> {
    const BUDGET: usize = 64 * 1024;
    vec![
        Vector::new("inp-01-at-the-budget", "a token of exactly 65536 bytes", of_size(BUDGET))
            .flag("edge")
            .near(&["INP-01"]),
        Vector::new("inp-01-over-the-budget", "a token of 65537 bytes", of_size(BUDGET + 1))
            .flag("edge")
            .kind("unknown")
            .hit(&["INP-01"]),
    ]
}

fn parts() -> Vec<Vector> {
    let [header, claims, signature] = t2().parts();
    let unreadable = |id: &str, comment: &str, token: String| {
        Vector::new(id, comment, token).kind("unknown").hit(&["INP-02"])
    };
    let jwe = format!(
        "{}.{}.{}.{}.{}",
        b64(br#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#),
        b64(&[1; 256]),
        b64(&[2; 12]),
        b64(&[3; 64]),
        b64(&[4; 16])
    );
    vec![
        unreadable("inp-02-empty", "nothing at all", String::new()),
        unreadable("inp-02-one-part", "no dot", header.clone()),
        unreadable(
            "inp-02-two-parts",
            "one dot: the signature and its dot are missing",
            format!("{header}.{claims}"),
        ),
        unreadable(
            "inp-02-four-parts",
            "a fourth part, which some libraries ignore",
            format!("{header}.{claims}.{signature}.AAAA"),
        ),
        unreadable(
            "inp-02-trailing-dot",
            "a third dot with nothing behind it",
            format!("{header}.{claims}.{signature}."),
        ),
        unreadable("inp-02-leading-dot", "a dot before the token", format!(".{header}.{claims}.{signature}")),
        unreadable("inp-02-seventeen-parts", "sixteen dots", ".".repeat(16)),
        unreadable("inp-02-empty-claims", "an empty second part", format!("{header}..{signature}")),
        Vector::new(
            "inp-02-empty-header",
            "an empty first part: the claims are still read",
            format!(".{claims}.{signature}"),
        )
        .hit(&["INP-02"]),
        Vector::new("inp-07-jwe", "five parts: a JWE", jwe).flag("J24").kind("unknown").hit(&["INP-07"]),
        Vector::new(
            "inp-07-five-parts",
            "a signed token with two more parts",
            format!("{header}.{claims}.{signature}.AAAA.AAAA"),
        )
        .flag("J24")
        .kind("unknown")
        .hit(&["INP-07"]),
        Vector::new(
            "inp-07-enc-in-three-parts",
            "the header of an encrypted token, but three parts: a signed token with enc",
            t2().h("enc", "A256GCM").compact(),
        )
        .flag("J24")
        .hit(&["S2S-01"])
        .on("INP-07"),
    ]
}

fn base64() -> Vec<Vector> {
    let [header, claims, signature] = t2().parts();
    let in_header = |id: &str, comment: &str, changed: &str| {
        Vector::new(format!("inp-03-{id}"), comment, signed_text(changed, &claims, "acs-current"))
            .flag("J23")
            .hit(&["INP-03"])
    };
    let in_claims = |id: &str, comment: &str, changed: &str| {
        Vector::new(format!("inp-03-{id}"), comment, signed_text(&header, changed, "acs-current"))
            .flag("J23")
            .kind("unknown")
            .hit(&["INP-03"])
    };
    // What cannot be decoded does not verify either.
    let in_signature = |id: &str, comment: &str, changed: &str| {
        Vector::new(format!("inp-03-{id}"), comment, format!("{header}.{claims}.{changed}"))
            .flag("J23")
            .hit(&["INP-03"])
    };
    // Claims whose encoding has both characters in which the alphabets differ, and ends in the middle of a group.
    let telling =
        (0..64).map(|n| t2().c("x", format!("{}\u{fbff}\u{3ff}~?~?>>>", "y".repeat(n)))).find(|layer| {
            let [_, claims, _] = layer.parts();
            claims.contains('-') && claims.contains('_') && claims.len() % 4 == 3
        });
    let telling = telling.expect("one of the lengths");
    let [telling_header, telling_claims, _] = telling.parts();
    let standard = telling_claims.replace('-', "+").replace('_', "/");
    let loose = {
        // The last of three characters of a group has two bits that decode to nothing.
        let (rest, last) = telling_claims.split_at(telling_claims.len() - 1);
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let at = ALPHABET.find(last).expect("base64url");
        assert_eq!(at % 4, 0, "canonical");
        format!("{rest}{}", &ALPHABET[at + 1..at + 2])
    };
    let padded = |text: &str| format!("{text}{}", ["", "", "==", "="][text.len() % 4]);
    let outer_of = |actor: String| outer().around_text(&actor).compact();
    let [a_header, a_claims, a_signature] = actor().parts();
    let (before, after) = claims.split_at(40);
    vec![
        Vector::new(
            "inp-03-canonical",
            "claims with - and _, ending amid a group, canonical",
            telling.compact(),
        )
        .flag("edge")
        .near(&["INP-03"]),
        in_claims("standard-alphabet", "the same with + and /", &standard),
        Vector::new(
            "inp-03-claims-padded",
            "claims with padding, signed with it",
            signed_text(&telling_header, &padded(&telling_claims), "acs-current"),
        )
        .flag("J23")
        .kind("unknown")
        .hit(&["INP-03"]),
        Vector::new(
            "inp-03-loose-bits",
            "a last character with bits that decode to nothing",
            signed_text(&telling_header, &loose, "acs-current"),
        )
        .flag("J23")
        .flag("edge")
        .kind("unknown")
        .hit(&["INP-03"]),
        in_header("header-padded", "a padding character behind the header", &format!("{header}=")),
        in_header("header-space-before", "a space before the token", &format!(" {header}")),
        in_header("header-length", "a header of one character more than a multiple of four", &{
            let cut = header.len() / 4 * 4;
            format!("{}A", &header[..cut])
        }),
        in_header(
            "header-nul",
            "a NUL character in the header",
            &format!("{}\0{}", &header[..8], &header[8..]),
        ),
        in_claims("claims-line-break", "a line break in the claims", &format!("{before}\r\n{after}")),
        in_claims("claims-space", "a space in the claims", &format!("{before} {after}")),
        in_claims(
            "claims-quote",
            "a typographic quotation mark in the claims",
            &format!("{before}\u{2019}{after}"),
        ),
        in_claims("claims-percent", "a percent escape in the claims", &format!("{before}%2D{after}")),
        in_signature("signature-padded", "padding behind the signature", &format!("{signature}==")),
        in_signature(
            "signature-line-feed",
            "one line feed behind the token, which `$` in some regular expressions accepts",
            &format!("{signature}\n"),
        ),
        in_signature("signature-space", "a space behind the token", &format!("{signature} ")),
        in_signature("signature-loose-bits", "loose bits in the signature", &{
            let (rest, last) = signature.split_at(signature.len() - 1);
            let next = match last {
                "A" => "B",
                "Q" => "R",
                "g" => "h",
                "w" => "x",
                _ => panic!("canonical"),
            };
            format!("{rest}{next}")
        }),
        in_signature(
            "signature-comma",
            "two tokens joined with a comma",
            &format!("{signature},{signature}"),
        ),
        Vector::new(
            "inp-03-actor-claims-padded",
            "padding inside the actor token's claims",
            outer_of(signed_text(&a_header, &format!("{a_claims}="), "acs-current")),
        )
        .outer()
        .flag("J23")
        .hit(&["INP-03"]),
        Vector::new(
            "inp-03-actor-signature-padded",
            "padding behind the actor token's signature",
            outer_of(format!("{a_header}.{a_claims}.{a_signature}==")),
        )
        .outer()
        .flag("J23")
        .hit(&["INP-03"]),
        Vector::new(
            "inp-03-actor-line-feed",
            "a line feed behind the actor token, as a JSON escape",
            outer_of(format!("{a_header}.{a_claims}.{a_signature}\n")),
        )
        .outer()
        .flag("J23")
        .hit(&["INP-08", "S2S-01", "S2S-09"]),
    ]
}

fn text() -> Vec<Vector> {
    let claims = t2().claims.text();
    let header = t2().header.text();
    let unreadable = |id: &str, comment: &str, bytes: &[u8]| {
        Vector::new(format!("inp-04-{id}"), comment, t2().with_claims_bytes(bytes))
            .kind("unknown")
            .hit(&["INP-04"])
    };
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(claims.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let with = |bytes: &[u8]| [claims.trim_end_matches('}').as_bytes(), b",\"x\":\"", bytes, b"\"}"].concat();
    vec![
        Vector::new(
            "inp-04-utf-8",
            "claims with characters of two, three and four bytes",
            t2().c("x", "\u{f6}\u{20ac}\u{1f600}").compact(),
        )
        .near(&["INP-04"]),
        unreadable(
            "byte-order-mark",
            "a byte order mark before the claims",
            &[b"\xef\xbb\xbf", claims.as_bytes()].concat(),
        ),
        unreadable("utf-16", "claims in UTF-16", &utf16),
        unreadable("latin-1", "a character in Latin-1", &with(b"\xf6")),
        unreadable("overlong", "an overlong encoding of a slash", &with(b"\xc0\xaf")),
        unreadable("surrogate", "a surrogate encoded as if it were a character", &with(b"\xed\xa0\x80")),
        Vector::new(
            "inp-04-header-byte-order-mark",
            "a byte order mark before the header",
            t2().with_header_bytes(&[b"\xef\xbb\xbf", header.as_bytes()].concat()),
        )
        .hit(&["INP-04"]),
        Vector::new(
            "inp-04-header-latin-1",
            "a header that is not UTF-8",
            t2().with_header_bytes(b"{\"typ\":\"\xff\"}"),
        )
        .hit(&["INP-04"]),
    ]
}

fn json_form() -> Vec<Vector> {
    let claims = t2().claims.text();
    let unreadable = |id: &str, comment: &str, text: &str| {
        Vector::new(format!("inp-05-{id}"), comment, t2().with_claims_bytes(text.as_bytes()))
            .kind("unknown")
            .hit(&["INP-05"])
    };
    let inside = |member: &str| format!("{},{member}}}", claims.trim_end_matches('}'));
    vec![
        Vector::new(
            "inp-05-white-space",
            "white space around the claims and between the members, as JSON allows it",
            t2().with_claims_bytes(format!(" \r\n\t{} \n", claims.replace(',', " ,\n ")).as_bytes()),
        )
        .near(&["INP-05"]),
        unreadable("array", "claims that are an array", &format!("[{claims}]")),
        unreadable("string", "claims that are a string", "\"claims\""),
        unreadable("null", "claims that are null", "null"),
        unreadable("two-objects", "a second object behind the first", &format!("{claims}{claims}")),
        unreadable("trailing-text", "text behind the object", &format!("{claims}x")),
        unreadable("trailing-nul", "a NUL character behind the object", &format!("{claims}\0")),
        unreadable("cut-off", "claims that end in the middle", &claims[..claims.len() / 2]),
        unreadable(
            "trailing-comma",
            "a comma behind the last member",
            &format!("{},}}", claims.trim_end_matches('}')),
        ),
        unreadable("comment", "a comment", &inside("/* */\"x\":1")),
        unreadable("nan", "a number that JSON does not have", &inside("\"x\":NaN")),
        unreadable(
            "leading-zero",
            "a number with a leading zero, which JSON does not have",
            &inside("\"iat2\":01764000000"),
        ),
        unreadable(
            "plus-sign",
            "a number with a plus sign, which JSON does not have",
            &inside("\"iat2\":+1764000000"),
        ),
        unreadable("single-quotes", "a member in single quotes", &inside("'x':1")),
        unreadable("control-character", "a control character in a string", &inside("\"x\":\"a\u{1}\"")),
        Vector::new("inp-05-header-array", "a header that is an array", t2().with_header_bytes(b"[]"))
            .hit(&["INP-05"]),
        Vector::new(
            "inp-05-header-trailing-text",
            "text behind the header",
            t2().with_header_bytes(format!("{}x", t2().header.text()).as_bytes()),
        )
        .hit(&["INP-05"]),
    ]
}

fn budgets() -> Vec<Vector> {
    // The claims themselves are the first level.
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    let members = |all: usize| {
        let layer = t2();
        let missing = all - layer.claims.len();
        (0..missing).fold(layer, |layer, n| layer.c(&format!("m{n}"), json!(n)))
    };
    let flood =
        |n: usize| json!((0..n).map(|n| (format!("m{n}"), json!(n))).collect::<serde_json::Map<_, _>>());
    let unreadable = |id: &str, comment: &str, token: String| {
        Vector::new(format!("inp-06-{id}"), comment, token).kind("unknown").hit(&["INP-06"])
    };
    vec![
        Vector::new("inp-06-depth-8", "claims eight levels deep", t2().raw("x", &nested(8)).compact())
            .flag("edge")
            .near(&["INP-06"]),
        unreadable("depth-9", "claims nine levels deep", t2().raw("x", &nested(9)).compact())
            .flag("edge")
            .flag("J14"),
        unreadable(
            "depth-10000",
            "claims ten thousand levels deep",
            t2().raw("x", &nested(10_000)).compact(),
        )
        .flag("J14"),
        Vector::new(
            "inp-05-depth-unclosed",
            "ten thousand brackets that are never closed: not JSON in the first place",
            t2().with_claims_bytes(format!("{{\"x\":{}", "[".repeat(10_000)).as_bytes()),
        )
        .flag("J14")
        .kind("unknown")
        .hit(&["INP-05"]),
        Vector::new("inp-06-members-64", "64 claims", members(64).compact()).flag("edge").near(&["INP-06"]),
        unreadable("members-65", "65 claims", members(65).compact()).flag("edge"),
        Vector::new("inp-06-nested-members-64", "a claim with 64 members", t2().c("x", flood(64)).compact())
            .flag("edge")
            .near(&["INP-06"]),
        unreadable("nested-members-65", "a claim with 65 members", t2().c("x", flood(65)).compact())
            .flag("edge"),
        Vector::new("inp-06-header-depth-9", "a header nine levels deep", {
            let mut layer = t2();
            layer.header.set_raw("x", &nested(9));
            layer.compact()
        })
        .flag("edge")
        .flag("J14")
        .hit(&["INP-06"]),
        Vector::new(
            "inp-06-actor-depth-9",
            "an actor token whose claims are nine levels deep",
            outer().around(&actor().raw("x", &nested(9))).compact(),
        )
        .flag("J14")
        .outer()
        .hit(&["INP-06"]),
    ]
}

fn escapes() -> Vec<Vector> {
    let actor = actor().compact();
    let spelled = |text: &str| outer().raw("actortoken", &format!("\"{text}\"")).compact();
    let hidden = |id: &str, comment: &str, token: String| {
        // The actor token is not taken out, so the outer token stands alone: unsigned, and of an issuer that nobody trusts.
        Vector::new(format!("inp-08-{id}"), comment, token).outer().hit(&["INP-08", "S2S-01", "S2S-09"])
    };
    vec![
        hidden("dot", "the dots of the actor token as JSON escapes", spelled(&actor.replace('.', "\\u002e"))),
        hidden(
            "first-letter",
            "the first letter of the actor token as a JSON escape",
            spelled(&actor.replacen('e', "\\u0065", 1)),
        ),
        Vector::new(
            "inp-08-elsewhere",
            "an escape in another claim of the outer token",
            outer()
                .without("nameid")
                .without("nii")
                .raw("upn", "\"user\\u0040contoso.com\"")
                .around(&crate::world::actor())
                .compact(),
        )
        .outer()
        .user(&[("upn", USER)])
        .near(&["INP-08"]),
    ]
}
