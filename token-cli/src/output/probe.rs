//! Probed servers: a table of paths for people, records for programs.

use serde::Serialize;
use token_core::UnixTime;
use token_core::endpoint::{Legacy, PathRecord, ServerRecord, TlsRecord, TlsVersion};

use super::page::{BAD, BOLD, DIM, DOUBTFUL, GOOD, NAME, PLAIN, Page};
use super::text::{broken_check, labelled};
use crate::clock;
use crate::commands::probe::{PathCheck, Probed};
use crate::exit::Exit;
use crate::report::{Brief, FindingView, Place};

/// Columns of the labels before facts: `certificate`.
const FACTS: usize = 11;

/// One object per server.
pub(crate) fn jsonl(server: &Probed) -> String {
    #[derive(Serialize)]
    struct Line<'p> {
        #[serde(flatten)]
        record: &'p ServerRecord,
        verdict: &'p str,
        failure: Option<&'p str>,
        findings: Vec<PathBrief<'p>>,
    }
    #[derive(Serialize)]
    struct PathBrief<'p> {
        path: Option<&'p str>,
        #[serde(flatten)]
        brief: Brief<'p>,
    }
    fn brief(check: &PathCheck) -> PathBrief<'_> {
        PathBrief { path: check.path.as_deref(), brief: Brief::of(&check.check) }
    }
    super::jsonl::line(&Line {
        record: &server.record,
        verdict: server.verdict,
        failure: server.failure.as_deref(),
        findings: server.broken().map(brief).collect(),
    })
}

/// Broken checks, each at the URL it was made on.
pub(crate) fn sarif(servers: &[Probed], exit: Exit) -> String {
    let results = servers.iter().flat_map(|server| {
        server.broken().map(|check| {
            let input = format!("{}{}", server.record.url, check.path.as_deref().unwrap_or_default());
            (&check.check, Place { input, line: None, offset: 0 })
        })
    });
    super::sarif::located(results, exit)
}

/// A block for each server: TLS, certificate, a table of its paths, what is wrong.
pub(crate) fn text(servers: &[Probed], all: bool, now: UnixTime, width: usize) -> String {
    let mut page = Page::new(width);
    for (index, server) in servers.iter().enumerate() {
        if index > 0 {
            page.blank();
        }
        self::server(&mut page, server, all, now);
    }
    page.finish()
}

fn server(page: &mut Page, server: &Probed, all: bool, now: UnixTime) {
    let (word, style) = match (&server.failure, server.verdict) {
        (Some(_), _) => ("FAILED", BAD),
        (None, "clean") => ("CLEAN", GOOD),
        (None, _) => ("FINDINGS", BAD),
    };
    page.line(0, &[(word, style), ("  ", PLAIN), (&server.record.url, BOLD)]);
    if let Some(failure) = &server.failure {
        page.text(2, failure, PLAIN);
    }
    if let Some(tls) = &server.record.tls {
        self::tls(page, tls, now);
    }
    if server.failure.is_none() {
        page.blank();
        table(page, &server.record.paths);
    }
    // What is said of the server, then path by path, errors first in each.
    let paths = server.record.paths.iter().map(|path| Some(&*path.path));
    for path in std::iter::once(None).chain(paths) {
        let mut broken = server.broken().filter(|check| check.path.as_deref() == path).peekable();
        if let (Some(path), Some(_)) = (path, broken.peek()) {
            page.blank();
            page.line(2, &[(path, BOLD)]);
        }
        broken.for_each(|check| broken_check(page, &check.check));
    }
    if all {
        page.blank();
        for check in &server.checks {
            let FindingView { rule, outcome, title, .. } = &check.check;
            let path = check.path.as_deref().unwrap_or("server");
            page.text(2, &format!("{rule} {outcome:<8} {path}: {title}"), DIM);
        }
    }
}

fn tls(page: &mut Page, tls: &TlsRecord, now: UnixTime) {
    let version = tls.version.map_or("no handshake", TlsVersion::as_str);
    let cipher = tls.cipher.as_deref().map(|cipher| format!(", {cipher}")).unwrap_or_default();
    labelled(page, 2, "tls", FACTS, &format!("{version}{cipher}"), NAME);
    let old = |legacy: Legacy| legacy.as_str();
    labelled(
        page,
        2,
        "old tls",
        FACTS,
        &format!("TLS 1.0 {}, TLS 1.1 {}", old(tls.tls10), old(tls.tls11)),
        NAME,
    );
    let Some(certificate) = &tls.certificate else { return };
    let names =
        if certificate.names.is_empty() { "no name".to_owned() } else { certificate.names.join(", ") };
    labelled(page, 2, "certificate", FACTS, &format!("{}, for {names}", certificate.subject), NAME);
    labelled(page, 2, "issued by", FACTS, &certificate.issuer, NAME);
    let end = UnixTime::from_secs(certificate.not_after);
    labelled(page, 2, "valid until", FACTS, &format!("{end} ({})", clock::relative(end, now)), NAME);
    let (trusted, style) = match &certificate.fault {
        None => ("yes", NAME),
        Some(fault) => (&**fault, DOUBTFUL),
    };
    labelled(page, 2, "trusted", FACTS, trusted, style);
}

/// The paths, one per line, and below what does not fit into a column.
fn table(page: &mut Page, paths: &[PathRecord]) {
    let row = |path: &PathRecord| match &path.answer {
        Some(answer) => {
            let schemes = if answer.schemes.is_empty() { "-".to_owned() } else { answer.schemes.join(", ") };
            [path.path.clone(), answer.status.to_string(), schemes]
        }
        None => [path.path.clone(), "-".to_owned(), path.failure.clone().unwrap_or_default()],
    };
    let rows: Vec<_> = paths.iter().map(row).collect();
    let head = ["path", "status", "schemes"].map(str::to_owned);
    let width = |column: usize| {
        rows.iter().chain([&head]).map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let (first, second) = (width(0), width(1));
    let line = |row: &[String; 3]| format!("{:<first$}  {:<second$}  ", row[0], row[1]);
    page.line(2, &[(&line(&head), DIM), (&head[2], DIM)]);
    for (path, row) in paths.iter().zip(&rows) {
        let style = if path.answer.is_some() { PLAIN } else { DOUBTFUL };
        page.line(2, &[(&line(row), PLAIN), (&row[2], style)]);
        let Some(answer) = &path.answer else { continue };
        let mut detail = |label: &str, text: &str| labelled(page, 4, label, 17, text, DIM);
        if let Some(location) = &answer.location {
            detail("location", location);
        }
        if let Some(bearer) = &answer.bearer {
            let facts = [
                ("client_id", bearer.client_id.clone()),
                ("trusted_issuers", Some(bearer.trusted_issuers.join(", ")).filter(|text| !text.is_empty())),
                ("realm", bearer.realm.clone()),
                ("token_types", Some(bearer.token_types.join(" ")).filter(|text| !text.is_empty())),
                ("authorization_uri", bearer.authorization_uri.clone()),
                ("issuer_kind", bearer.issuer_kind.clone()),
                ("error", bearer.error.clone()),
            ];
            for (label, text) in facts {
                if let Some(text) = text {
                    detail(label, &text);
                }
            }
        }
        for (name, value) in &answer.headers {
            detail(name, value);
        }
    }
}
