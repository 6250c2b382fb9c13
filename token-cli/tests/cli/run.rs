//! Runs the binary on fixtures, with a fixed time and without an environment that changes output.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Two hours after the fixtures' tokens begin, six before they end.
pub(crate) const AT: &str = "2026-01-01T12:00:00Z";

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Both streams, for what must be in neither.
    pub(crate) fn everything(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// The objects of JSON Lines.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_s2s"));
    command.args(arguments).current_dir(data());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

/// Runs with this stdin. The arguments are those of a shell, separated by blanks.
pub(crate) fn run(arguments: &str, stdin: impl AsRef<[u8]>) -> Ran {
    run_with(&arguments.split_whitespace().collect::<Vec<_>>(), stdin)
}

pub(crate) fn run_with(arguments: &[&str], stdin: impl AsRef<[u8]>) -> Ran {
    finish(&mut command(arguments), stdin)
}

/// Runs in the folder of the samples, as a reader of the documentation does.
pub(crate) fn run_in_samples(arguments: &str, stdin: impl AsRef<[u8]>) -> Ran {
    let arguments: Vec<_> = arguments.split_whitespace().collect();
    finish(command(&arguments).current_dir(samples()), stdin)
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/sample")
}

pub(crate) fn read_sample(name: &str) -> String {
    std::fs::read_to_string(samples().join(name)).unwrap()
}

pub(crate) fn finish(command: &mut Command, stdin: impl AsRef<[u8]>) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A run that does not read stdin may be over already.
    let _ = pipe.write_all(stdin.as_ref());
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// `validate` under the fixtures' policy.
pub(crate) fn validate(arguments: &str, stdin: impl AsRef<[u8]>) -> Ran {
    run(&format!("validate --policy policy.toml --at {AT} {arguments}"), stdin)
}

pub(crate) fn inspect(arguments: &str, stdin: impl AsRef<[u8]>) -> Ran {
    run(&format!("inspect --at {AT} {arguments}"), stdin)
}

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

pub(crate) fn read(name: &str) -> String {
    std::fs::read_to_string(data().join(name)).unwrap()
}

/// An empty folder of this test's own.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A compact token of any header and claims, with any third part.
pub(crate) fn compact(header: &str, claims: &str, signature: &str) -> String {
    format!("{}.{}.{signature}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
}

/// Compares with a committed file; `UPDATE_SNAPSHOTS=1` writes it instead.
#[track_caller]
pub(crate) fn snapshot(name: &str, seen: &str) {
    let path = data().join("snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, seen).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == seen,
        "{name} differs; if that is right, run again with UPDATE_SNAPSHOTS=1\n--- expected\n{expected}\n--- seen\n{seen}"
    );
}
