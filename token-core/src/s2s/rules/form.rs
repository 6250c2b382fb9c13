//! S2S-01 to S2S-03, S2S-16 to S2S-18 and S2S-21 to S2S-24: algorithm, header, depth, types and mandatory claims.

use std::ops::ControlFlow;

use crate::jose::{Claim, Duplicate, DuplicateKind, Header};
use crate::s2s::{Kind, Layer, Shape, Token};
use crate::verdict::{Check, Evidence, Flow, Outcome, Part, RuleId, Sink};

/// Checks everything about the form of a token that needs no policy.
///
/// # Findings
/// `S2S-02`, `S2S-01`, `S2S-21` to `S2S-24`, `S2S-03`, `S2S-16`, `S2S-17`, `S2S-18`.
pub(super) fn check_form<S: Sink>(token: &Token<'_>, sink: &mut S) -> Flow {
    check_unsigned(token, sink)?;
    check_algorithm(token.signed(), sink)?;
    for layer in token.layers() {
        if let Some(header) = layer.header() {
            check_header(header, layer.part(), token.kind_of(layer), sink)?;
        }
    }
    check_depth(token, sink)?;
    for layer in token.layers() {
        check_duplicates(layer, sink)?;
        let kind = token.kind_of(layer);
        check_types(layer, kind, sink)?;
        check_mandatory(layer, kind, sink)?;
    }
    ControlFlow::Continue(())
}

/// S2S-02: a layer without signature is an outer token around an actor token, spelled in exactly one way.
fn check_unsigned<S: Sink>(token: &Token<'_>, sink: &mut S) -> Flow {
    const EXPECTED: &str = "alg \"none\", an empty third part and an actor token inside";
    let layer = token.outermost();
    let (Some(header), Some(signature)) = (layer.header(), layer.signature()) else {
        sink.not_run(Check::new(RuleId::S2s02, layer.part()), "the token could not be decoded");
        return ControlFlow::Continue(());
    };
    let carries_actor = layer.claims().is_some_and(|claims| claims.actortoken.is_present());
    if !carries_actor && !header.claims_no_signature() && !signature.is_empty() {
        return ControlFlow::Continue(());
    }
    let exact = header.alg.is("none") && signature.is_empty();
    let outcome = match (carries_actor, exact) {
        (true, exact) => Outcome::refuse_unless(exact),
        (false, _) if signature.is_empty() => Outcome::Unsigned,
        (false, _) => Outcome::Refused,
    };
    sink.record(Check::new(RuleId::S2s02, layer.part()).claim("alg"), outcome, || {
        let actor = if carries_actor { "an actor token" } else { "no actor token" };
        let alg = alg_text(header);
        Evidence::new(
            EXPECTED,
            format_args!("alg {alg}, a third part of {} bytes and {actor}", signature.len()),
        )
    })
}

/// S2S-01, first half: the algorithm is RS256, whatever the token would like.
fn check_algorithm<S: Sink>(signed: &Layer<'_>, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::S2s01, signed.part()).claim("alg");
    let Some(header) = signed.header() else {
        sink.not_run(check, "the header could not be decoded");
        return ControlFlow::Continue(());
    };
    let evidence = || Evidence::new("RS256", alg_text(header));
    sink.check(check, header.alg.is("RS256"), evidence)
}

fn alg_text(header: &Header<'_>) -> String {
    match (header.alg.text(), header.alg.json_type()) {
        (Some(alg), _) => format!("\"{alg}\""),
        (None, Some(json_type)) => json_type.with_article().to_owned(),
        (None, None) => "nothing".to_owned(),
    }
}

/// S2S-01, second half, and S2S-21 to S2S-24: the other members of a header.
fn check_header<S: Sink>(header: &Header<'_>, part: Part, kind: Kind, sink: &mut S) -> Flow {
    let mut clean = true;
    for (name, claim) in header.refused() {
        clean = false;
        sink.record(Check::new(RuleId::S2s01, part).claim(name), Outcome::Refused, || {
            Evidence::new("no such header member", type_of(claim))
        })?;
    }
    if clean {
        let check = Check::new(RuleId::S2s01, part);
        sink.record(check, Outcome::Passed, || {
            Evidence::new("no crit, b64, jwk, jku, x5u, x5c, zip, enc", "none")
        })?;
    }

    let access_token = kind == Kind::EntraV2 && header.typ.is_ignoring_case("at+jwt");
    let typ_fits = !header.typ.is_present() || header.typ.is_ignoring_case("JWT") || access_token;
    sink.check(Check::new(RuleId::S2s21, part).claim("typ"), typ_fits, || {
        Evidence::new("JWT, or nothing", header.typ.text().unwrap_or_else(|| type_of(header.typ).into()))
    })?;
    sink.check(Check::new(RuleId::S2s22, part).claim("nonce"), !header.nonce.is_present(), || {
        Evidence::new("nothing", type_of(header.nonce))
    })?;
    sink.check(Check::new(RuleId::S2s23, part), header.other().is_empty(), || {
        let seen = header.other().join(", ");
        Evidence::new(
            "typ, alg, x5t, x5t#S256 and kid only",
            if seen.is_empty() { "none other".to_owned() } else { seen },
        )
    })?;
    for (name, claim) in [("kid", header.kid), ("x5t", header.x5t), ("x5t#S256", header.x5t_s256)] {
        if claim.is_present() && claim.text().is_none() {
            let evidence = || Evidence::new("a string", type_of(claim));
            sink.record(Check::new(RuleId::S2s17, part).claim(name), Outcome::Refused, evidence)?;
        }
    }
    if part != Part::Actor && header.alg.is_ignoring_case("none") {
        let named = header.x5t.is_present() || header.x5t_s256.is_present() || header.kid.is_present();
        sink.check(Check::new(RuleId::S2s24, part), !named, || {
            Evidence::new("neither x5t nor kid", if named { "a key id" } else { "neither" })
        })?;
    }
    ControlFlow::Continue(())
}

fn type_of(claim: Claim<'_>) -> &'static str {
    claim.json_type().map_or("nothing", crate::jose::JsonType::with_article)
}

/// S2S-03: an actor token has nothing of an outer token in it.
fn check_depth<S: Sink>(token: &Token<'_>, sink: &mut S) -> Flow {
    if token.outer().is_none() {
        return ControlFlow::Continue(());
    }
    let Some(claims) = token.signed().claims() else { return ControlFlow::Continue(()) };
    let nested = [("actortoken", claims.actortoken), ("actor", claims.actor), ("appctx", claims.appctx)];
    let mut flat = true;
    for (name, claim) in nested {
        if claim.is_present() {
            flat = false;
            let check = Check::new(RuleId::S2s03, Part::Actor).claim(name);
            sink.record(check, Outcome::Refused, || Evidence::new("nothing", type_of(claim)))?;
        }
    }
    if flat {
        let check = Check::new(RuleId::S2s03, Part::Actor);
        sink.record(check, Outcome::Passed, || Evidence::new("no actortoken, actor or appctx", "none"))?;
    }
    ControlFlow::Continue(())
}

/// S2S-16: duplicate members are refused; members that differ in letter case alone are reported.
fn check_duplicates<S: Sink>(layer: &Layer<'_>, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::S2s16, layer.part());
    for duplicate in layer.duplicates() {
        report_duplicate(check.at(Some(duplicate.at)), duplicate, sink)?;
    }
    if layer.duplicates().is_empty() && layer.claims().is_some() {
        sink.record(check, Outcome::Passed, || Evidence::new("every member once", "every member once"))?;
    }
    ControlFlow::Continue(())
}

/// Reports one duplicate, wherever it was found.
pub(super) fn report_duplicate<S: Sink>(check: Check, duplicate: &Duplicate, sink: &mut S) -> Flow {
    let (outcome, how) = match duplicate.kind {
        DuplicateKind::Same => (Outcome::Refused, "twice"),
        DuplicateKind::LetterCase => (Outcome::Reported, "also in another letter case"),
    };
    sink.record(check, outcome, || {
        Evidence::new("every member once", format_args!("{} {how}", duplicate.name))
    })
}

/// S2S-17: what is of another type means one thing to Exchange and another to SharePoint.
fn check_types<S: Sink>(layer: &Layer<'_>, kind: Kind, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::S2s17, layer.part());
    let Some(claims) = layer.claims() else {
        sink.not_run(check, "the claims could not be decoded");
        return ControlFlow::Continue(());
    };
    let mut fitting = true;
    claims.try_for_each(|name, shape, claim| {
        let shape = if shape == Shape::Audience && !kind.is_entra() { Shape::Text } else { shape };
        if shape.fits(claim) {
            return ControlFlow::Continue(());
        }
        fitting = false;
        sink.record(check.claim(name), Outcome::Refused, || {
            let seen = match (shape, claim.text()) {
                (Shape::Flag, Some(text)) => format!("the string \"{text}\""),
                _ => type_of(claim).to_owned(),
            };
            Evidence::new(shape.as_str(), seen)
        })
    })?;
    if fitting {
        sink.record(check, Outcome::Passed, || {
            Evidence::new("the documented types", "the documented types")
        })?;
    }
    ControlFlow::Continue(())
}

/// S2S-18: what every kind must say.
fn check_mandatory<S: Sink>(layer: &Layer<'_>, kind: Kind, sink: &mut S) -> Flow {
    let check = Check::new(RuleId::S2s18, layer.part());
    let Some(claims) = layer.claims() else {
        sink.not_run(check, "the claims could not be decoded");
        return ControlFlow::Continue(());
    };
    let all = [("aud", claims.aud), ("iss", claims.iss), ("nbf", claims.nbf), ("exp", claims.exp)];
    let own: &[(&'static str, Claim<'_>)] = match kind {
        Kind::StsActor | Kind::SelfIssuedActor | Kind::LowTrustApp => &[("nameid", claims.nameid)],
        Kind::Outer => &[("actortoken", claims.actortoken)],
        Kind::LowTrustUser => &[("nameid", claims.nameid), ("actor", claims.actor)],
        Kind::Context => &[("appctx", claims.appctx), ("appctxsender", claims.appctxsender)],
        Kind::Identity => &[("appctx", claims.appctx)],
        Kind::EntraV1 | Kind::EntraV2 => &[("tid", claims.tid), ("ver", claims.ver)],
        Kind::Service => &[("appid", claims.appid)],
        _ => &[],
    };
    let mut complete = true;
    for (name, claim) in all.iter().chain(own) {
        let empty = claim.is("");
        if claim.is_present() && !empty {
            continue;
        }
        complete = false;
        sink.record(check.claim(name), Outcome::Refused, || {
            Evidence::new("a value", if empty { "an empty string" } else { "nothing" })
        })?;
    }
    if complete {
        sink.record(check, Outcome::Passed, || Evidence::new("the mandatory claims", "all of them"))?;
    }
    ControlFlow::Continue(())
}
