//! `s2s challenge`: reads the 401 of a server, judges it under a policy, and holds a token against it.

mod diagnosis;
mod reader;
mod view;

use std::ffi::OsString;

use token_core::challenge::{Service, Situation, Transport};

pub(crate) use self::diagnosis::Diagnosis;
use self::reader::Reader;
pub(crate) use self::reader::explain;
pub(crate) use self::view::{ChallengeView, DiagnosticsView, Read};
use super::trust::ChallengePolicy;
use crate::args::{Checks, Format, Output};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::input::{self, Content};
use crate::output;
use crate::redacted;

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
