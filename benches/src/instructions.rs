//! Instructions of one operation, counted by callgrind and held to a committed baseline.
//!
//! A count has no noise, so that a few percent show. Valgrind shows the program a processor without AVX-512, always the
//! same one on a machine with AVX2: what is counted is the portable path. What is left open is what the compiler makes of
//! the source, and the C library. The signature is not counted: it is the reviewed backend's here, and no business of
//! the path's.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A step of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Splits and decodes a token.
    Decode,
    /// Validates a token.
    Validate,
    /// Finds a token in a cache.
    Hit,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 3] = [Self::Decode, Self::Validate, Self::Hit];

    /// Returns the step's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Validate => "validate",
            Self::Hit => "hit",
        }
    }

    /// Finds a step by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

const SHAPES: [&str; 3] = ["s2s", "two-layer", "entra"];

/// How many operations are counted: those that one run makes more than another.
const COUNT: u64 = 64;

/// By how many percent a count may exceed the baseline.
const TOLERANCE: u64 = 3;

/// The same if another compiler made the baseline: what compilers differ by without anybody's doing.
const TOLERANCE_OF_ANOTHER_COMPILER: u64 = 15;

/// How to renew the baseline.
const RENEW: &str = "cargo run --release -p benches --bin steps -- renew";

/// Counts with which compiler: `(step, shape, instructions of one operation)`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Counts {
    compiler: String,
    counts: Vec<(String, String, u64)>,
}

/// Counts every step, and compares with the baseline.
///
/// # Errors
/// What exceeds the baseline, or why it could not be counted; in words for whoever broke it.
pub fn check(mint: &dyn Fn(&str) -> String) -> Result<String, String> {
    if !cfg!(target_arch = "x86_64") {
        return Ok("nothing compared: the baseline is that of x86-64".to_owned());
    }
    let path = baseline();
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    compare(&Counts::parse(&text)?, &count(mint)?)
}

/// Counts every step, and writes the baseline.
///
/// # Errors
/// Why it could not be counted or written.
pub fn renew(mint: &dyn Fn(&str) -> String) -> Result<String, String> {
    let text = count(mint)?.to_text();
    std::fs::write(baseline(), &text).map_err(|error| format!("{}: {error}", baseline().display()))?;
    Ok(text)
}

fn baseline() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("record/instructions.txt")
}

fn compare(baseline: &Counts, now: &Counts) -> Result<String, String> {
    let same = baseline.compiler == now.compiler;
    let tolerance = if same { TOLERANCE } else { TOLERANCE_OF_ANOTHER_COMPILER };
    let mut report = format!("instructions of one operation, at most {tolerance} % more allowed\n");
    let mut broken = false;
    for (step, shape, count) in &now.counts {
        let known = baseline.counts.iter().find(|(s, h, _)| s == step && h == shape);
        let Some((.., expected)) = known else {
            broken = true;
            let _ = writeln!(report, "{step:9} {shape:10} {count:6}  not in the baseline");
            continue;
        };
        let verdict = match (*count * 100, *expected) {
            (now, expected) if now > expected * (100 + tolerance) => "TOO MANY",
            // No change of the path halves it; a counter that does not see it does.
            (now, expected) if now < expected * 50 => "TOO FEW: is it still counted?",
            (now, expected) if now < expected * (100 - tolerance) => {
                "fewer: renew the baseline, so that it guards them"
            }
            _ => "",
        };
        let change = *count as f64 * 100.0 / *expected as f64 - 100.0;
        broken |= verdict.starts_with("TOO");
        let line = format!("{step:9} {shape:10} {expected:6} -> {count:6}  {change:+.1} %  {verdict}");
        report.push_str(line.trim_end());
        report.push('\n');
    }
    if !same {
        let _ = writeln!(
            report,
            "The baseline was made by {}, this build by {}: part of a difference may be the compiler's.",
            baseline.compiler, now.compiler
        );
    }
    if !broken {
        return Ok(report);
    }
    let _ = write!(
        report,
        "The path has become more expensive, or the compiler or the C library is another one.\n\
         If it is meant to be so, say why in the commit and renew the baseline: {RENEW}"
    );
    Err(report)
}

impl Counts {
    fn parse(text: &str) -> Result<Self, String> {
        let mut counts = Self { compiler: String::new(), counts: Vec::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(compiler) = line.strip_prefix("compiler: ") {
                counts.compiler = compiler.to_owned();
                continue;
            }
            let mut words = line.split_whitespace();
            match (words.next(), words.next(), words.next().map(str::parse)) {
                (Some(step), Some(shape), Some(Ok(count))) if count > 0 => {
                    counts.counts.push((step.to_owned(), shape.to_owned(), count));
                }
                _ => {
                    return Err(format!("the baseline: a step, a shape and a count expected, found: {line}"));
                }
            }
        }
        Ok(counts)
    }

    fn to_text(&self) -> String {
        let mut text = format!(
            "# Instructions of one operation without its signature, as callgrind counts them on the portable path.\n\
             # Renewed by: {RENEW}\ncompiler: {}\n",
            self.compiler
        );
        for (step, shape, count) in &self.counts {
            let _ = writeln!(text, "{step:9} {shape:10} {count:6}");
        }
        text
    }
}

fn count(mint: &dyn Fn(&str) -> String) -> Result<Counts, String> {
    let mut counts = Counts { compiler: compiler()?, counts: Vec::new() };
    for shape in SHAPES {
        let tokens = mint(shape);
        for step in Step::ALL {
            let [less, more] = [COUNT, 2 * COUNT].map(|count| callgrind(step, shape, count, &tokens));
            // What happens once is in both: the preparation verifies signatures, and the switches say what follows.
            let instructions = more?.saturating_sub(less?) / COUNT;
            counts.counts.push((step.name().to_owned(), shape.to_owned(), instructions));
        }
    }
    Ok(counts)
}

fn compiler() -> Result<String, String> {
    let output =
        Command::new("rustc").arg("--version").output().map_err(|error| format!("rustc: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs this program under callgrind, whose counting is switched by each entry into `measured` and into the function that
/// asks AWS-LC, and by each return from them: on in the one, off in the other within it.
fn callgrind(step: Step, shape: &str, count: u64, tokens: &str) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| format!("this program: {error}"))?;
    let mut child = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args([
            "--toggle-collect=*steps*measured*",
            "--toggle-collect=token_core::signature::aws_lc::Key::verify",
        ])
        .arg(program)
        .args([step.name(), shape, &count.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("valgrind, which has to be installed: {error}"))?;
    let written = child.stdin.take().map(|mut stdin| stdin.write_all(tokens.as_bytes()));
    let output = child.wait_with_output().map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    match (written, collected(&said)) {
        (Some(Ok(())), Some(count)) if output.status.success() && count > 0 => Ok(count),
        _ => Err(format!("{} {shape}: valgrind has counted nothing:\n{said}", step.name())),
    }
}

/// Finds the number in callgrind's `==1234== Collected : 5678`.
fn collected(said: &str) -> Option<u64> {
    let line = said.lines().find_map(|line| line.split_once("Collected :"))?;
    line.1.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(compiler: &str, count: u64) -> Counts {
        Counts { compiler: compiler.to_owned(), counts: vec![("decode".to_owned(), "s2s".to_owned(), count)] }
    }

    #[test]
    fn compare_three_percent_more_passes_and_four_do_not() {
        let baseline = counts("rustc 1", 1000);
        assert!(compare(&baseline, &counts("rustc 1", 1030)).is_ok());
        let report = compare(&baseline, &counts("rustc 1", 1040)).unwrap_err();
        assert!(report.contains("TOO MANY") && report.contains(RENEW), "{report}");
        assert!(!report.contains("may be the compiler's"), "{report}");
    }

    #[test]
    fn compare_another_compiler_is_allowed_more_and_named() {
        let baseline = counts("rustc 1", 1000);
        assert!(compare(&baseline, &counts("rustc 2", 1140)).unwrap().contains("by rustc 2"));
        assert!(compare(&baseline, &counts("rustc 2", 1160)).unwrap_err().contains("by rustc 2"));
    }

    #[test]
    fn compare_fewer_asks_for_renewal_and_half_fails() {
        let baseline = counts("rustc 1", 1000);
        assert!(compare(&baseline, &counts("rustc 1", 900)).unwrap().contains("renew"));
        assert!(compare(&baseline, &counts("rustc 1", 490)).unwrap_err().contains("TOO FEW"));
    }

    #[test]
    fn compare_step_without_baseline_fails() {
        let baseline = Counts { counts: Vec::new(), ..counts("rustc 1", 1) };
        assert!(compare(&baseline, &counts("rustc 1", 1)).unwrap_err().contains("not in the baseline"));
    }

    #[test]
    fn text_written_is_text_read() {
        let counts = counts("rustc 1.95.0", 1234);
        assert_eq!(Counts::parse(&counts.to_text()), Ok(counts));
        for line in ["decode s2s", "decode s2s many", "decode s2s 0"] {
            assert!(Counts::parse(line).unwrap_err().ends_with(line));
        }
    }

    #[test]
    fn collected_number_found() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 5678\n"), Some(5678));
        assert_eq!(collected("==7== nothing"), None);
    }

    #[test]
    fn baseline_committed_names_every_step() {
        let counts = Counts::parse(&std::fs::read_to_string(baseline()).unwrap()).unwrap();
        for step in Step::ALL {
            for shape in SHAPES {
                assert!(counts.counts.iter().any(|(s, h, _)| s == step.name() && h == shape));
            }
        }
    }
}
