//! The kinds of tokens, told apart by their shape alone.
//!
//! The kinds `T1` to `T12` are those of the protocol's description; the order of the questions is that in which
//! Exchange asks them: `ver` first, then `actortoken`, then `appctx`.

use std::fmt;
use std::time::Duration;

use super::claims::Claims;
use super::layer::Layer;
use super::well_known;
use crate::budget::Budget;
use crate::jose::Claim;

macro_rules! kinds {
    ($($variant:ident $id:literal $name:literal $title:literal $doc:literal;)*) => {
        /// What kind of token something is, by its shape: a claim of the token like any other until it is verified.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $(#[doc = $doc] $variant,)*
            /// None of the known shapes.
            #[default]
            Unknown,
        }

        impl Kind {
            /// All known kinds.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Returns the short identifier, `T1` to `T12`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* Self::Unknown => "-" }
            }

            /// Returns the name as it is spelled in policies and in machine-readable output.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* Self::Unknown => "unknown" }
            }

            /// Says in a few words what the kind is.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* Self::Unknown => "a token of no known kind" }
            }
        }
    };
}

kinds! {
    RequestAssertion "T1" "request-assertion" "self-issued assertion that asks the STS for a token"
        "A client server's self-issued assertion to the STS.";
    StsActor "T2" "sts-actor" "actor token issued by the STS"
        "An actor token that ACS or Entra issued for an application.";
    SelfIssuedActor "T3" "self-issued-actor" "actor token that a server or add-in issued itself"
        "An actor token of a directly trusted server or a high-trust add-in.";
    Outer "T4" "outer" "unsigned outer token that names the user"
        "An unsigned token in which an application asserts a user, around its actor token.";
    LowTrustUser "T5a" "low-trust-user" "SharePoint low-trust token for a user and an add-in"
        "A SharePoint low-trust token for a user and an add-in.";
    LowTrustApp "T5b" "low-trust-app" "SharePoint low-trust token for an add-in alone"
        "A SharePoint low-trust token for an add-in alone.";
    Context "T6" "context" "SharePoint context token, keyed with the add-in's secret"
        "A SharePoint context token; only the add-in can verify it.";
    Identity "T7" "identity" "Exchange user identity token (ExIdTok.V1)"
        "An Exchange user identity token for an Outlook add-in.";
    Callback "T8" "callback" "Exchange callback or attachment token"
        "An Exchange callback or attachment token for an Outlook add-in.";
    EntraV1 "T9" "entra-v1" "Entra access token, version 1.0"
        "An Entra access token of version 1.0.";
    EntraV2 "T10" "entra-v2" "Entra access token, version 2.0"
        "An Entra access token of version 2.0.";
    Service "T11" "service" "service token with a ver marker"
        "A token marked app_asserted_user_v1 or service_asserted_app_v1.";
    Proof "T12" "proof" "SharePoint proof token"
        "A SharePoint proof token; from outside it is an attack.";
}

impl Kind {
    /// Finds a kind by its name or its identifier, in any letter case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let named =
            |kind: &&Self| text.eq_ignore_ascii_case(kind.as_str()) || text.eq_ignore_ascii_case(kind.id());
        Self::ALL.iter().find(named).copied()
    }

    /// Returns the longest lifetime, `exp - nbf`, that is normal for the kind (ruling 2).
    #[must_use]
    pub const fn usual_lifetime(self) -> Duration {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        Duration::from_secs(match self {
            Self::RequestAssertion => 10 * MINUTE,
            Self::StsActor | Self::LowTrustApp => 24 * HOUR + 5 * MINUTE,
            Self::Outer | Self::LowTrustUser | Self::Context => 12 * HOUR,
            Self::Identity => 8 * HOUR + 5 * MINUTE,
            Self::EntraV1 | Self::EntraV2 => 29 * HOUR,
            Self::SelfIssuedActor | Self::Callback | Self::Service | Self::Proof | Self::Unknown => 24 * HOUR,
        })
    }

    /// Returns whether times may be strings of digits (ruling 1).
    #[must_use]
    pub const fn allows_text_times(self) -> bool {
        !matches!(self, Self::EntraV1 | Self::EntraV2 | Self::Service)
    }

    /// Returns whether the kind is one of Entra's access tokens.
    #[must_use]
    pub const fn is_entra(self) -> bool {
        matches!(self, Self::EntraV1 | Self::EntraV2)
    }

    /// Returns whether no third party can ever verify the kind.
    #[must_use]
    pub const fn is_never_valid(self) -> bool {
        matches!(self, Self::Context | Self::Proof | Self::Unknown)
    }

    /// Tells the kind of one layer.
    pub(super) fn of(layer: &Layer<'_>) -> Self {
        let Some(claims) = layer.claims() else { return Self::Unknown };
        if is_proof(claims) {
            return Self::Proof;
        }
        let ver = claims.ver.text().unwrap_or_default();
        if matches!(&*ver, well_known::APP_ASSERTED_USER | well_known::SERVICE_ASSERTED_APP) {
            return Self::Service;
        }
        if claims.actortoken.is_present() {
            return Self::Outer;
        }
        if claims.msexchcallback.is_present() {
            return Self::Callback;
        }
        if let Some(kind) = entra(claims, &ver) {
            return kind;
        }
        if claims.refreshtoken.is_present() && claims.appctxsender.is_present() {
            return Self::Context;
        }
        if claims.appctx.is_present() {
            return add_in(claims);
        }
        application(claims)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn is_proof(claims: &Claims<'_>) -> bool {
    let marks = [claims.endpointurl, claims.endpointurl_length, claims.isloopback];
    let marked = marks.iter().any(Claim::is_present);
    // `hashedprooftoken` and its relatives.
    let is_proof_ver =
        |ver: &str| ver.as_bytes().windows(10).any(|bytes| bytes.eq_ignore_ascii_case(b"prooftoken"));
    marked || claims.ver.text().is_some_and(|ver| is_proof_ver(&ver))
}

fn entra(claims: &Claims<'_>, ver: &str) -> Option<Kind> {
    let iss = claims.iss.text();
    let issued_by_url = iss.as_deref().is_some_and(|iss| iss.starts_with("https://"));
    match ver {
        "1.0" => Some(Kind::EntraV1),
        "2.0" => Some(Kind::EntraV2),
        _ if issued_by_url && iss.is_some_and(|iss| iss.ends_with("/v2.0")) => Some(Kind::EntraV2),
        _ if issued_by_url => Some(Kind::EntraV1),
        _ => None,
    }
}

/// Tells identity, callback and context tokens apart by what their context holds.
fn add_in(claims: &Claims<'_>) -> Kind {
    let Some(context) = claims.app_context(&Budget::DEFAULT) else { return Kind::Unknown };
    let is_identity = context.amurl.is_some() || context.msexchuid.is_some() || context.version.is_some();
    let is_callback = context.smtp.is_some() || context.puid.is_some() || context.msexchcallback.is_some();
    if is_identity || !context.misspelled.is_empty() {
        Kind::Identity
    } else if is_callback || context.scope.is_some() {
        Kind::Callback
    } else if claims.appctxsender.is_present() {
        Kind::Context
    } else {
        Kind::Unknown
    }
}

/// Tells the tokens of applications apart by audience, issuer and the mark for delegation.
fn application(claims: &Claims<'_>) -> Kind {
    let aud = claims.aud.text().unwrap_or_default();
    let iss = claims.iss.text().unwrap_or_default();
    // In any letter case: whether another one is accepted is for the rules to say.
    let is_named = |text: &str, name: &str| {
        text.split_at_checked(name.len()).is_some_and(|(first, rest)| {
            first.eq_ignore_ascii_case(name) && matches!(rest.as_bytes().first(), None | Some(b'/' | b'@'))
        })
    };
    let for_acs = is_named(&aud, well_known::ACS) && aud.contains('/');
    let from_acs = is_named(&iss, well_known::ACS);
    if for_acs && !from_acs {
        Kind::RequestAssertion
    } else if claims.actor.is_present() {
        Kind::LowTrustUser
    } else if from_acs
        && claims.trustedfordelegation.is_ignoring_case("false")
        && is_named(&aud, well_known::SHAREPOINT)
    {
        Kind::LowTrustApp
    } else if from_acs {
        Kind::StsActor
    } else if claims.nameid.text().is_some() && !iss.is_empty() {
        Kind::SelfIssuedActor
    } else {
        Kind::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s2s::{Scratch, Token};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn kind(claims: &str) -> Kind {
        let token =
            format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(claims));
        Token::decode(token.as_bytes(), &Budget::DEFAULT, &mut Scratch::new()).kind()
    }

    #[test]
    fn kind_of_each_documented_shape() {
        let acs = "00000001-0000-0000-c000-000000000000";
        let sp = "00000003-0000-0ff1-ce00-000000000000";
        let cases = [
            (
                format!(r#"{{"aud":"{acs}/accounts.accesscontrol.windows.net@t","iss":"x@t"}}"#),
                Kind::RequestAssertion,
            ),
            (format!(r#"{{"aud":"x/h@t","iss":"{acs}@t","nameid":"y@t"}}"#), Kind::StsActor),
            (
                format!(r#"{{"aud":"x/h@t","iss":"{acs}@t","nameid":"y@t","trustedfordelegation":"false"}}"#),
                Kind::StsActor,
            ),
            (
                format!(
                    r#"{{"aud":"{sp}/h@t","iss":"{acs}@t","nameid":"y@t","trustedfordelegation":"false"}}"#
                ),
                Kind::LowTrustApp,
            ),
            (
                format!(r#"{{"aud":"{sp}/h@t","iss":"{acs}@t","nameid":"n","actor":"y@t"}}"#),
                Kind::LowTrustUser,
            ),
            (r#"{"aud":"x/h@t","iss":"y@t","nameid":"y@t"}"#.to_owned(), Kind::SelfIssuedActor),
            (r#"{"aud":"x/h@t","iss":"y@t","actortoken":"a.b.c"}"#.to_owned(), Kind::Outer),
            (
                r#"{"appctx":"{\"CacheKey\":\"k\"}","appctxsender":"s@t","refreshtoken":"r"}"#.to_owned(),
                Kind::Context,
            ),
            (r#"{"appctx":{"version":"ExIdTok.V1"}}"#.to_owned(), Kind::Identity),
            (r#"{"appctx":{"Version":"ExIdTok.V1"}}"#.to_owned(), Kind::Identity),
            (r#"{"appctx":"{\"smtp\":\"a@b\",\"scope\":\"s\"}"}"#.to_owned(), Kind::Callback),
            (r#"{"ver":"1.0","msexchcallback":"ExCallback.V1"}"#.to_owned(), Kind::Callback),
            (r#"{"ver":"1.0"}"#.to_owned(), Kind::EntraV1),
            (r#"{"iss":"https://sts.windows.net/t/"}"#.to_owned(), Kind::EntraV1),
            (r#"{"ver":"2.0"}"#.to_owned(), Kind::EntraV2),
            (r#"{"iss":"https://login.microsoftonline.com/t/v2.0"}"#.to_owned(), Kind::EntraV2),
            (r#"{"ver":"app_asserted_user_v1","actortoken":"a.b.c"}"#.to_owned(), Kind::Service),
            (r#"{"ver":"service_asserted_app_v1"}"#.to_owned(), Kind::Service),
            (r#"{"ver":"hashedprooftoken"}"#.to_owned(), Kind::Proof),
            (r#"{"isloopback":true}"#.to_owned(), Kind::Proof),
            ("{}".to_owned(), Kind::Unknown),
            (r#"{"appctx":{}}"#.to_owned(), Kind::Unknown),
        ];
        for (claims, expected) in cases {
            assert_eq!(kind(&claims), expected, "{claims}");
        }
    }

    #[test]
    fn parse_name_or_identifier() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
            assert_eq!(Kind::parse(kind.id()), Some(*kind));
        }
        assert_eq!(Kind::parse("T99"), None);
    }
}
