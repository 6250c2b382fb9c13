//! Loads the private keys that tokens are encrypted for, from the files in which people have them.
//!
//! Follows RFC 7468 (PEM), RFC 5958 (PKCS #8), RFC 8017 appendix A.1.2 (PKCS #1) and RFC 7292 (PKCS #12). No message
//! holds anything of a key; what was read of a file is overwritten, but for what the PKCS #12 reader copies.

mod der;
mod password;
mod pem;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use token_core::dauth::decrypt::{OwnKeyError, OwnKeys};
use zeroize::Zeroizing;

use crate::console::Console;
use crate::error::CliError;
use crate::redacted;
pub(crate) use password::Password;

/// Bytes of the longest file of keys. 64 KiB: a PFX with a chain of certificates has 10 KiB.
const MAX_FILE: usize = 64 * 1024;

/// Loads the keys of all files. A key has the identifier of the certificate beside it in its file, else the one computed
/// of its public half.
pub(crate) fn load(
    paths: &[PathBuf],
    password: Option<&Password>,
    console: &Console,
) -> Result<OwnKeys, CliError> {
    let mut keys = OwnKeys::new();
    for path in paths {
        let bytes = read(path, MAX_FILE, console)?;
        let found = find(&bytes, password);
        found
            .and_then(|found| found.add_to(&mut keys))
            .map_err(|problem| CliError::Usage(format!("{}: {problem}", redacted::path(path))))?;
    }
    Ok(keys)
}

/// Reads a file with a secret in it, within a bound; warns where others than its owner can read it.
fn read(path: &Path, max: usize, console: &Console) -> Result<Zeroizing<Vec<u8>>, CliError> {
    let error = |error: &io::Error| CliError::reading(path, error);
    let file = File::open(path).map_err(|e| error(&e))?;
    if let Some(mode) = readable_by_others(&file) {
        console.warning(&format!(
            "{}: others than its owner can read this secret (mode {mode:04o}): chmod 600 it",
            redacted::path(path)
        ));
    }
    // Room for all of it, and for the byte that is too many: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(max + 1));
    file.take(max as u64 + 1).read_to_end(&mut bytes).map_err(|e| error(&e))?;
    if bytes.len() > max {
        let name = redacted::path(path);
        return Err(CliError::Io(format!("{name}: expected at most {max} bytes, found more")));
    }
    Ok(bytes)
}

/// Returns the mode of a regular file that others can read; a pipe is as private as the process behind it.
#[cfg(unix)]
fn readable_by_others(file: &File) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o7777;
    (mode & 0o044 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn readable_by_others(_: &File) -> Option<u32> {
    None
}

fn find(bytes: &[u8], password: Option<&Password>) -> Result<Found, Problem> {
    if pem::is_pem(bytes) { pem::find(bytes, password) } else { der::find(bytes, password) }
}

/// What a file holds: private keys in PKCS #8 or PKCS #1, and certificates, all DER.
#[derive(Default)]
struct Found {
    keys: Vec<Zeroizing<Vec<u8>>>,
    certificates: Vec<Vec<u8>>,
}

impl Found {
    /// Adds every key, with the certificate that is its own. Other certificates are those of a chain, as long as one fits.
    fn add_to(self, keys: &mut OwnKeys) -> Result<(), Problem> {
        if self.keys.is_empty() {
            return Err(Problem::NoKey { certificates: self.certificates.len() });
        }
        for key in &self.keys {
            let mut added = Err(OwnKeyError::ForeignCertificate);
            if self.certificates.is_empty() {
                added = keys.add(key, None);
            }
            for certificate in &self.certificates {
                if added == Err(OwnKeyError::ForeignCertificate) {
                    added = keys.add(key, Some(certificate));
                }
            }
            added.map_err(Problem::Key)?;
        }
        Ok(())
    }
}

/// Why a file gives no key. Holds nothing of what is in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    /// Neither PEM nor DER of anything that is known.
    Unknown,
    /// A PEM block that is cut off or not base64.
    BrokenPem,
    /// Certificates, or nothing, but no key.
    NoKey { certificates: usize },
    /// The key is not one for decryption.
    Key(OwnKeyError),
    /// The file is encrypted, and there is no password.
    NoPassword,
    /// The file is encrypted, and not with this password; or it is damaged.
    WrongPassword,
    /// The file is encrypted in a way that is not read.
    Encryption,
    /// PKCS #12 that cannot be read.
    BrokenPfx,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("expected a private key in PEM, DER or PFX, found something else"),
            Self::BrokenPem => f.write_str("expected whole PEM blocks of base64, found a broken one"),
            Self::NoKey { certificates: 0 } => f.write_str("expected a private key, found none"),
            Self::NoKey { .. } => f.write_str("expected a private key, found certificates alone"),
            Self::Key(error) => error.fmt(f),
            Self::NoPassword => write!(
                f,
                "expected a password for this encrypted file, found none: give it by --decrypt-key-password-file or in {}",
                password::VARIABLE
            ),
            Self::WrongPassword => {
                f.write_str("expected the password of this encrypted file, found another, or the file is damaged")
            }
            Self::Encryption => f.write_str(
                "expected encryption by PBES2 with AES, found another: convert the key with `openssl pkcs8 -topk8 -in \
                 FILE`, or the PFX with `openssl pkcs12 -legacy -in FILE | openssl pkcs12 -export`",
            ),
            Self::BrokenPfx => f.write_str("expected PKCS #12 that can be read, found it broken"),
        }
    }
}

#[cfg(test)]
mod tests;
