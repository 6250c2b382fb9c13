//! `s2s probe`: asks servers for their challenges, judges what they offer, and says what changed since a baseline.
//!
//! Blocking sockets on a few threads, rustls with ring for TLS and httparse for the head of the answer: the facts that
//! are reported (version, cipher, certificate) belong to one connection, which an HTTP client with a pool does not show.

mod baseline;
mod exchange;
mod failure;
mod hello;
mod plan;
mod pool;
mod probed;
mod prober;
mod progress;
mod target;
mod tls;
mod wire;

use std::path::PathBuf;
use std::time::Duration;

use token_core::endpoint::review_server;

use self::plan::plan;
pub(crate) use self::probed::{PathCheck, Probed};
use self::prober::Prober;
use self::target::Overrides;
use self::tls::Tls;
use super::trust::ChallengePolicy;
use crate::args::{Checks, Format, Output};
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;

/// Requests at a time where nothing else is said: few enough that a server sees no flood.
const PARALLEL: u8 = 4;

/// Seconds for one request where nothing else is said; Exchange answers a request that wakes an application pool late.
const TIMEOUT: u64 = 15;

const URL_HELP: &str =
    "A server, like https://mail.contoso.com; with a path behind it only this path is asked for";

const URL_LONG_HELP: &str = "A server, like https://mail.contoso.com; with a path behind it only this path is asked for. A \
name alone is one for https. Without --path the well-known paths of Exchange and SharePoint are asked for: Autodiscover, EWS, \
the MRS proxy, MAPI, OAB, ActiveSync, OWA, ECP, PowerShell, RPC, client.svc.";

#[derive(Debug, clap::Args)]
pub(crate) struct ProbeArgs {
    #[arg(value_name = "URL", required_unless_present = "list", help = URL_HELP, long_help = URL_LONG_HELP)]
    urls: Vec<String>,

    /// A file with more of them, one per line (# begins a comment); - is stdin
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,

    /// Ask for this path instead of the well-known ones; may be repeated
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,

    #[command(flatten)]
    policy: ChallengePolicy,

    /// Write what was found to this file, to be compared with later
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Compare with what --save wrote: drift is a finding, exit code 20
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Connect to ADDRESS for HOST:PORT instead of asking for the name; may be repeated
    #[arg(long, value_name = "HOST:PORT:ADDRESS")]
    resolve: Vec<String>,

    /// Trust the certificates in this PEM file, besides the roots of the system; may be repeated
    #[arg(long, value_name = "FILE")]
    ca_file: Vec<PathBuf>,

    /// Requests at a time
    #[arg(long, value_name = "N", default_value_t = PARALLEL, value_parser = clap::value_parser!(u8).range(1..=64))]
    parallel: u8,

    /// Seconds for one request, with connecting and TLS
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,

    #[command(flatten)]
    checks: Checks,

    #[command(flatten)]
    output: Output<Format>,
}

pub(crate) fn run(args: &ProbeArgs, console: &mut Console) -> Result<Exit, CliError> {
    let now = args.output.now();
    let plan = plan(args)?;
    let policy = args.policy.read()?;
    let baseline = args.baseline.as_deref().map(baseline::read).transpose()?;
    let prober = Prober {
        tls: Tls::new(&args.ca_file)?,
        overrides: Overrides::parse(&args.resolve).map_err(CliError::Usage)?,
        limit: Duration::from_secs(args.timeout),
        parallel: usize::from(args.parallel),
        policy,
    };
    let mut probed = prober.probe(&plan);
    let mut exit = Exit::Clean;
    for server in &mut probed {
        let review = review_server(&server.record, now);
        server.take(&review, None);
        for line in server.failure_lines() {
            console.error(&line);
            // Under a baseline a failure counts as what it is there: a drift, or what it was before.
            if baseline.is_none() {
                exit = exit.max(Exit::Failed);
            }
        }
    }
    if let Some(path) = &args.save {
        let records: Vec<_> = probed.iter().map(|server| server.record.clone()).collect();
        baseline::save(path, &records)?;
    }
    if let Some(baseline) = &baseline {
        baseline::compare(&mut probed, baseline);
    }
    if probed.iter().any(Probed::has_findings) {
        exit = exit.max(Exit::Invalid);
    }
    console.write(&match args.output.format {
        Format::Text => output::probe::text(&probed, args.checks.all, now, console.width()),
        Format::Json => output::json::whole("probe", "servers", &probed, now, exit),
        Format::Jsonl => probed.iter().map(output::probe::jsonl).collect(),
        Format::Sarif => output::probe::sarif(&probed, exit),
    })?;
    Ok(exit)
}
