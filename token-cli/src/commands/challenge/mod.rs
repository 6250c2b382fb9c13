//! `s2s challenge`: reads the 401 of a server, judges it under a policy, and holds a token against it.

mod diagnosis;

use std::ffi::OsString;

use serde::Serialize;
use token_core::challenge::{
    BackendDiagnostics, BearerChallenge, Body, ChallengeReview, ChallengeVerdict, Diagnostics, Service,
    Situation, StsError, Transport, challenges_of_lines, repair, would_satisfy,
};
use token_core::s2s::{Scratch, Token};
use token_core::{Budget, Policy, RuleId, UnixTime};

pub(crate) use self::diagnosis::Diagnosis;
use super::trust::ChallengePolicy;
use crate::args::{Checks, Format, Output};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input::{self, Content, Response};
use crate::output;
use crate::redacted;
use crate::report::{FindingView, Place, meaning};

#[derive(Debug, clap::Args)]
pub(crate) struct ChallengeArgs {
    /// A file, or - for stdin; without any, stdin
    ///
    /// An input holds responses as `curl -i` or `curl -v` prints them, response heads, or header lines; the value of a
    /// WWW-Authenticate line may stand alone. A wrapped value is joined, and typographic quotes are repaired; both are
    /// said.
    #[arg(value_name = "INPUT")]
    inputs: Vec<OsString>,

    #[command(flatten)]
    policy: ChallengePolicy,

    /// Say whether the token in this file answers the challenge, and if not, why
    #[arg(long, short, value_name = "FILE")]
    token: Option<OsString>,

    /// Read challenge, x-ms-diagnostics and error body as one: what the server said, what the token says, what must change
    #[arg(long)]
    diagnose: bool,

    /// The URL that was called: it tells whether TLS was used, and which service answered
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    #[command(flatten)]
    checks: Checks,

    #[command(flatten)]
    output: Output<Format>,
}

/// A response that was read.
#[derive(Debug, Serialize)]
pub(crate) struct Read {
    #[serde(flatten)]
    pub(crate) place: Place,
    pub(crate) status: Option<u16>,
    /// `clean` or `findings`; none where nothing was judged.
    pub(crate) verdict: Option<&'static str>,
    pub(crate) challenges: Vec<ChallengeView>,
    pub(crate) diagnostics: Vec<DiagnosticsView>,
    pub(crate) checks: Vec<FindingView>,
    pub(crate) token: Option<TokenAnswer>,
    pub(crate) diagnosis: Option<Diagnosis>,
    pub(crate) notes: Vec<String>,
}

/// One challenge.
#[derive(Debug, Serialize)]
pub(crate) struct ChallengeView {
    pub(crate) scheme: String,
    /// The line of the header, and the byte in its value.
    pub(crate) header_line: usize,
    pub(crate) byte: usize,
    pub(crate) parameters: Vec<ParameterView>,
    /// How long the token68 is that stands in place of parameters; never the value.
    pub(crate) token68_length: Option<usize>,
}

/// One parameter.
#[derive(Debug, Serialize)]
pub(crate) struct ParameterView {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) meaning: Option<String>,
}

/// A header with diagnostics, or the code of an error body.
#[derive(Debug, Serialize)]
pub(crate) struct DiagnosticsView {
    pub(crate) source: &'static str,
    pub(crate) code: Option<u32>,
    pub(crate) category: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) meaning: Option<&'static str>,
    pub(crate) cause: Option<&'static str>,
    pub(crate) remedy: Option<&'static str>,
    pub(crate) rules: Vec<&'static str>,
}

/// Whether the token answers the challenge.
#[derive(Debug, Serialize)]
pub(crate) struct TokenAnswer {
    pub(crate) satisfies: bool,
    pub(crate) kind: &'static str,
    pub(crate) checks: Vec<FindingView>,
}

impl Read {
    /// The checks that did not pass, those of the token behind those of the challenge; errors first.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &FindingView> {
        let all = || self.checks.iter().chain(self.token.iter().flat_map(|token| &token.checks));
        let of = |severity| move |check: &&FindingView| check.severity == Some(severity);
        all().filter(of("error")).chain(all().filter(of("warning")))
    }

    pub(crate) fn exit(&self) -> Exit {
        let found = self.broken().any(|check| check.severity == Some("error"));
        if found { Exit::Invalid } else { Exit::Clean }
    }
}

pub(crate) fn run(args: &ChallengeArgs, console: &mut Console) -> Result<Exit, CliError> {
    let now = args.output.now();
    let policy = args.policy.read()?;
    let token = args.token.as_ref().map(token).transpose()?;
    let reader =
        Reader { policy, token, diagnose: args.diagnose, situation: situation(args.url.as_deref()), now };
    let (mut all, mut worst) = (Vec::new(), Exit::Clean);
    for source in input::sources(&args.inputs) {
        let name = source.name();
        let read = source.read().and_then(|bytes| {
            let read: Vec<_> =
                input::responses(&bytes).iter().filter_map(|response| reader.read(response, &name)).collect();
            let expected = "expected a WWW-Authenticate line or x-ms-diagnostics, found none";
            if read.is_empty() { Err(CliError::Nothing(format!("{name}: {expected}"))) } else { Ok(read) }
        });
        match read {
            Ok(read) => {
                worst = read.iter().map(Read::exit).fold(worst, Exit::max);
                all.extend(read);
            }
            Err(error) => {
                console.error(&error.to_string());
                worst = worst.max(error.exit());
            }
        }
    }
    console.write(&match args.output.format {
        Format::Text => output::challenge::text(&all, args.checks.all, console.width()),
        Format::Json => output::json::whole("challenge", "responses", &all, now, worst),
        Format::Jsonl => all.iter().map(output::challenge::jsonl).collect(),
        Format::Sarif => output::challenge::sarif(&all, worst),
    })?;
    Ok(worst)
}

/// Reads a response without judging more of it than its form.
pub(crate) fn explain(response: &Response, input: &str, now: UnixTime) -> Read {
    let reader = Reader { policy: None, token: None, diagnose: false, situation: Situation::default(), now };
    reader.read_said(response, input)
}

fn situation(url: Option<&str>) -> Situation {
    let mut situation = Situation::default();
    let Some((scheme, rest)) = url.and_then(|url| url.split_once("://")) else {
        return situation;
    };
    situation.transport = match scheme.to_ascii_lowercase().as_str() {
        "https" => Transport::Https,
        "http" => Transport::Http,
        _ => Transport::Unknown,
    };
    situation.service = Service::of_path(rest.split_at(rest.find('/').unwrap_or(rest.len())).1);
    situation
}

/// Reads the one token of a file.
fn token(file: &OsString) -> Result<Vec<u8>, CliError> {
    let name = redacted::path(std::path::Path::new(file));
    let nothing = |found: &str| CliError::Nothing(format!("--token {name}: expected a token, found {found}"));
    let source = input::sources(std::slice::from_ref(file)).remove(0);
    let input =
        source.read().and_then(|bytes| input::cut(&source, bytes).map_err(|none| nothing(&none.found)))?;
    match input.items.into_iter().next().map(|item| item.content) {
        Some(Content::Token(bytes)) => Ok(bytes),
        Some(Content::Readable(readable)) => Ok(readable.encode().into_bytes()),
        _ => Err(nothing("something else")),
    }
}

/// What every response is read with.
struct Reader {
    policy: Option<Policy>,
    token: Option<Vec<u8>>,
    diagnose: bool,
    situation: Situation,
    now: UnixTime,
}

impl Reader {
    /// Reads a response; nothing where it holds neither challenge nor diagnostics.
    fn read(&self, response: &Response, input: &str) -> Option<Read> {
        let read = self.read_said(response, input);
        let is_empty = response.values("www-authenticate").next().is_none() && read.diagnostics.is_empty();
        (!is_empty || response.status == Some(401)).then_some(read)
    }

    /// Reads a response, whatever it holds.
    fn read_said(&self, response: &Response, input: &str) -> Read {
        let budget = Budget::DEFAULT;
        let diagnostics = diagnostics(response, &budget);
        let mut notes = Vec::new();
        let values: Vec<String> = response
            .values("www-authenticate")
            .map(|value| {
                let repaired = repair(value, &budget);
                notes.extend(
                    repaired.changes.iter().map(|change| format!("repaired, which no server does: {change}")),
                );
                repaired.value.into_owned()
            })
            .collect();
        let (mut challenges, mut bearer) = (Vec::new(), None);
        for challenge in challenges_of_lines(&values, &budget).accepting_bare_values().filter_map(Result::ok)
        {
            if bearer.is_none() {
                bearer = BearerChallenge::new(&challenge, &budget).ok();
            }
            challenges.push(view(&challenge));
        }
        let review = ChallengeReview::of_lines(&values, self.situation, self.policy.as_ref(), &budget);
        // Without a policy only the form is judged: what may be offered is for the policy to say.
        let is_form = |rule| matches!(rule, RuleId::Chl01 | RuleId::Chl02 | RuleId::Chl15);
        let kept = review.findings().iter().filter(|finding| self.policy.is_some() || is_form(finding.rule));
        let checks: Vec<_> = kept.map(FindingView::of).collect();
        let verdict = self.policy.as_ref().map(|_| review.verdict().as_str());

        let mut scratch = Scratch::new();
        let token = self.token.as_ref().map(|bytes| Token::decode(bytes, &budget, &mut scratch));
        // Without a Bearer challenge no token is an answer; its absence says so by CHL-20 and the rest.
        let answer = token.as_ref().map(|token| {
            let review = would_satisfy(token, bearer.as_ref().unwrap_or(&BearerChallenge::default()));
            TokenAnswer {
                satisfies: bearer.is_some() && review.verdict() == ChallengeVerdict::Clean,
                kind: token.kind().as_str(),
                checks: review.findings().iter().map(FindingView::of).collect(),
            }
        });
        let mut read = Read {
            place: Place { input: input.to_owned(), line: Some(response.line), offset: response.offset },
            status: response.status,
            verdict,
            challenges,
            diagnostics,
            checks,
            token: answer,
            diagnosis: None,
            notes,
        };
        if self.diagnose {
            read.diagnosis =
                Some(Diagnosis::of(&read, bearer.as_ref(), token.as_ref(), self.policy.as_ref(), self.now));
        }
        read
    }
}

fn view(challenge: &token_core::challenge::Challenge<'_>) -> ChallengeView {
    let parameter = |param: token_core::challenge::Param<'_>| {
        let value = param.value();
        let parts: Vec<_> = match param.name() {
            name if name.to_ascii_lowercase().starts_with("trusted") => {
                value.split(',').filter_map(|v| meaning(v.trim())).collect()
            }
            _ => meaning(&value).into_iter().collect(),
        };
        ParameterView {
            name: redacted::text(param.name()),
            value: redacted::text(&value),
            meaning: (!parts.is_empty()).then(|| parts.join("; ")),
        }
    };
    ChallengeView {
        scheme: redacted::text(challenge.scheme_name()),
        header_line: challenge.line(),
        byte: challenge.at(),
        parameters: challenge.params().map(parameter).collect(),
        token68_length: match challenge.body() {
            Body::Token68(token68) => Some(token68.expose().len()),
            _ => None,
        },
    }
}

/// Everything in a response that says why, in words: two headers and the body.
fn diagnostics(response: &Response, budget: &Budget) -> Vec<DiagnosticsView> {
    let mut all = Vec::new();
    let of_code = |source, number, code: Option<&'static token_core::challenge::Code>| DiagnosticsView {
        source,
        code: number,
        category: code.map(|code| code.name.to_owned()).filter(|name| !name.is_empty()),
        reason: None,
        meaning: code.map(|code| code.meaning),
        cause: code.map(|code| code.cause),
        remedy: code.map(|code| code.remedy),
        rules: code.map(|code| code.rules.iter().map(|rule| rule.as_str()).collect()).unwrap_or_default(),
    };
    for value in response.values("x-ms-diagnostics") {
        let source = "x-ms-diagnostics";
        all.push(match Diagnostics::parse(value, budget) {
            Ok(read) => DiagnosticsView {
                reason: read.reason.as_ref().or(read.rest.as_ref()).map(|text| redacted::text(text.as_str())),
                category: read.category.as_ref().map(|(_, text)| redacted::text(text.as_str())),
                ..of_code(source, Some(read.code), read.explain())
            },
            Err(error) => DiagnosticsView { reason: Some(error.to_string()), ..of_code(source, None, None) },
        });
    }
    for value in response.values("x-ms-diagnostics-from-backend") {
        let read = BackendDiagnostics::parse(value);
        all.push(DiagnosticsView {
            category: Some(redacted::text(read.name.as_str())),
            reason: read.message.as_ref().map(|text| redacted::text(text.as_str())),
            ..of_code("x-ms-diagnostics-from-backend", None, None)
        });
    }
    if let Ok(error) = StsError::parse(response.body.trim().as_bytes(), budget) {
        all.extend(
            diagnosis::sts_codes(&error)
                .into_iter()
                .map(|(number, code)| of_code("error body", Some(number), code)),
        );
    }
    all
}
