//! Asks: every server once for what it is, then every path and every old version of TLS, a few at a time.

use std::net::SocketAddr;
use std::time::Duration;

use token_core::challenge::{ChallengeReview, Service, Situation, Transport};
use token_core::endpoint::{AnswerRecord, Legacy, PathRecord, ServerRecord, TlsRecord};
use token_core::{Budget, Policy};

use super::failure::Failure;
use super::hello::{self, OldVersion};
use super::plan::Plan;
use super::probed::Probed;
use super::progress::Progress;
use super::target::{Overrides, Target};
use super::tls::{Negotiated, Tls};
use super::wire::{Deadline, Wire};
use super::{exchange, pool};

/// What every server is asked with.
pub(super) struct Prober {
    pub(super) tls: Tls,
    pub(super) overrides: Overrides,
    /// For one request, with connecting and TLS.
    pub(super) limit: Duration,
    /// Requests at a time.
    pub(super) parallel: usize,
    pub(super) policy: Option<Policy>,
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
    /// Asks all servers, and judges their challenges.
    pub(super) fn probe(&self, plans: &[Plan]) -> Vec<Probed> {
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
    Probed::new(record, failure.map(|failure| failure.to_string()))
}
