//! The claims of all token kinds, and the JSON shape that each must have.
//!
//! Follows the claim tables of [MS-XOAUTH], the SharePoint and Outlook documentation, and ruling 3.

use std::borrow::Cow;

use crate::budget::Budget;
use crate::jose::{Claim, Duplicate, JsonType, Members, Name, Reader, Text};

/// The JSON shape that a claim must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// A string, or an array of strings where the kind allows it.
    Audience,
    /// A number or a string of digits.
    Time,
    /// The string `true` or `false`, in any letter case.
    Flag,
    /// An array of strings.
    List,
    /// An object, or a string that holds one.
    Context,
    /// Anything.
    Any,
}

impl Shape {
    /// Says what the shape demands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Audience => "a string, or for Entra tokens an array of strings",
            Self::Time => "a number or a string of digits",
            Self::Flag => "the string \"true\" or \"false\"",
            Self::List => "an array of strings",
            Self::Context => "an object, or a string that holds one",
            Self::Any => "any value",
        }
    }

    /// Returns whether a claim that is present has this shape.
    #[inline]
    #[must_use]
    pub fn fits(self, claim: Claim<'_>) -> bool {
        match self {
            // A string with half a surrogate pair is a JSON string, and no text.
            Self::Text => claim.is_text(),
            Self::Audience if claim.is_text() => true,
            Self::Any => true,
            _ => self.fits_otherwise(claim),
        }
    }

    /// As `fits`, where the shape is more than a string.
    #[inline(never)]
    fn fits_otherwise(self, claim: Claim<'_>) -> bool {
        let is = |json_type| claim.json_type() == Some(json_type);
        match self {
            Self::Text => claim.is_text(),
            Self::Audience => claim.for_each_text(|_| {}),
            Self::Time => is(JsonType::Number) || is(JsonType::String),
            Self::Flag => claim.is_ignoring_case("true") || claim.is_ignoring_case("false"),
            Self::List => is(JsonType::Array) && claim.for_each_text(|_| {}),
            Self::Context => is(JsonType::Object) || is(JsonType::String),
            Self::Any => true,
        }
    }
}

/// So many bits of the hash are another number for each known claim.
const BITS: u32 = 6;

macro_rules! claims {
    ($($field:ident $name:literal $shape:ident $doc:literal;)*) => {
        /// The claims of one layer that the library knows, each as it stands in the JSON.
        ///
        /// Nothing here was verified.
        #[derive(Clone, Debug, Default)]
        pub struct Claims<'a> {
            $(#[doc = $doc] pub $field: Claim<'a>,)*
        }

        impl<'a> Claims<'a> {
            /// Finds a claim by its name, letter by letter.
            #[must_use]
            pub fn named(&self, name: &str) -> Option<Claim<'a>> {
                match name { $($name => Some(self.$field),)* _ => None }
            }

            /// Finds the place of a claim by its name.
            #[allow(non_upper_case_globals, reason = "a pattern for each field")]
            fn place_of(&mut self, name: &str, bits: u32) -> Option<&mut Claim<'a>> {
                $(const $field: u32 = Name::new($name).bits::<BITS>();)*
                // There is one claim at most that it is worth comparing with.
                match bits {
                    $($field if name == $name => Some(&mut self.$field),)*
                    _ => None,
                }
            }

            /// Hands every known claim that is present to `each`, until it breaks.
            pub(crate) fn try_for_each<B>(
                &self,
                mut each: impl FnMut(&'static str, Shape, Claim<'a>) -> std::ops::ControlFlow<B>,
            ) -> std::ops::ControlFlow<B> {
                $(if self.$field.is_present() { each($name, Shape::$shape, self.$field)?; })*
                std::ops::ControlFlow::Continue(())
            }
        }

        #[cfg(test)]
        const NAMES: &[&str] = &[$($name),*];

        impl<'a> Members<'a> for Claims<'a> {
            #[inline]
            fn take(&mut self, name: Name<'_>, claim: Claim<'a>) {
                if let Some(place) = self.place_of(name.text, name.bits::<BITS>()) {
                    *place = claim;
                }
            }

            fn clear(&mut self) {
                *self = Self::default();
            }
        }
    };
}

claims! {
    aud "aud" Audience "Whom the token is for: `appid/host@realm`, a URL, or an application id.";
    iss "iss" Text "Who issued the token: a principal, or a URL.";
    nbf "nbf" Time "Not valid before, in seconds since 1970.";
    exp "exp" Time "Expires after, in seconds since 1970.";
    iat "iat" Time "Issued at, in seconds since 1970.";
    nameid "nameid" Text "Who is named: the acting application, in an outer token the user.";
    identityprovider "identityprovider" Text "Who vouches for `nameid`.";
    actortoken "actortoken" Text "The signed actor token inside an outer token.";
    actor "actor" Text "The application that acts for the user in SharePoint's low-trust tokens.";
    appctx "appctx" Context "The context of an add-in, as object or as JSON text.";
    appctxsender "appctxsender" Text "Who wrote the context.";
    trustedfordelegation "trustedfordelegation" Flag "Whether the application may act for users.";
    isbrowserhostedapp "isbrowserhostedapp" Flag "Whether the add-in runs in a browser.";
    nii "nii" Text "Which name space the user's `nameid` is of.";
    upn "upn" Text "The user principal name.";
    smtp "smtp" Text "The user's mail address.";
    sip "sip" Text "The user's SIP address.";
    unique_name "unique_name" Any "A readable name of the user.";
    altsecid "altsecid" Any "Another identifier of the user.";
    idtyp "idtyp" Any "Whether the token is for a user or an application.";
    scp "scp" Text "The scopes that the user delegated.";
    roles "roles" List "The roles that the application was granted.";
    appid "appid" Text "The client application (Entra version 1.0).";
    appidacr "appidacr" Text "How the client proved itself (Entra version 1.0).";
    azp "azp" Text "The client application (Entra version 2.0).";
    azpacr "azpacr" Text "How the client proved itself (Entra version 2.0).";
    oid "oid" Text "The object id of the user or service principal.";
    sub "sub" Text "The subject.";
    tid "tid" Text "The tenant id.";
    ver "ver" Text "The version, or a marker of a service token.";
    refreshtoken "refreshtoken" Any "A secret of SharePoint's context token.";
    msexchcallback "msexchcallback" Any "The version of an Exchange callback token.";
    endpointurl "endpointurl" Any "The hashed URL of a SharePoint proof token.";
    endpointurl_length "endpointurlLength" Any "How much of the URL a SharePoint proof token covers.";
    isloopback "isloopback" Any "A mark of SharePoint's own proof tokens.";
    isuser "isuser" Any "A mark of SharePoint's own proof tokens.";
}

impl<'a> Claims<'a> {
    /// Reads the context of an add-in out of `appctx`, if it is an object or a string that holds one.
    #[must_use]
    pub fn app_context(&self, budget: &Budget) -> Option<AppContext<'a>> {
        match self.appctx.json_type()? {
            JsonType::Object => {
                let mut context = AppContext::empty(AppContextForm::Object);
                self.appctx.object(budget, &mut context)?;
                Some(context)
            }
            JsonType::String => {
                let text = self.appctx.text()?;
                let mut context = AppContext::empty(AppContextForm::Text);
                let mut reader = Reader::new(budget);
                reader.object(Text::nested(&text), &mut Owning(&mut context)).ok()?;
                context.duplicates = reader.into_duplicates();
                Some(context)
            }
            _ => None,
        }
    }
}

/// How `appctx` is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppContextForm {
    /// As an object, which the Outlook documentation prints.
    Object,
    /// As a string with JSON in it, which Exchange and SharePoint send.
    Text,
}

impl AppContextForm {
    /// Names the form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Text => "JSON text",
        }
    }
}

/// The context of an add-in: where the keys are, whose mailbox it is.
#[derive(Clone)]
pub struct AppContext<'a> {
    /// How the claim is spelled.
    pub form: AppContextForm,
    /// `version`, `ExIdTok.V1` in an identity token.
    pub version: Option<Cow<'a, str>>,
    /// `amurl`, where the token says that its keys are published.
    pub amurl: Option<Cow<'a, str>>,
    /// `msexchuid`, the mailbox.
    pub msexchuid: Option<Cow<'a, str>>,
    /// `smtp`, the user's mail address, in a callback token.
    pub smtp: Option<Cow<'a, str>>,
    /// `puid`, the user's id, in a callback token.
    pub puid: Option<Cow<'a, str>>,
    /// `scope`, what a callback token may do.
    pub scope: Option<Cow<'a, str>>,
    /// `msexchcallback`, the version of a callback token.
    pub msexchcallback: Option<Cow<'a, str>>,
    /// Names that are a known member's in another letter case, safe to print.
    pub misspelled: Vec<String>,
    /// Members that stand twice in the JSON text; those of an object are among the layer's duplicates.
    pub duplicates: Vec<Duplicate>,
}

impl<'a> AppContext<'a> {
    const fn empty(form: AppContextForm) -> Self {
        Self {
            form,
            version: None,
            amurl: None,
            msexchuid: None,
            smtp: None,
            puid: None,
            scope: None,
            msexchcallback: None,
            misspelled: Vec::new(),
            duplicates: Vec::new(),
        }
    }

    fn set(&mut self, name: &str, text: Option<Cow<'a, str>>) {
        const NAMES: [&str; 7] = ["version", "amurl", "msexchuid", "smtp", "puid", "scope", "msexchcallback"];
        match name {
            "version" => self.version = text,
            "amurl" => self.amurl = text,
            "msexchuid" => self.msexchuid = text,
            "smtp" => self.smtp = text,
            "puid" => self.puid = text,
            "scope" => self.scope = text,
            "msexchcallback" => self.msexchcallback = text,
            _ if NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)) => {
                self.misspelled.push(crate::redact::printable(name));
            }
            _ => {}
        }
    }
}

impl<'a> Members<'a> for AppContext<'a> {
    fn take(&mut self, name: Name<'_>, value: Claim<'a>) {
        self.set(name.text, value.text());
    }

    fn clear(&mut self) {
        *self = Self::empty(self.form);
    }
}

/// A context that outlives the text it is read from.
struct Owning<'c, 'a>(&'c mut AppContext<'a>);

impl<'t> Members<'t> for Owning<'_, '_> {
    fn take(&mut self, name: Name<'_>, value: Claim<'t>) {
        self.0.set(name.text, value.text().map(|text| Cow::Owned(text.into_owned())));
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(json: &str) -> Claims<'_> {
        let mut claims = Claims::default();
        Reader::new(&Budget::DEFAULT).object(Text::nested(json), &mut claims).unwrap();
        claims
    }

    #[test]
    fn claims_known_ones_found_and_others_ignored() {
        let claims = claims(r#"{"aud":"a","x":1,"endpointurlLength":"1"}"#);
        assert!(claims.aud.is("a") && claims.endpoint_url_is("1"));
        assert_eq!(claims.named("iss").map(|c| c.is_present()), Some(false));
        assert!(claims.named("x").is_none());
    }

    #[test]
    fn claims_every_known_one_found_and_told_apart_by_its_hash() {
        let mut seen = std::collections::HashMap::new();
        for name in NAMES {
            let json = format!("{{\"{name}\":\"x\"}}");
            assert!(claims(&json).named(name).is_some_and(|claim| claim.is("x")), "{name}");
            let other = seen.insert(Name::new(name).bits::<BITS>(), name);
            assert_eq!(other, None, "same bits as {name}: the hash needs another multiplier");
        }
    }

    impl Claims<'_> {
        fn endpoint_url_is(&self, value: &str) -> bool {
            self.endpointurl_length.is(value)
        }
    }

    #[test]
    fn shape_fits_each_type() {
        let fits = |shape: Shape, json: &'static str| shape.fits(Claim::present(json));
        assert!(fits(Shape::Text, "\"a\"") && !fits(Shape::Text, "1"));
        assert!(fits(Shape::Audience, "[\"a\"]") && !fits(Shape::Audience, "[1]"));
        assert!(fits(Shape::Time, "1") && fits(Shape::Time, "\"1\"") && !fits(Shape::Time, "null"));
        assert!(fits(Shape::Flag, "\"True\"") && !fits(Shape::Flag, "true"));
        assert!(fits(Shape::List, "[\"a\"]") && !fits(Shape::List, "\"a\""));
        assert!(fits(Shape::Context, "{}") && fits(Shape::Context, "\"{}\"") && !fits(Shape::Context, "[]"));
    }

    #[test]
    fn app_context_both_forms_read_alike() {
        let object = claims(r#"{"appctx":{"version":"ExIdTok.V1","amurl":"u","msexchuid":"m"}}"#);
        let text = claims(r#"{"appctx":"{\"version\":\"ExIdTok.V1\",\"amurl\":\"u\",\"msexchuid\":\"m\"}"}"#);
        for (claims, form) in [(object, AppContextForm::Object), (text, AppContextForm::Text)] {
            let context = claims.app_context(&Budget::DEFAULT).unwrap();
            assert_eq!(context.form, form);
            assert_eq!(context.version.as_deref(), Some("ExIdTok.V1"));
            assert_eq!(context.amurl.as_deref(), Some("u"));
            assert_eq!(context.msexchuid.as_deref(), Some("m"));
        }
    }

    #[test]
    fn app_context_misspelled_and_duplicate_members_noted() {
        let claims = claims(r#"{"appctx":"{\"Version\":\"x\",\"amurl\":\"a\",\"amurl\":\"b\"}"}"#);
        let context = claims.app_context(&Budget::DEFAULT).unwrap();
        assert_eq!(context.version, None);
        assert_eq!(context.misspelled, ["Version"]);
        assert_eq!(
            context.duplicates.iter().map(|duplicate| &*duplicate.name).collect::<Vec<_>>(),
            ["amurl"]
        );
        assert_eq!(context.amurl.as_deref(), Some("a"));
    }
}
