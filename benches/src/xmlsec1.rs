//! The C library libxmlsec1 as a contender: a small program of its own, asked over pipes, under its own clock.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peer/xmlsec1.c");
const ISSUER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../test-vectors/keys/gateway-current.cert.pem");
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../test-vectors/keys/federation-current.key.pem");

/// The running program.
pub struct Peer {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Peer {
    /// Compiles the program and starts it with these messages.
    ///
    /// # Errors
    /// What is missing, in words: compiler, `pkg-config`, or the library's headers.
    pub fn start(messages: &[&[u8]]) -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("dauth-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let started = Self::start_in(&folder, messages);
        if started.is_err() {
            let _ = std::fs::remove_dir_all(&folder);
        }
        started
    }

    fn start_in(folder: &Path, messages: &[&[u8]]) -> Result<Self, String> {
        let flags = output(Command::new("pkg-config").args(["--cflags", "--libs", "xmlsec1-openssl"]))?;
        let program = folder.join("xmlsec1");
        let mut compiler = Command::new("cc");
        compiler.args(["-O2", SOURCE]).args(flags.split_whitespace()).arg("-o").arg(&program);
        output(&mut compiler)?;
        let mut command = Command::new(&program);
        command.args([ISSUER, OWN]);
        for (number, message) in messages.iter().enumerate() {
            let path = folder.join(format!("{number}.xml"));
            std::fs::write(&path, message).map_err(|error| format!("{}: {error}", path.display()))?;
            command.arg(path);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("the program does not start: {error}"))?;
        let requests = child.stdin.take();
        let answers = child.stdout.take().ok_or("the program has no output")?;
        Ok(Self { child, requests, answers: BufReader::new(answers), folder: folder.to_owned() })
    }

    /// Has a message judged so many times, and returns nanoseconds of processor time for each.
    ///
    /// # Panics
    /// If the program refuses the message, or is gone.
    pub fn judge(&mut self, message: usize, times: usize) -> f64 {
        let Some(requests) = &mut self.requests else { panic!("libxmlsec1's program has no input") };
        writeln!(requests, "{message} {times}")
            .unwrap_or_else(|error| panic!("libxmlsec1's program: {error}"));
        let mut answer = String::new();
        let read = self.answers.read_line(&mut answer);
        match answer.trim().parse() {
            Ok(time) => time,
            Err(_) => panic!("libxmlsec1 gave no answer to message {message}: {read:?}"),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // At the end of its input it goes.
        drop(self.requests.take());
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn output(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}
