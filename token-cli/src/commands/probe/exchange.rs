//! One anonymous request and the head of its answer.
//!
//! Follows RFC 9112. The request is the one with which real clients ask for a challenge: `Authorization: Bearer` and
//! nothing after it. No cookie, no credential, no body; no redirect is followed, and the body of the answer is not read.

use std::io::{Read, Write};

use super::failure::Failure;
use super::target::Target;

/// Bytes of a response head that are read: as many as the budget of the library gives to one header.
const MAX_HEAD: usize = 64 * 1024;

/// Lines of a head: Exchange sends about 20.
const MAX_LINES: usize = 128;

/// The head of a response.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// Names and values as they were received, in their order.
    pub(super) lines: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// The values of all lines with a name.
    pub(super) fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h [u8]> + Clone {
        self.lines.iter().filter(move |(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }
}

/// Asks for a path and reads the head of the answer.
pub(super) fn ask(stream: &mut (impl Read + Write), target: &Target, path: &str) -> Result<Head, Failure> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: s2s/{}\r\nAccept: */*\r\nAuthorization: Bearer \r\nConnection: close\r\n\r\n",
        target.authority(),
        env!("CARGO_PKG_VERSION"),
    );
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    read_head(stream)
}

fn read_head(stream: &mut impl Read) -> Result<Head, Failure> {
    let mut bytes = Vec::new();
    loop {
        if bytes.len() >= MAX_HEAD {
            return Err(Failure::NotHttp(format!("its head is longer than {MAX_HEAD} bytes")));
        }
        let mut piece = [0; 4096];
        let read = match stream.read(&mut piece) {
            Ok(0) if bytes.is_empty() => return Err(Failure::Closed),
            Ok(0) => return Err(Failure::NotHttp("its head has no end".to_owned())),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        bytes.extend_from_slice(&piece[..read]);
        // A head ends with a line. Without this a server that sends byte by byte would have all of it read each time.
        if !piece[..read].contains(&b'\n') {
            continue;
        }
        while let Some((head, len)) = parse(&bytes)? {
            // An interim response says nothing yet (RFC 9110 section 15.2); 101 was not asked for.
            if !(100..200).contains(&head.status) || head.status == 101 {
                return Ok(head);
            }
            bytes.drain(..len);
        }
    }
}

/// Reads a whole head; nothing where more bytes are needed.
fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>, Failure> {
    let mut lines = [httparse::EMPTY_HEADER; MAX_LINES];
    let mut response = httparse::Response::new(&mut lines);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => {
            let lines =
                response.headers.iter().map(|line| (line.name.to_owned(), line.value.to_vec())).collect();
            Ok(Some((Head { status: response.code.unwrap_or_default(), lines }, len)))
        }
        Ok(httparse::Status::Partial) => Ok(None),
        Err(error) => Err(Failure::NotHttp(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Head, Failure> {
        // Byte by byte, as a slow server would send it.
        struct Slow<'t>(&'t [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
                buffer[0] = *first;
                self.0 = rest;
                Ok(1)
            }
        }
        read_head(&mut Slow(text.as_bytes()))
    }

    #[test]
    fn head_read_with_all_lines_behind_interim_answers() {
        let head = read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nwww-authenticate: Basic\r\n\r\nbody").unwrap();
        assert_eq!(head.status, 401);
        assert_eq!(head.values("WWW-AUTHENTICATE").collect::<Vec<_>>(), [b"NTLM".as_slice(), b"Basic"]);
    }

    #[test]
    fn other_answers_named() {
        assert_eq!(read(""), Err(Failure::Closed));
        assert!(matches!(read("SSH-2.0-OpenSSH\r\n"), Err(Failure::NotHttp(_))));
        assert!(
            matches!(read("HTTP/1.1 200 OK\r\nA: b"), Err(Failure::NotHttp(why)) if why.contains("no end"))
        );
        let endless = format!("HTTP/1.1 200 OK\r\nA: {}", "b".repeat(MAX_HEAD));
        assert!(matches!(read(&endless), Err(Failure::NotHttp(why)) if why.contains("longer")));
    }
}
