use std::path::Path;

use super::*;
use crate::args::Color;

const PASSWORD: &str = "correct horse";

fn data(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/private-keys").join(name);
    std::fs::read(path).unwrap()
}

/// The identifier of a certificate, as openssl shows it.
fn ski(name: &str) -> String {
    let says = String::from_utf8(data("openssl-says.txt")).unwrap();
    let mut pairs = says.lines().filter_map(|line| line.split_once(' '));
    pairs.find(|(of, _)| *of == name).unwrap().1.to_owned()
}

/// The identifiers of the keys in a file, or the problem.
fn keys_in(bytes: &[u8], password: Option<&str>) -> Result<Vec<String>, Problem> {
    let mut keys = OwnKeys::new();
    find(bytes, password.map(Password::of).as_ref())?.add_to(&mut keys)?;
    Ok(keys.iter().map(|key| key.ski().to_hex()).collect())
}

#[test]
fn key_in_every_form_found() {
    for name in ["pkcs8.pem", "pkcs1.pem", "pkcs8.der", "pkcs1.der", "open.pfx"] {
        assert_eq!(keys_in(&data(name), None), Ok(vec![ski("own")]), "{name}");
    }
    for name in ["encrypted.pem", "encrypted.der", "new.pfx", "old.pfx"] {
        assert_eq!(keys_in(&data(name), Some(PASSWORD)), Ok(vec![ski("own")]), "{name}");
    }
}

#[test]
fn key_with_chain_in_any_order_found() {
    let (key, own, other) = (data("pkcs8.pem"), data("own.cert.pem"), data("other.cert.pem"));
    for parts in [[&key, &own, &other], [&other, &own, &key], [&other, &key, &own]] {
        assert_eq!(keys_in(&parts.map(Vec::as_slice).concat(), None), Ok(vec![ski("own")]));
    }
    let two = [&key[..], &own, &data("other.pem"), b"text around\n", &other].concat();
    assert_eq!(keys_in(&two, None), Ok(vec![ski("own"), ski("other")]));
    let foreign = [&key[..], &other].concat();
    assert_eq!(keys_in(&foreign, None), Err(Problem::Key(OwnKeyError::ForeignCertificate)));
}

#[test]
fn password_missing_and_wrong_told_apart() {
    for name in ["encrypted.pem", "encrypted.der", "new.pfx", "old.pfx"] {
        assert_eq!(keys_in(&data(name), None), Err(Problem::NoPassword), "{name}");
        assert_eq!(keys_in(&data(name), Some("wrong")), Err(Problem::WrongPassword), "{name}");
    }
    for name in ["encrypted-old.pem", "encrypted-pkcs1.pem"] {
        assert_eq!(keys_in(&data(name), Some(PASSWORD)), Err(Problem::Encryption), "{name}");
    }
}

#[test]
fn file_without_usable_key_refused() {
    assert_eq!(keys_in(&data("own.cert.pem"), None), Err(Problem::NoKey { certificates: 1 }));
    let alone = keys_in(&data("certificate-alone.pfx"), Some(PASSWORD));
    assert_eq!(alone, Err(Problem::NoKey { certificates: 1 }));
    let certificate = pem::find(&data("own.cert.pem"), None).unwrap().certificates.remove(0);
    assert_eq!(keys_in(&certificate, None), Err(Problem::NoKey { certificates: 1 }));
    assert_eq!(keys_in(&data("weak.pem"), None), Err(Problem::Key(OwnKeyError::TooShort)));
    assert_eq!(keys_in(&data("ec.pem"), None), Err(Problem::Key(OwnKeyError::NotRsa)));
    for other in [&b""[..], b"text", b"0", &[0x30, 0], &[0x30, 3, 4, 1, 0]] {
        assert_eq!(keys_in(other, None), Err(Problem::Unknown), "{other:x?}");
    }
}

#[test]
fn file_cut_or_changed_refused() {
    for name in ["pkcs8.der", "pkcs1.der", "encrypted.der", "new.pfx", "old.pfx"] {
        let whole = data(name);
        for len in (0..whole.len()).step_by(17) {
            assert!(keys_in(&whole[..len], Some(PASSWORD)).is_err(), "{name}, cut at {len}");
        }
    }
    let pem = data("pkcs8.pem");
    for len in 0..pem.len() - 7 {
        assert!(keys_in(&pem[..len], None).is_err(), "cut at {len}");
    }
    let text = String::from_utf8(pem).unwrap();
    assert_eq!(keys_in(text.replacen("MII", "M*I", 1).as_bytes(), None), Err(Problem::BrokenPem));
}

#[test]
fn file_too_long_or_absent_named() {
    let console = Console::new(Color::Never);
    let folder = std::env::temp_dir().join(format!("s2s-own-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("key.pem");
    let absent = load(std::slice::from_ref(&path), None, &console).unwrap_err().to_string();
    assert!(absent.contains("key.pem: cannot be read"), "{absent}");

    let key = data("pkcs8.pem");
    let padded = |len: usize| [&key[..], &vec![b'\n'; len - key.len()]].concat();
    std::fs::write(&path, padded(MAX_FILE)).unwrap();
    assert_eq!(load(std::slice::from_ref(&path), None, &console).unwrap().len(), 1);
    std::fs::write(&path, padded(MAX_FILE + 1)).unwrap();
    let long = load(std::slice::from_ref(&path), None, &console).unwrap_err().to_string();
    assert!(long.ends_with("key.pem: expected at most 65536 bytes, found more"), "{long}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[cfg(unix)]
#[test]
fn file_that_others_can_read_noticed() {
    use std::os::unix::fs::PermissionsExt;

    let path = std::env::temp_dir().join(format!("s2s-own-keys-mode-{}", std::process::id()));
    std::fs::write(&path, b"secret").unwrap();
    for (mode, noticed) in [(0o600, None), (0o640, Some(0o640)), (0o604, Some(0o604)), (0o700, None)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(readable_by_others(&File::open(&path).unwrap()), noticed, "{mode:o}");
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn password_of_a_file_is_its_one_line() {
    let console = Console::new(Color::Never);
    let path = std::env::temp_dir().join(format!("s2s-own-keys-password-{}", std::process::id()));
    let read = |text: &[u8]| {
        std::fs::write(&path, text).unwrap();
        let found = Password::find(Some(&path), &console);
        found.map(|password| password.unwrap().as_str().to_owned()).map_err(|error| error.to_string())
    };
    for text in ["correct horse", "correct horse\n", "correct horse\r\n"] {
        assert_eq!(read(text.as_bytes()).as_deref(), Ok(PASSWORD));
    }
    for text in [&b""[..], b"\n", b"a\nb", b"\xff"] {
        let error = read(text).unwrap_err();
        assert!(error.contains("expected a password, one line of UTF-8"), "{error}");
    }
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn messages_hold_nothing_of_the_file() {
    let key = String::from_utf8(data("pkcs8.pem")).unwrap();
    let broken = keys_in(key.replacen("MII", "M*I", 1).as_bytes(), None).unwrap_err().to_string();
    let wrong = keys_in(&data("new.pfx"), Some("hunter2")).unwrap_err().to_string();
    let none = keys_in(&data("new.pfx"), None).unwrap_err().to_string();
    assert!(!broken.contains("M*I") && !wrong.contains("hunter2"), "{broken}, {wrong}");
    assert!(none.contains("--decrypt-key-password-file") && none.contains("S2S_KEY_PASSWORD"), "{none}");
}
