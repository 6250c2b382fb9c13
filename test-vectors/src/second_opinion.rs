//! Asks xmlsec1 about the vectors of federated delegation: what the generator signed and encrypted with its own code must
//! verify and open with somebody else's.
//!
//! Every positive must verify, with the key that it names; so must a message whose claims alone are refused. What is refused
//! because its signature does not hold must not verify. xmlsec1 runs in a process with bounds on time and memory: a crash is no
//! verdict. openssl opens the session keys of `xmlenc11#rsa-oaep`, which xmlsec1 1.2 does not know.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool of the developers")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{fs, io};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use test_vectors::{DauthGroup, DauthMessages, DauthTest, Verdict, load_dauth};

const ASSERTION: &str = "urn:oasis:names:tc:SAML:1.0:assertion:Assertion";
const TIMESTAMP: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd:Timestamp";
const OF_ASSERTION: &str = "//*[local-name()='Assertion']/*[local-name()='Signature']";
const OF_MESSAGE: &str = "//*[local-name()='Security']/*[local-name()='Signature']";
/// Rules that are judged after the signature: a message that breaks one of them first is soundly signed.
const AFTER_SIGNATURE: [&str; 13] = [
    "DA-06", "DA-07", "DA-08", "DA-09", "DA-10", "DA-12", "DA-13", "DA-14", "DA-15", "DA-17", "DA-19",
    "DA-20", "DA-24",
];

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(wrong) => {
            eprintln!("{wrong} disagree with xmlsec1");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<usize, Box<dyn std::error::Error>> {
    let work = std::env::temp_dir().join(format!("second-opinion-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let mut count = Count::default();
    let mut asked = Ok(());
    for group in load_dauth()?.iter().flat_map(|file| &file.test_groups) {
        if group.messages == DauthMessages::Token && asked.is_ok() {
            asked = ask(&Opinion { work: &work, group }, &mut count);
        }
    }
    fs::remove_dir_all(&work)?;
    asked?;
    let Count { verified, refused, opened, proven, none, wrong } = count;
    println!(
        "{verified} signatures verified, {refused} refused, {opened} tokens opened, {proven} message signatures verified, \
         {none} without a verdict"
    );
    Ok(wrong)
}

#[derive(Default)]
struct Count {
    verified: usize,
    refused: usize,
    opened: usize,
    proven: usize,
    none: usize,
    wrong: usize,
}

/// What xmlsec1 says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    /// It crashed, or took too long or too much.
    None,
}

struct Opinion<'g> {
    work: &'g Path,
    group: &'g DauthGroup,
}

fn ask(opinion: &Opinion<'_>, count: &mut Count) -> io::Result<()> {
    opinion.write_keys()?;
    for test in &opinion.group.tests {
        let is_encrypted = test.message.as_ref().is_some_and(|text| text.contains("EncryptedData"));
        let is_positive = test.verdict == Verdict::Valid;
        let is_sound =
            is_positive || test.rule.as_deref().is_some_and(|rule| AFTER_SIGNATURE.contains(&rule));
        let is_broken = test.rule.as_deref() == Some("DA-18");
        if !is_sound && !is_broken {
            continue;
        }
        let mut path = opinion.write("message.xml", &test.bytes().unwrap_or_default())?;
        if is_encrypted {
            match opinion.open(&path)? {
                (Answer::Yes, plain) => {
                    count.opened += 1;
                    path = plain;
                }
                (answer, _) => {
                    opinion.tell(test, "does not open", answer, count);
                    continue;
                }
            }
        }
        match (opinion.verify(&path)?, is_sound) {
            (Answer::Yes, true) => count.verified += 1,
            (Answer::No, false) => count.refused += 1,
            (Answer::Yes, false) => opinion.tell(test, "verifies", Answer::No, count),
            (answer, _) => opinion.tell(test, "does not verify", answer, count),
        }
        // A certificate that the policy does not list is not trusted, and its signature holds all the same.
        let is_unlisted = test.verdict == Verdict::Indeterminate && test.rule.as_deref() == Some("DA-19");
        let has = |text: &str| test.message.as_ref().is_some_and(|message| message.contains(text));
        let asked = match (has("#hmac-sha1"), has("BinarySecurityToken")) {
            (true, _) if is_positive => Some(opinion.verify_proof(&path)?),
            (_, true) if is_positive || is_unlisted => Some(opinion.verify_certificate(&path)?),
            _ => None,
        };
        if let Some(answer) = asked {
            match answer {
                Answer::Yes => count.proven += 1,
                answer => opinion.tell(test, "the message signature does not verify", answer, count),
            }
        }
    }
    Ok(())
}

impl Opinion<'_> {
    fn tell(&self, test: &DauthTest, what: &str, answer: Answer, count: &mut Count) {
        if answer == Answer::None {
            println!("{}: no verdict", test.id);
            count.none += 1;
        } else {
            eprintln!("{}: {what}", test.id);
            count.wrong += 1;
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let path = self.work.join(name);
        fs::write(&path, bytes)?;
        Ok(path)
    }

    fn write_keys(&self) -> io::Result<()> {
        for (number, source) in self.group.keys.iter().enumerate() {
            self.write(&format!("issuer-{number}.pem"), &source.bytes().unwrap_or_default())?;
        }
        for (number, key) in self.group.own_keys.iter().enumerate() {
            self.write(&format!("own-{number}.pem"), key.private_key.as_bytes())?;
        }
        Ok(())
    }

    /// Verifies the assertion's signature with the key that the message names.
    fn verify(&self, message: &Path) -> io::Result<Answer> {
        let text = fs::read_to_string(message)?;
        let named = |number: &usize| {
            let pem = fs::read_to_string(self.work.join(format!("issuer-{number}.pem"))).unwrap_or_default();
            text.contains(&STANDARD.encode(subject_key_id(&pem)))
        };
        let Some(number) = (0..self.group.keys.len()).find(named) else { return Ok(Answer::No) };
        let key = self.work.join(format!("issuer-{number}.pem"));
        let arguments = [
            "--verify",
            "--id-attr:AssertionID",
            ASSERTION,
            "--node-xpath",
            OF_ASSERTION,
            "--pubkey-cert-pem",
        ];
        xmlsec1(&arguments, &[&key, message])
    }

    /// Verifies the signature over the timestamp with the proof key of the assertion.
    fn verify_proof(&self, message: &Path) -> io::Result<Answer> {
        let secret = base64_of(message, "BinarySecret")?;
        let key = self.write("proof.bin", &secret)?;
        verify_message(message, "--hmackey", &key)
    }

    /// Verifies it with the certificate that came with the message.
    fn verify_certificate(&self, message: &Path) -> io::Result<Answer> {
        let certificate = base64_of(message, "BinarySecurityToken")?;
        let certificate = self.write("sender.der", &certificate)?;
        verify_message(message, "--pubkey-cert-der", &certificate)
    }

    /// Opens the encrypted token in its place, with the first own key that can.
    fn open(&self, message: &Path) -> io::Result<(Answer, PathBuf)> {
        let text = fs::read_to_string(message)?;
        let plain = self.work.join("plain.xml");
        let mut answer = Answer::No;
        for number in 0..self.group.own_keys.len() {
            let key = self.work.join(format!("own-{number}.pem"));
            let asked = if text.contains("xmlenc11#rsa-oaep") {
                self.open_with_openssl(&text, &key, &plain)?
            } else {
                xmlsec1(&["--decrypt", "--output"], &[&plain, Path::new("--privkey-pem"), &key, message])?
            };
            match asked {
                Answer::Yes => return Ok((Answer::Yes, plain)),
                Answer::None => answer = Answer::None,
                Answer::No => {}
            }
        }
        Ok((answer, plain))
    }

    /// openssl decrypts the session key, and xmlsec1 the rest.
    fn open_with_openssl(&self, text: &str, key: &Path, plain: &Path) -> io::Result<Answer> {
        let (Some(start), Some(end)) = (text.find("<ds:KeyInfo"), text.rfind("</ds:KeyInfo>")) else {
            return Ok(Answer::No);
        };
        let (info, after) = (&text[start..end], &text[end + "</ds:KeyInfo>".len()..]);
        let value =
            info.split("CipherValue>").nth(1).and_then(|after| after.split('<').next()).unwrap_or_default();
        let sealed = self.write("session.enc", &STANDARD.decode(value).unwrap_or_default())?;
        let session = self.work.join("session.bin");
        let hash = if info.contains("mgf1sha256") { "sha256" } else { "sha1" };
        let mut openssl = Command::new("openssl");
        openssl.args(["pkeyutl", "-decrypt", "-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt"]);
        openssl.args([&format!("rsa_oaep_md:{hash}"), "-pkeyopt", &format!("rsa_mgf1_md:{hash}"), "-inkey"]);
        openssl.arg(key).arg("-in").arg(&sealed).arg("-out").arg(&session);
        if !openssl.output()?.status.success() {
            return Ok(Answer::No);
        }
        let message = self.write("rest.xml", format!("{}{after}", &text[..start]).as_bytes())?;
        xmlsec1(&["--decrypt", "--output"], &[plain, Path::new("--aeskey"), &session, &message])
    }
}

/// Verifies the message signature, over whatever it covers.
fn verify_message(message: &Path, key_form: &str, key: &Path) -> io::Result<Answer> {
    let arguments = [
        "--verify",
        "--id-attr:Id",
        TIMESTAMP,
        "--id-attr:Id",
        "http://www.w3.org/2005/08/addressing:To",
        "--node-xpath",
        OF_MESSAGE,
        key_form,
    ];
    xmlsec1(&arguments, &[key, message])
}

/// The bytes in the first element of this name; none if there is none.
fn base64_of(message: &Path, name: &str) -> io::Result<Vec<u8>> {
    let text = fs::read_to_string(message)?;
    let value = text.split(name).nth(1).and_then(|after| after.split(['>', '<']).nth(1));
    Ok(value.and_then(|value| STANDARD.decode(value).ok()).unwrap_or_default())
}

/// Runs xmlsec1 with at most 1 GB of memory, 10 s of its own and 20 s of everybody's time.
fn xmlsec1(arguments: &[&str], paths: &[&Path]) -> io::Result<Answer> {
    const BOUNDED: &str = "ulimit -v 1000000; ulimit -t 10; exec timeout 20 xmlsec1 \"$@\"";
    let status = Command::new("sh").args(["-c", BOUNDED, "sh"]).args(arguments).args(paths).output()?.status;
    match status.code() {
        Some(0) => Ok(Answer::Yes),
        Some(127) => Err(io::Error::new(io::ErrorKind::NotFound, "xmlsec1 is not installed")),
        // 124: timeout; above 128: a signal, as the shell tells it.
        Some(124 | 129..) | None => Ok(Answer::None),
        Some(_) => Ok(Answer::No),
    }
}

/// The subject key identifier of a certificate in PEM, whose extension has 20 bytes.
fn subject_key_id(pem: &str) -> Vec<u8> {
    const EXTENSION: &[u8] = b"\x06\x03\x55\x1d\x0e\x04\x16\x04\x14";
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).unwrap_or_default();
    let at = der.windows(EXTENSION.len()).position(|bytes| bytes == EXTENSION);
    at.map(|at| der[at..].iter().skip(EXTENSION.len()).take(20).copied().collect()).unwrap_or_default()
}
