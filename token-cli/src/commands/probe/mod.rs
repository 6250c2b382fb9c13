//! `s2s probe`: asks servers for their challenges, judges what they offer, and says what changed since a baseline.
//!
//! Blocking sockets on a few threads, rustls with ring for TLS and httparse for the head of the answer: the facts that
//! are reported (version, cipher, certificate) belong to one connection, which an HTTP client with a pool does not show.

mod baseline;
mod exchange;
mod failure;
mod hello;
mod pool;
mod progress;
mod target;
mod tls;
mod wire;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use token_core::challenge::{ChallengeReview, ChallengeVerdict, Service, Situation, Transport};
use token_core::endpoint::{
    AnswerRecord, Legacy, PathRecord, ServerRecord, TlsRecord, WELL_KNOWN_PATHS, drift, review_server,
};
use token_core::verdict::Part;
use token_core::{Budget, Policy, UnixTime};

use self::failure::Failure;
use self::hello::OldVersion;
use self::progress::Progress;
use self::target::{Overrides, Target, check_path};
use self::tls::{Negotiated, Tls};
use self::wire::{Deadline, Wire};
use super::trust;
use crate::args::Format;
use crate::clock;
use crate::console::Console;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output;
use crate::redacted;
use crate::report::FindingView;

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

    /// Judge the challenges under this policy: a TOML file, or JSON if it is named *.json
    #[arg(long, short, value_name = "FILE")]
    policy: Option<PathBuf>,

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

    /// List every check, also those that passed or could not be made
    #[arg(long)]
    all: bool,

    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// The time of judgement instead of the clock, as RFC 3339 or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    at: Option<UnixTime>,
}

/// A server that was probed, and what is to be said about it.
#[derive(Debug, Serialize)]
pub(crate) struct Probed {
    #[serde(flatten)]
    pub(crate) record: ServerRecord,
    pub(crate) verdict: &'static str,
    /// Why nothing of the server answered.
    pub(crate) failure: Option<String>,
    pub(crate) checks: Vec<PathCheck>,
    /// Failures of single paths, each with its path.
    #[serde(skip)]
    failures: Vec<(String, String)>,
}

/// A check, and the path it was made on; none for the server as a whole.
#[derive(Debug, Serialize)]
pub(crate) struct PathCheck {
    pub(crate) path: Option<String>,
    #[serde(flatten)]
    pub(crate) check: FindingView,
}

impl Probed {
    /// The checks that did not pass: those that decide first.
    pub(crate) fn broken(&self) -> impl Iterator<Item = &PathCheck> {
        let of = |severity| move |check: &&PathCheck| check.check.severity == Some(severity);
        self.checks.iter().filter(of("error")).chain(self.checks.iter().filter(of("warning")))
    }

    /// Adds the checks of a review. Those of challenges belong to `path`, those of endpoints say their path by number.
    fn take(&mut self, review: &ChallengeReview, path: Option<&str>) {
        for finding in review.findings() {
            let own = finding.location.entry.filter(|_| finding.location.part == Part::Endpoint);
            let own = own.and_then(|entry| self.record.paths.get(entry)).map(|path| path.path.clone());
            let path = own.or_else(|| path.map(str::to_owned));
            self.checks.push(PathCheck { path, check: FindingView::of(finding) });
        }
        if review.verdict() == ChallengeVerdict::Findings {
            self.verdict = ChallengeVerdict::Findings.as_str();
        }
    }

    fn has_findings(&self) -> bool {
        self.verdict == ChallengeVerdict::Findings.as_str()
    }
}

pub(crate) fn run(args: &ProbeArgs, console: &mut Console) -> Result<Exit, CliError> {
    let now = clock::now(args.at);
    let plan = plan(args)?;
    let policy = args.policy.as_deref().map(trust::policy).transpose()?;
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
        for line in failures(server) {
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
        compare(&mut probed, baseline);
    }
    if probed.iter().any(Probed::has_findings) {
        exit = exit.max(Exit::Invalid);
    }
    match args.format {
        Format::Text => console.write(&output::probe::text(&probed, args.all, now, console.width()))?,
        Format::Json => {
            let (mut document, head) = output::json::Document::begin("probe", "servers", now);
            console.write(&head)?;
            for server in &probed {
                console.write(&document.item(server))?;
            }
            console.write(&document.end(None, exit))?;
        }
        Format::Jsonl => {
            for server in &probed {
                console.write(&output::probe::jsonl(server))?;
            }
        }
        Format::Sarif => console.write(&output::probe::sarif(&probed, exit))?,
    }
    Ok(exit)
}

/// What is to be asked: servers in the order in which they were named, each once.
struct Plan {
    target: Target,
    paths: Vec<String>,
}

fn plan(args: &ProbeArgs) -> Result<Vec<Plan>, CliError> {
    let mut urls = args.urls.clone();
    if let Some(list) = &args.list {
        let bytes = crate::input::read_bytes(list.as_os_str())?;
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        urls.extend(lines.filter(|line| !line.is_empty()).map(str::to_owned));
    }
    if urls.is_empty() {
        return Err(CliError::Nothing("--list: expected at least one URL, found none".to_owned()));
    }
    for path in &args.path {
        let wrong = |found| {
            CliError::Usage(format!("--path {}: expected /path, found {found}", redacted::text(path)))
        };
        check_path(path).map_err(wrong)?;
        if path.is_empty() {
            return Err(wrong("nothing"));
        }
    }
    let usual: Vec<String> = match &*args.path {
        [] => WELL_KNOWN_PATHS.iter().map(|path| (*path).to_owned()).collect(),
        own => own.to_vec(),
    };
    let mut plans: Vec<Plan> = Vec::new();
    for url in &urls {
        let (target, path) = Target::parse(url).map_err(CliError::Usage)?;
        let paths = path.map_or_else(|| usual.clone(), |path| vec![path]);
        let index = plans.iter().position(|plan| plan.target == target).unwrap_or_else(|| {
            plans.push(Plan { target, paths: Vec::new() });
            plans.len() - 1
        });
        for path in paths {
            if !plans[index].paths.contains(&path) {
                plans[index].paths.push(path);
            }
        }
    }
    Ok(plans)
}

struct Prober {
    tls: Tls,
    overrides: Overrides,
    limit: Duration,
    parallel: usize,
    policy: Option<Policy>,
}

/// What is known of a server before its paths are asked for.
struct Reached {
    addresses: Vec<SocketAddr>,
    /// The handshake, or why there is none; nothing for http.
    tls: Option<Result<Negotiated, Failure>>,
}

/// One thing to ask of a server that was reached.
enum Job<'p> {
    Old { plan: usize, version: OldVersion },
    Path { plan: usize, path: &'p str },
}

enum Answer {
    Old { plan: usize, version: OldVersion, legacy: Legacy },
    Path { plan: usize, record: Box<PathRecord>, failure: Option<String>, review: Option<ChallengeReview> },
}

impl Prober {
    fn probe(&self, plans: &[Plan]) -> Vec<Probed> {
        let reached = {
            let progress = Progress::new(plans.len());
            pool::run(plans, self.parallel, |plan| self.reach(&plan.target), |count| progress.done(count))
        };
        let mut jobs = Vec::new();
        for (index, (plan, reached)) in plans.iter().zip(&reached).enumerate() {
            let Ok(reached) = reached else { continue };
            if reached.tls.is_some() {
                jobs.push(Job::Old { plan: index, version: OldVersion::Tls10 });
                jobs.push(Job::Old { plan: index, version: OldVersion::Tls11 });
            }
            if !matches!(reached.tls, Some(Err(_))) {
                jobs.extend(plan.paths.iter().map(|path| Job::Path { plan: index, path }));
            }
        }
        let answers = {
            let progress = Progress::new(jobs.len());
            pool::run(
                &jobs,
                self.parallel,
                |job| self.answer(job, plans, &reached),
                |count| progress.done(count),
            )
        };
        let mut probed: Vec<_> =
            plans.iter().zip(reached).map(|(plan, reached)| begin(plan, reached)).collect();
        // Jobs keep their order, so the paths of a server stay in the order in which they were named.
        for answer in answers {
            match answer {
                Answer::Old { plan, version, legacy } => {
                    let Some(tls) = probed[plan].record.tls.as_mut() else { continue };
                    match version {
                        OldVersion::Tls10 => tls.tls10 = legacy,
                        OldVersion::Tls11 => tls.tls11 = legacy,
                    }
                }
                Answer::Path { plan, record, failure, review } => {
                    let server = &mut probed[plan];
                    let path = record.path.clone();
                    server.record.paths.push(*record);
                    server.failures.extend(failure.map(|failure| (path.clone(), failure)));
                    if let Some(review) = review {
                        server.take(&review, Some(&path));
                    }
                }
            }
        }
        probed
    }

    /// Resolves, connects, and shakes hands once.
    fn reach(&self, target: &Target) -> Result<Reached, Failure> {
        let deadline = Deadline::after(self.limit);
        let addresses = self.overrides.resolve(target, deadline)?;
        let wire = Wire::connect(&addresses, deadline)?;
        let tls = target.tls.then(|| self.tls.handshake(target, wire).map(|(_, negotiated)| negotiated));
        Ok(Reached { addresses, tls })
    }

    fn answer(&self, job: &Job<'_>, plans: &[Plan], reached: &[Result<Reached, Failure>]) -> Answer {
        let deadline = Deadline::after(self.limit);
        let connect = |plan: usize| {
            let addresses = reached[plan].as_ref().map_err(Clone::clone).map(|reached| &*reached.addresses);
            addresses.and_then(|addresses| Wire::connect(addresses, deadline))
        };
        match *job {
            Job::Old { plan, version } => {
                let legacy = connect(plan).map_or(Legacy::Unknown, |mut wire| {
                    hello::ask(&mut wire, &plans[plan].target.host, version)
                });
                Answer::Old { plan, version, legacy }
            }
            Job::Path { plan, path } => {
                let target = &plans[plan].target;
                let head = connect(plan).and_then(|mut wire| {
                    if target.tls {
                        let (mut stream, _) = self.tls.handshake(target, wire)?;
                        exchange::ask(&mut stream, target, path)
                    } else {
                        exchange::ask(&mut wire, target, path)
                    }
                });
                match head {
                    Ok(head) => {
                        let lines = head.lines.iter().map(|(name, value)| (&**name, &**value));
                        let answer = AnswerRecord::of_response(head.status, lines, &Budget::DEFAULT);
                        let review = (head.status == 401).then(|| self.review(target, path, &head));
                        let record =
                            PathRecord { path: path.to_owned(), answer: Some(answer), failure: None };
                        Answer::Path { plan, record: Box::new(record), failure: None, review }
                    }
                    Err(failure) => {
                        let record = failed(path, &failure);
                        Answer::Path {
                            plan,
                            record: Box::new(record),
                            failure: Some(failure.to_string()),
                            review: None,
                        }
                    }
                }
            }
        }
    }

    fn review(&self, target: &Target, path: &str, head: &exchange::Head) -> ChallengeReview {
        let transport = if target.tls { Transport::Https } else { Transport::Http };
        let situation = Situation { transport, service: Service::of_path(path) };
        ChallengeReview::of_lines(
            head.values("www-authenticate"),
            situation,
            self.policy.as_ref(),
            &Budget::DEFAULT,
        )
    }
}

fn failed(path: &str, failure: &Failure) -> PathRecord {
    PathRecord { path: path.to_owned(), answer: None, failure: Some(failure.word().to_owned()) }
}

/// Begins the record of a server with what the first connection showed.
fn begin(plan: &Plan, reached: Result<Reached, Failure>) -> Probed {
    let mut record = ServerRecord { url: plan.target.to_string(), ..ServerRecord::default() };
    let unknown = |negotiated: Option<Negotiated>| {
        let (version, cipher, certificate) =
            negotiated.map_or((None, None, None), |seen| (seen.version, seen.cipher, seen.certificate));
        TlsRecord { version, cipher, tls10: Legacy::Unknown, tls11: Legacy::Unknown, certificate }
    };
    let failure = match reached {
        Ok(Reached { tls: None, .. }) => None,
        Ok(Reached { tls: Some(Ok(negotiated)), .. }) => {
            record.tls = Some(unknown(Some(negotiated)));
            None
        }
        Ok(Reached { tls: Some(Err(failure)), .. }) => {
            record.tls = Some(unknown(None));
            Some(failure)
        }
        Err(failure) => Some(failure),
    };
    if let Some(failure) = &failure {
        record.paths = plan.paths.iter().map(|path| failed(path, failure)).collect();
    }
    Probed {
        record,
        verdict: ChallengeVerdict::Clean.as_str(),
        failure: failure.map(|failure| failure.to_string()),
        checks: Vec::new(),
        failures: Vec::new(),
    }
}

/// The lines for people about what did not answer: one for a server where every path failed alike.
fn failures(server: &Probed) -> Vec<String> {
    let url = &server.record.url;
    if let Some(failure) = &server.failure {
        return vec![format!("{url}: {failure}")];
    }
    match &*server.failures {
        [] => Vec::new(),
        [(_, first), rest @ ..]
            if server.failures.len() == server.record.paths.len()
                && rest.iter().all(|(_, one)| one == first) =>
        {
            vec![format!("{url}: {first}")]
        }
        some => some.iter().map(|(path, failure)| format!("{url}{path}: {failure}")).collect(),
    }
}

/// Adds what changed since the baseline; servers of the baseline that were not probed stand at the end.
fn compare(probed: &mut Vec<Probed>, baseline: &[ServerRecord]) {
    for server in &mut *probed {
        let before = baseline.iter().find(|before| before.url == server.record.url);
        let nothing = ServerRecord { url: server.record.url.clone(), ..ServerRecord::default() };
        let review = drift(before.unwrap_or(&nothing), &server.record);
        server.take(&review, None);
    }
    for before in baseline {
        if probed.iter().any(|server| server.record.url == before.url) {
            continue;
        }
        let record = ServerRecord { url: before.url.clone(), ..ServerRecord::default() };
        let review = drift(before, &record);
        let mut missing = Probed {
            record,
            verdict: ChallengeVerdict::Clean.as_str(),
            failure: Some("it was not probed".to_owned()),
            checks: Vec::new(),
            failures: Vec::new(),
        };
        missing.take(&review, None);
        probed.push(missing);
    }
}
