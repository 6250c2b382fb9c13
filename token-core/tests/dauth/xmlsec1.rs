//! The command line tool of libxmlsec1 as a second opinion on signatures. Left out where it is not installed, but not where
//! `CI` is set.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use test_vectors::DauthGroup;

/// Messages in one call: each call starts a process.
const AT_ONCE: usize = 100;

/// What it says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opinion {
    Verifies,
    DoesNot,
    /// It crashed, took too long or too much, or gave up before it looked at the signature.
    None,
}

/// The tool, with the certificates of a group's token issuer.
pub(crate) struct Xmlsec1 {
    folder: PathBuf,
    certificates: Vec<PathBuf>,
}

impl Xmlsec1 {
    /// Starts with the certificates of a group; nothing where the tool is not installed.
    ///
    /// # Panics
    /// If it is not installed where `CI` is set.
    pub(crate) fn of(group: &DauthGroup) -> Option<Self> {
        if Command::new("xmlsec1").arg("--version").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "xmlsec1 is not installed (Debian: xmlsec1)");
            println!("skipped: xmlsec1 is not installed, there is no second opinion");
            return None;
        }
        let folder = std::env::temp_dir().join(format!("mutations-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let certificate = |(number, source): (usize, &test_vectors::KeySource)| {
            let path = folder.join(format!("issuer-{number}.pem"));
            std::fs::write(&path, source.bytes().expect("the loader has checked it")).unwrap();
            path
        };
        let certificates = group.keys.iter().enumerate().map(certificate).collect();
        Some(Self { folder, certificates })
    }

    /// Returns those of the messages of which it does not say that the assertion's signature verifies, with one certificate
    /// or the other, and what it says instead.
    pub(crate) fn doubts<'m>(&self, messages: &'m [String]) -> Vec<(&'m str, Opinion)> {
        let mut doubted = Vec::new();
        for some in messages.chunks(AT_ONCE) {
            let path = |number| self.folder.join(format!("{number}.xml"));
            let paths: Vec<_> = (0..some.len()).map(path).collect();
            for (path, message) in paths.iter().zip(some) {
                std::fs::write(path, message).unwrap();
            }
            if self.certificates.iter().any(|key| verify(key, &paths) == Opinion::Verifies) {
                continue;
            }
            // One by one, to see which it is.
            for (path, message) in paths.into_iter().zip(some) {
                let one = [path];
                let opinions: Vec<_> = self.certificates.iter().map(|key| verify(key, &one)).collect();
                if opinions.contains(&Opinion::Verifies) {
                    continue;
                }
                let is_silent = opinions.contains(&Opinion::None);
                doubted.push((message.as_str(), if is_silent { Opinion::None } else { Opinion::DoesNot }));
            }
        }
        doubted
    }
}

impl Drop for Xmlsec1 {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Verifies with at most 1 GB of memory, 10 s of its own and 20 s of everybody's time.
fn verify(certificate: &Path, messages: &[PathBuf]) -> Opinion {
    const BOUNDED: &str = "ulimit -v 1000000; ulimit -t 10; exec timeout 20 xmlsec1 \"$@\"";
    let arguments = [
        "--verify",
        "--id-attr:AssertionID",
        "urn:oasis:names:tc:SAML:1.0:assertion:Assertion",
        "--node-xpath",
        "//*[local-name()='Assertion']/*[local-name()='Signature']",
        "--pubkey-cert-pem",
    ];
    let mut command = Command::new("sh");
    command.args(["-c", BOUNDED, "sh"]).args(arguments).arg(certificate);
    let output = command.args(messages.iter().map(AsRef::<OsStr>::as_ref)).output().unwrap();
    match output.status.code() {
        Some(0) => Opinion::Verifies,
        // 124: timeout; above 128: a signal, as the shell tells it.
        Some(124 | 129..) | None => Opinion::None,
        // libxml2 canonicalizes nothing of a document that declares such a namespace, not even outside of what is signed.
        Some(_) if String::from_utf8_lossy(&output.stderr).contains("is not a valid URI") => Opinion::None,
        Some(_) => Opinion::DoesNot,
    }
}
