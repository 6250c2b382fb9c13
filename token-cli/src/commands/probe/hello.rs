//! Asks a server whether it still speaks TLS 1.0 or 1.1, with a ClientHello that offers nothing newer.
//!
//! Follows RFC 2246 section 7.4.1.2 and RFC 4346 section 7.4.1.2 (ClientHello), RFC 6066 section 3 (server name) and
//! RFC 4492 section 5.1 (curves). Written by hand, since today's TLS libraries cannot say it; the handshake goes no
//! further than the server's first message.

use std::io::{Read, Write};

use ring::rand::SecureRandom;
use token_core::endpoint::Legacy;

use super::failure::Failure;
use super::wire::Wire;

/// An old version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OldVersion {
    Tls10,
    Tls11,
}

impl OldVersion {
    const fn bytes(self) -> [u8; 2] {
        match self {
            Self::Tls10 => [3, 1],
            Self::Tls11 => [3, 2],
        }
    }
}

/// Suites of that time, strongest first: ECDHE, DHE and RSA with AES and 3DES, and the signal of RFC 5746.
const SUITES: [u16; 13] =
    [0xc014, 0xc00a, 0x0039, 0x0035, 0xc013, 0xc009, 0x0033, 0x002f, 0xc012, 0xc008, 0x0016, 0x000a, 0x00ff];

/// P-256, P-384, P-521.
const CURVES: [u16; 3] = [23, 24, 25];

const HANDSHAKE: u8 = 22;
const ALERT: u8 = 21;
const SERVER_HELLO: u8 = 2;

/// Asks over a fresh connection.
pub(super) fn ask(wire: &mut Wire, host: &str, version: OldVersion) -> Legacy {
    let mut random = [0; 32];
    if ring::rand::SystemRandom::new().fill(&mut random).is_err() {
        return Legacy::Unknown;
    }
    let hello = client_hello(host, version, &random);
    let answer = wire.write_all(&hello).and_then(|()| read_answer(wire));
    match answer {
        Ok(answer) => judge(&answer, version),
        Err(error) => match error.into() {
            // A server that hangs up refuses, if less politely than with an alert.
            Failure::Closed => Legacy::Refused,
            _ => Legacy::Unknown,
        },
    }
}

/// The record's header, the handshake's header, and the version that the server chose: eleven bytes.
fn read_answer(wire: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    // An alert is only seven bytes long.
    let wanted = |so_far: &[u8]| if so_far.first() == Some(&ALERT) { 7 } else { 11 };
    while answer.len() < wanted(&answer) {
        let mut piece = [0; 11];
        let room = wanted(&answer) - answer.len();
        match wire.read(&mut piece[..room.min(11)])? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => answer.extend_from_slice(&piece[..read]),
        }
    }
    Ok(answer)
}

fn judge(answer: &[u8], version: OldVersion) -> Legacy {
    match answer {
        [ALERT, ..] => Legacy::Refused,
        [HANDSHAKE, 3, _, _, _, SERVER_HELLO, _, _, _, major, minor] => {
            // A server may answer with an older version than the one that was offered: that is not this one.
            if [*major, *minor] == version.bytes() { Legacy::Accepted } else { Legacy::Refused }
        }
        _ => Legacy::Unknown,
    }
}

fn client_hello(host: &str, version: OldVersion, random: &[u8; 32]) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend_from_slice(&version.bytes());
    body.extend_from_slice(random);
    // No session to resume.
    body.push(0);
    let suites: Vec<u8> = SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect();
    vector(&mut body, 2, &suites);
    // No compression.
    vector(&mut body, 1, &[0]);
    let mut extensions = Vec::new();
    if host.parse::<std::net::IpAddr>().is_err() {
        let (mut name, mut list) = (vec![0], Vec::new());
        vector(&mut name, 2, host.as_bytes());
        vector(&mut list, 2, &name);
        extension(&mut extensions, 0, &list);
    }
    let (mut curves, mut formats) = (Vec::new(), Vec::new());
    vector(&mut curves, 2, &CURVES.iter().flat_map(|curve| curve.to_be_bytes()).collect::<Vec<_>>());
    extension(&mut extensions, 10, &curves);
    vector(&mut formats, 1, &[0]);
    extension(&mut extensions, 11, &formats);
    vector(&mut body, 2, &extensions);

    let mut handshake = vec![1];
    vector(&mut handshake, 3, &body);
    // The record's own version is the lowest one, as every client of that time sent it.
    let mut record = vec![HANDSHAKE, 3, 1];
    vector(&mut record, 2, &handshake);
    record
}

/// Appends bytes behind their length, which takes `width` bytes.
fn vector(out: &mut Vec<u8>, width: usize, bytes: &[u8]) {
    let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    out.extend_from_slice(&len[len.len() - width..]);
    out.extend_from_slice(bytes);
}

fn extension(out: &mut Vec<u8>, kind: u16, bytes: &[u8]) {
    out.extend_from_slice(&kind.to_be_bytes());
    vector(out, 2, bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_hello_lengths_fit_and_nothing_newer_is_offered() {
        for (version, minor) in [(OldVersion::Tls10, 1), (OldVersion::Tls11, 2)] {
            let hello = client_hello("mail.contoso.com", version, &[7; 32]);
            assert_eq!(hello[..3], [22, 3, 1]);
            assert_eq!(usize::from(u16::from_be_bytes([hello[3], hello[4]])), hello.len() - 5);
            assert_eq!(
                (hello[5], usize::from(hello[6]) << 16 | usize::from(hello[7]) << 8 | usize::from(hello[8])),
                (1, hello.len() - 9)
            );
            assert_eq!(hello[9..11], [3, minor]);
            // supported_versions (43) would offer more.
            let at = 9 + 2 + 32 + 1 + 2 + 2 * SUITES.len() + 2;
            let mut rest = &hello[at + 2..];
            let mut kinds = Vec::new();
            while let [a, b, c, d, tail @ ..] = rest {
                kinds.push(u16::from_be_bytes([*a, *b]));
                rest = &tail[usize::from(u16::from_be_bytes([*c, *d]))..];
            }
            assert_eq!((kinds, rest.len()), (vec![0, 10, 11], 0));
        }
        let by_address = client_hello("127.0.0.1", OldVersion::Tls10, &[7; 32]);
        assert!(!by_address.windows(9).any(|window| window == b"127.0.0.1"), "RFC 6066 allows names only");
    }

    #[test]
    fn answers_told_apart() {
        let hello = |minor: u8| vec![22, 3, minor, 0, 70, 2, 0, 0, 66, 3, minor];
        assert_eq!(judge(&hello(1), OldVersion::Tls10), Legacy::Accepted);
        assert_eq!(judge(&hello(2), OldVersion::Tls11), Legacy::Accepted);
        assert_eq!(judge(&hello(1), OldVersion::Tls11), Legacy::Refused);
        assert_eq!(judge(&[21, 3, 1, 0, 2, 2, 70], OldVersion::Tls10), Legacy::Refused);
        assert_eq!(judge(b"HTTP/1.1 40", OldVersion::Tls10), Legacy::Unknown);
        assert_eq!(read_answer(&mut &[21, 3, 1, 0, 2, 2, 70][..]).unwrap().len(), 7);
        assert!(read_answer(&mut &[22, 3, 1][..]).is_err());
    }
}
