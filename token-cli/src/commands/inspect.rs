//! `s2s inspect`: decodes and explains, and judges nothing.

use serde::Serialize;
use token_core::dauth::OwnKeys;
use token_core::dauth::policy::OfferLives;
use token_core::s2s::{Scratch, Token};
use token_core::{Budget, UnixTime};

use super::{challenge, for_each_input};
use crate::args::{Format, Inspect, WARN_DAYS};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input::{Content, Input, Item, Soap};
use crate::output::{json, jsonl, sarif, text};
use crate::report::dauth::{DauthView, FederationView, MessageView};
use crate::report::{DocumentView, Place, TokenView, View};

/// Something that was looked at.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub(crate) enum Inspected {
    Token {
        #[serde(flatten)]
        place: Place,
        notes: Vec<&'static str>,
        token: TokenView,
    },
    Message {
        #[serde(flatten)]
        place: Place,
        notes: Vec<&'static str>,
        message: MessageView,
    },
    FederationInformation {
        #[serde(flatten)]
        place: Place,
        notes: Vec<&'static str>,
        federation_information: FederationView,
    },
    KeyDocument {
        #[serde(flatten)]
        document: DocumentView,
    },
    Challenge {
        #[serde(flatten)]
        read: challenge::Read,
    },
    Refused {
        #[serde(flatten)]
        place: Place,
        message: String,
        notes: Vec<&'static str>,
    },
}

/// With what items are looked at.
struct Eye {
    own: OwnKeys,
    lives: OfferLives,
    now: UnixTime,
    reveal: bool,
}

impl Inspected {
    fn of(item: Item, input: &str, eye: &Eye) -> Self {
        let (now, reveal) = (eye.now, eye.reveal);
        let Item { line, offset, content, notes } = item;
        let place = Place { input: input.to_owned(), line, offset };
        let token = |bytes: &[u8], is_original| {
            let mut scratch = Scratch::new();
            let token = Token::decode(bytes, &Budget::DEFAULT, &mut scratch);
            TokenView::of(&token, View { now, reveal, bytes: is_original })
        };
        match content {
            Content::Token(bytes) => Self::Token { token: token(&bytes, true), place, notes },
            Content::Readable(readable) => {
                Self::Token { token: token(readable.encode().as_bytes(), false), place, notes }
            }
            Content::KeyDocument(bytes) => {
                Self::KeyDocument { document: DocumentView::read(place, &bytes, now, WARN_DAYS) }
            }
            Content::Soap(soap) => Self::of_soap(&soap, place, notes, eye),
            Content::Response(response) => {
                Self::Challenge { read: challenge::explain(&response, input, now) }
            }
            Content::Refused(refusal) => {
                let message = refusal.to_string();
                Self::Refused { place, message, notes }
            }
        }
    }

    fn of_soap(soap: &Soap, place: Place, notes: Vec<&'static str>, eye: &Eye) -> Self {
        let Eye { own, lives, now, reveal } = eye;
        let view = DauthView { now: *now, reveal: *reveal, own, lives, bytes: soap.is_original };
        match FederationView::read(&soap.bytes, view) {
            Some(federation_information) => {
                Self::FederationInformation { place, notes, federation_information }
            }
            None => {
                let message = MessageView::read(&soap.bytes, soap.path.as_deref(), view);
                Self::Message { place, notes, message }
            }
        }
    }

    /// Broken bytes are invalid whatever they were to say; nothing else is judged.
    fn exit(&self) -> Exit {
        let broken = match self {
            Self::Token { token, .. } => token.is_broken(),
            Self::Message { message, .. } => message.is_broken(),
            Self::FederationInformation { .. } => false,
            Self::KeyDocument { document } => document.error.is_some(),
            Self::Challenge { read } => return read.exit(),
            Self::Refused { .. } => true,
        };
        if broken { Exit::Invalid } else { Exit::Clean }
    }
}

pub(crate) fn run(args: &Inspect, console: &mut Console) -> Result<Exit, CliError> {
    let now = args.output.now();
    let own = args.subject.decrypt.load(console)?;
    let eye = Eye { own, lives: OfferLives::default(), now, reveal: args.subject.reveal };
    let mut kept = Vec::new();
    let mut first = true;
    let (mut json, head) = json::Document::begin("inspect", "items", now);
    if args.output.format == Format::Json {
        console.write(&head)?;
    }
    let exit = for_each_input(&args.subject.inputs, console, |input: Input, console| {
        let mut worst = Exit::Clean;
        for item in input.items {
            let inspected = Inspected::of(item, &input.name, &eye);
            worst = worst.max(inspected.exit());
            match args.output.format {
                Format::Text => {
                    let page = text::inspected(&inspected, console.width());
                    console.write(if std::mem::take(&mut first) { "" } else { "\n" })?;
                    console.write(&page)?;
                }
                Format::Jsonl => console.write(&jsonl::inspected(&inspected))?,
                Format::Json => console.write(&json.item(&inspected))?,
                Format::Sarif => kept.push(inspected),
            }
        }
        Ok(worst)
    })?;
    match args.output.format {
        Format::Json => console.write(&json.end(None, exit))?,
        Format::Sarif => console.write(&sarif::inspected(&kept, exit))?,
        Format::Text | Format::Jsonl => {}
    }
    Ok(exit)
}
