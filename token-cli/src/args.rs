//! The command line as it is typed; what it means is resolved by the commands.
//!
//! Options that several commands take stand in structs of their own, each once: `Subject`, `Output`, `Checks`, `Warn`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use token_core::UnixTime;

use crate::commands::challenge::ChallengeArgs;
use crate::commands::probe::ProbeArgs;
use crate::commands::trust::DecryptKeys;
use crate::{clock, exit};

/// Inspects and validates the tokens with which Microsoft servers talk to each other.
///
/// Data goes to stdout, messages to stderr. Nothing is fetched unless `keys fetch` or --fetch asks for it, and only `probe` asks
/// the servers that it is given. Tokens are redacted in all output unless --reveal is given, and signatures even then.
#[derive(Debug, Parser)]
#[command(name = "s2s", version, max_term_width = 100, after_help = exit::table())]
pub(crate) struct Args {
    /// When to use colour; NO_COLOR counts for auto
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Decode and explain tokens, messages, key documents and 401 challenges; judge nothing
    #[command(after_help = exit::table())]
    Inspect(Inspect),
    /// Judge tokens and messages under a policy: the verdict and every reason
    #[command(after_help = exit::table())]
    Validate(Validate),
    /// Read a 401 challenge; judge it, or hold a token against it
    #[command(after_help = exit::table())]
    Challenge(ChallengeArgs),
    /// Ask servers for their challenges, judge what they offer, watch for drift
    ///
    /// Each path is asked once, with an empty `Authorization: Bearer` as real clients ask; two more connections to each
    /// server offer TLS 1.0 and 1.1. No credential and no cookie is sent, no redirect is followed, no proxy is used, and
    /// nobody is asked but the servers that are named. A certificate that is not trusted is a finding, and does not end the
    /// probe.
    #[command(after_help = exit::table())]
    Probe(ProbeArgs),
    /// Look at keys
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Explain a rule, claim, error code, id, host, attack, kind of token, or word of federated delegation
    Explain(Explain),
    /// Print completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man {
        /// The command whose page is printed; without one, that of s2s itself
        command: Option<String>,
    },
}

/// How long before its end a certificate is reported, where no flag says so.
pub(crate) const WARN_DAYS: u64 = 30;

const FORMAT_HELP: &str = "How to write the result";

const INPUT_HELP: &str = "A file, or - for stdin; without any, stdin";

const INPUT_LONG_HELP: &str = "A file, or - for stdin; without any, stdin. An input holds compact tokens, one per line (blank \
lines and # comments are skipped), each alone, behind `Bearer` or behind `Authorization:`; the head of an HTTP request; \
JSON with an access_token; or the readable form {header}.{payload}. Or it holds one message of federated delegation: \
XML, base64 of XML, or an HTTP request or response with such a body. A token itself is taken too, but other users of the \
machine can see it there.";

#[derive(Debug, ClapArgs)]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) subject: Subject,

    #[command(flatten)]
    pub(crate) output: Output<Format>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Validate {
    /// The policy: a TOML file, or JSON if it is named *.json
    #[arg(long, short, value_name = "FILE")]
    pub(crate) policy: PathBuf,

    /// A file with keys, besides those that the policy names; may be repeated
    ///
    /// With ISSUER= in front the keys are those of this issuer of the policy, else those of the issuer that the document
    /// itself declares. A snapshot of `keys fetch` says for each document whose it is, and is named in the result.
    #[arg(long, short, value_name = "[ISSUER=]FILE")]
    pub(crate) keys: Vec<OsString>,

    /// Fetch the keys at the URLs that the policy names, once, before the first token is judged
    #[arg(long)]
    pub(crate) fetch: bool,

    #[command(flatten)]
    pub(crate) subject: Subject,

    /// At which path messages arrived that do not say so: one of the endpoints of the policy's table dauth
    ///
    /// The request line of a captured request says it better, and counts.
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,

    #[command(flatten)]
    pub(crate) checks: Checks,

    #[command(flatten)]
    pub(crate) output: Output<Format>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Show what key documents hold, and which keys are usable
    #[command(after_help = exit::table())]
    Show(KeysShow),
    /// Fetch keys once and show them; pin them with --out
    #[command(after_help = exit::table())]
    Fetch(KeysFetch),
    /// Compare two snapshots or key documents: which keys appeared, which left, which will expire
    #[command(after_help = exit::table())]
    Diff(KeysDiff),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct KeysFetch {
    /// The URL of a metadata document, discovery document or JWKS, with ISSUER= in front to hold it to an issuer
    #[arg(value_name = "[ISSUER=]URL", required_unless_present = "policy", conflicts_with = "policy")]
    pub(crate) urls: Vec<String>,

    /// Fetch from where this policy says, in the way that its table `fetch` says
    #[arg(long, short, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Write the documents into a snapshot, for --keys and `keys diff`
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// A PEM file with roots to trust besides those of the system; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) output: Output<PlainFormat>,

    #[command(flatten)]
    pub(crate) warn: Warn,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct KeysDiff {
    /// The snapshot or key document of before
    #[arg(value_name = "OLD")]
    pub(crate) old: OsString,

    /// That of now; or - for stdin
    #[arg(value_name = "NEW")]
    pub(crate) new: OsString,

    #[command(flatten)]
    pub(crate) output: Output<PlainFormat>,

    #[command(flatten)]
    pub(crate) warn: Warn,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct KeysShow {
    /// A metadata document, JWKS, PEM or DER certificate; or - for stdin
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<OsString>,

    #[command(flatten)]
    pub(crate) output: Output<PlainFormat>,

    #[command(flatten)]
    pub(crate) warn: Warn,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Explain {
    /// A rule (S2S-05), claim (nameid), error code (2000003), GUID, host, attack (J3), kind (T4), offer or attribute
    #[arg(value_name = "NAME", required = true)]
    pub(crate) names: Vec<String>,

    #[arg(long, short, value_enum, default_value_t = PlainFormat::Text, help = FORMAT_HELP)]
    pub(crate) format: PlainFormat,
}

/// What is looked at, and how closely.
#[derive(Debug, ClapArgs)]
pub(crate) struct Subject {
    #[arg(value_name = "INPUT", help = INPUT_HELP, long_help = INPUT_LONG_HELP)]
    pub(crate) inputs: Vec<OsString>,

    #[command(flatten)]
    pub(crate) decrypt: DecryptKeys,

    /// Show headers, payloads and secrets as they are; never a signature, never a key
    #[arg(long)]
    pub(crate) reveal: bool,
}

/// How a result is written, and as of when.
#[derive(Debug, ClapArgs)]
pub(crate) struct Output<F: ValueEnum + Clone + Send + Sync + 'static> {
    #[arg(long, short, value_enum, default_value = "text", help = FORMAT_HELP)]
    pub(crate) format: F,

    /// The time to reckon with instead of the clock, as RFC 3339 or seconds since 1970
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    at: Option<UnixTime>,
}

impl<F: ValueEnum + Clone + Send + Sync + 'static> Output<F> {
    /// Returns the time to reckon with.
    pub(crate) fn now(&self) -> UnixTime {
        clock::now(self.at)
    }
}

/// Which checks are written.
#[derive(Debug, ClapArgs)]
pub(crate) struct Checks {
    /// List every check, also those that passed or could not be made
    #[arg(long)]
    pub(crate) all: bool,
}

/// Which certificates are reported before their end.
#[derive(Debug, ClapArgs)]
pub(crate) struct Warn {
    /// Report certificates that expire within so many days
    #[arg(long = "warn-days", value_name = "DAYS", default_value_t = WARN_DAYS)]
    pub(crate) days: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One document with everything
    Json,
    /// One object per token, in input order
    Jsonl,
    /// SARIF 2.1.0, for code scanning and review tools
    Sarif,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlainFormat {
    /// For people
    Text,
    /// One document with everything
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn args_consistent() {
        super::Args::command().debug_assert();
    }
}
