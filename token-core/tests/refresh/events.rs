//! What operators read: an event for everything that happens, and nothing of a token in any of them.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use token_core::keys::refresh::KeyState;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::authority::Authority;
use crate::server::{Reply, Server};
use crate::tokens::{SigningKey, invented, metadata};
use crate::{settings, start, tried, until, until_state, validate, validator};

/// Writes each event of this crate down as a line.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<String>>);

struct Line<'l>(&'l mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("token_core")
    }

    fn event(&self, event: &Event<'_>) {
        let mut lines = self.0.lock().unwrap();
        write!(lines, "{}", event.metadata().level()).unwrap();
        event.record(&mut Line(&mut lines));
        lines.push('\n');
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn events_tell_what_happens_and_hold_nothing_of_tokens() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let authority = Authority::new();
    let (key, token) = (SigningKey::new(0), invented(5));
    let server = Server::start(&authority, Reply::document(metadata([&key]))).await;
    let mut settings = settings(&authority);
    settings.keep_for = crate::ms(600);
    let refresher = start(settings, &server.url("/"));
    tried(&refresher).await;
    assert!(validate(&validator(refresher.clone()), &token).is_err());
    // A server can send anything, also a token as its excuse.
    server.reply(Reply::Redirect(format!("https://elsewhere.test/?token={token}")));
    until_state(&refresher, KeyState::LastKnownGood).await;
    server.reply(Reply::document(format!("{{\"keys\":[],\"issuer\":\"{token}\",\"jwks_uri\":\"x\"}}")));
    until_state(&refresher, KeyState::Down).await;
    until("the event", || recorder.0.lock().unwrap().contains("keys given up")).await;

    let lines = recorder.0.lock().unwrap().clone();
    for expected in
        ["INFO message=keys changed", "WARN message=keys not fetched", "ERROR message=keys given up"]
    {
        assert!(lines.contains(expected), "{expected}: {lines}");
    }
    assert!(lines.contains("issuer=\"00000001-0000-0000-c000-000000000000@*\""), "{lines}");
    let header = token.split('.').next().unwrap();
    assert!(!lines.contains("eyJ") && !lines.contains(header), "{lines}");
    let said = format!("{:?} {:?} {:?}", refresher, refresher.status(), refresher.findings());
    assert!(!said.contains("eyJ"), "{said}");
}
