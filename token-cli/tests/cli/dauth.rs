//! Federated delegation as a user meets it: captured requests, private keys, policies with one half, and what is never shown.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use test_vectors::{DauthMessages, load_dauth};

use crate::run::{Ran, folder, read, read_sample, run, run_in_samples, snapshot};

/// The time of the samples and of most vectors.
const NOW: &str = "2025-11-24T16:00:00Z";
const KEY: &str = "--decrypt-key ../keys/federation-current.key.pem";
const FORMATS: [(&str, &str); 4] =
    [("text", "txt"), ("json", "json"), ("jsonl", "jsonl"), ("sarif", "sarif")];

fn inspect(arguments: &str, stdin: impl AsRef<[u8]>) -> Ran {
    run_in_samples(&format!("inspect --at {NOW} {arguments}"), stdin)
}

fn validate(arguments: &str, stdin: impl AsRef<[u8]>) -> Ran {
    run_in_samples(&format!("validate --policy policy-dauth.toml --at {NOW} {arguments}"), stdin)
}

/// The message of the sample, without the head of its request.
fn message() -> String {
    read_sample("dauth-request.txt").split_once("\n\n").unwrap().1.to_owned()
}

/// A message of the vectors.
fn vector(id: &str) -> String {
    let files = load_dauth().unwrap_or_else(|error| panic!("{error}"));
    let mut tests = files.into_iter().flat_map(|file| file.test_groups).flat_map(|group| group.tests);
    tests.find(|test| test.id == id).unwrap_or_else(|| panic!("{id}")).message.unwrap()
}

#[test]
fn inspect_message_snapshots() {
    snapshot("dauth-inspect-sealed.txt", &inspect("dauth-request.txt", "").expect(0).stdout);
    for (format, ending) in FORMATS {
        let ran = inspect(&format!("{KEY} -f {format} dauth-request.txt"), "").expect(0);
        snapshot(&format!("dauth-inspect.{ending}"), &ran.stdout);
    }
    let signed = vector("dauth-symmetric");
    snapshot("dauth-inspect-signed.txt", &inspect("", signed).expect(0).stdout);
}

#[test]
fn validate_message_snapshots() {
    for (format, ending) in FORMATS {
        let ran = validate(&format!("{KEY} -f {format} dauth-request.txt"), "").expect(0);
        snapshot(&format!("dauth-validate.{ending}"), &ran.stdout);
    }
    snapshot("dauth-validate-sealed.txt", &validate("dauth-request.txt", "").expect(10).stdout);
}

#[test]
fn message_judged_alike_in_every_wrapping() {
    let xml = message();
    let encoded = STANDARD.encode(xml.trim());
    let lines: Vec<_> =
        encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let curl = read_sample("dauth-request.txt").replacen("\n\n", "\n>\n", 1);
    let curl = curl.replacen("POST", "> POST", 1);
    for input in [xml.clone(), format!("\u{feff}{xml}"), encoded.clone(), lines.join("\r\n"), curl] {
        let ran = validate(&format!("{KEY} -f jsonl"), &input).expect(0);
        assert_eq!(ran.lines()[0]["verdict"], "valid", "{input}");
        assert_eq!(ran.lines()[0]["kind"], "dauth");
        assert_eq!(ran.lines()[0]["subject"], "user@fabrikam.com");
        let delegation = &ran.lines()[0]["delegation"];
        assert_eq!(delegation["offer"], "MSExchange.MailTips");
        assert_eq!(delegation["relationship"], "fabrikam");
    }
}

#[test]
fn path_of_the_request_line_counts_before_the_argument() {
    let rule = |ran: &Ran| ran.lines()[0]["rule"].clone();
    let other = "--path /ews/exchange.asmx -f jsonl";
    assert_eq!(rule(&validate(&format!("{KEY} {other}"), message()).expect(20)), "DA-17");
    validate(&format!("{KEY} {other} dauth-request.txt"), "").expect(0);
    let moved = read_sample("dauth-request.txt").replacen("/EWS/", "/other/", 1);
    let ran = validate(&format!("{KEY} --path /ews/exchange.asmx/wssecurity -f jsonl"), moved).expect(20);
    assert_eq!(rule(&ran), "DA-17");
}

#[test]
fn bodies_that_cannot_be_taken_as_sent_refused_with_the_reason() {
    let request = read_sample("dauth-request.txt");
    let length = request.lines().find(|line| line.starts_with("Content-Length")).unwrap();
    for (head, said) in [
        ("Transfer-Encoding: chunked", "found a chunked one (Transfer-Encoding)"),
        ("Content-Encoding: gzip", "found an encoded one (Content-Encoding)"),
        ("Content-Length: 99999", "where Content-Length says 99999"),
    ] {
        let ran = validate(KEY, request.replace(length, head)).expect(3);
        assert!(ran.stderr.contains(said) && ran.stdout.is_empty(), "{}", ran.stderr);
    }
    let short =
        validate(&format!("{KEY} -f jsonl"), request.replace(length, "Content-Length: 4000")).expect(20);
    assert_eq!(short.lines()[0]["rule"], "DA-01");
}

#[test]
fn same_assertion_twice_in_one_run_refused() {
    let ran = validate(&format!("{KEY} -f jsonl dauth-request.txt dauth-request.txt"), "").expect(20);
    let [first, second] = ran.lines().try_into().unwrap();
    assert_eq!((&first["verdict"], &second["rule"]), (&"valid".into(), &"DA-14".into()));
}

#[test]
fn half_of_a_policy_that_is_missing_named() {
    let tokens = format!("validate --policy policy.toml --at {NOW} -f jsonl");
    let ran = run_in_samples(&format!("{tokens} dauth-request.txt token.txt"), "").expect(2);
    let [message, token] = ran.lines().try_into().unwrap();
    assert_eq!((&message["verdict"], &token["verdict"]), (&"indeterminate".into(), &"valid".into()));
    assert!(message["message"].as_str().unwrap().ends_with("the policy has no [dauth] table"), "{message}");

    let ran = validate(&format!("{KEY} -f jsonl dauth-request.txt token.txt"), "").expect(2);
    let [message, token] = ran.lines().try_into().unwrap();
    assert_eq!((&message["verdict"], &token["verdict"]), (&"valid".into(), &"indeterminate".into()));
    assert!(token["message"].as_str().unwrap().ends_with("no audience and no issuer"), "{token}");

    // With both halves both are judged.
    let both = folder("both-halves").join("policy.toml");
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors");
    let absolute = |text: String, name: &str| {
        text.replace(
            &format!("\"{name}"),
            &format!("\"{}", keys.join(name.trim_start_matches("../")).display()),
        )
    };
    let dauth = absolute(read_sample("policy-dauth.toml"), "../keys/");
    let s2s = read_sample("policy.toml").replace("\"acs-", &format!("\"{}/sample/acs-", keys.display()));
    fs::write(&both, format!("{s2s}\n{dauth}")).unwrap();
    let both = format!("validate --policy {} --at {NOW} {KEY}", both.display());
    run_in_samples(&format!("{both} dauth-request.txt token.txt"), "").expect(0);
}

#[test]
fn broken_half_of_a_policy_is_an_error() {
    let path = folder("broken-half").join("policy.toml");
    fs::write(&path, format!("{}\n[dauth]\nunknown = 1\n", read("policy.toml"))).unwrap();
    let ran = run(&format!("validate --policy {} outer.txt", path.display()), "").expect(2);
    assert!(ran.stderr.contains("unknown field `unknown`"), "{}", ran.stderr);
}

#[test]
fn keys_of_the_gateway_bound_by_its_name() {
    let policy = folder("no-keys").join("policy.toml");
    let without: Vec<_> = read_sample("policy-dauth.toml")
        .lines()
        .filter(|l| !l.starts_with("keys"))
        .map(str::to_owned)
        .collect();
    fs::write(&policy, without.join("\n")).unwrap();
    let line = format!("validate --policy {} --at {NOW} {KEY} -f jsonl dauth-request.txt", policy.display());
    run_in_samples(&line, "").expect(10);
    let named = "--keys urn:federation:MicrosoftOnline=../keys/gateway-current.cert.pem";
    run_in_samples(&format!("{line} {named}"), "").expect(0);
    // A bare certificate says of nobody that it is his.
    let ran = run_in_samples(&format!("{line} --keys ../keys/gateway-current.cert.pem"), "").expect(10);
    assert!(ran.stderr.contains("it declares no issuer"), "{}", ran.stderr);
    let other =
        run_in_samples(&format!("{line} --keys urn:other=../keys/gateway-current.cert.pem"), "").expect(2);
    assert!(other.stderr.contains("urn:federation:MicrosoftOnline"), "{}", other.stderr);
}

/// WS-Federation metadata of the gateway, which nobody signed.
fn metadata() -> String {
    let pem = read_sample("../keys/gateway-current.cert.pem");
    let certificate: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    format!(
        "<EntityDescriptor xmlns=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"urn:federation:MicrosoftOnline\">\
         <RoleDescriptor xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:fed=\"http://docs.oasis-open.org/wsfed/federation/200706\" xsi:type=\"fed:SecurityTokenServiceType\" \
         protocolSupportEnumeration=\"http://docs.oasis-open.org/wsfed/federation/200706\"><KeyDescriptor use=\"signing\">\
         <KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data><X509Certificate>{certificate}</X509Certificate>\
         </X509Data></KeyInfo></KeyDescriptor></RoleDescriptor></EntityDescriptor>"
    )
}

#[test]
fn metadata_that_no_pinned_certificate_signed_add_no_keys() {
    let folder = folder("metadata");
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-vectors/keys");
    fs::write(folder.join("metadata.xml"), metadata()).unwrap();
    let policy = |keys: &str| {
        let lines = read_sample("policy-dauth.toml");
        let lines = lines.lines().map(|line| if line.starts_with("keys") { keys } else { line });
        let text = lines.collect::<Vec<_>>().join("\n");
        let path = folder.join("policy.toml");
        fs::write(&path, text).unwrap();
        format!("validate --policy {} --at {NOW} {KEY} -f jsonl dauth-request.txt", path.display())
    };
    let open = run_in_samples(&policy("keys = [\"metadata.xml\"]"), "").expect(0);
    let findings = open.lines()[0]["findings"].to_string();
    assert!(findings.contains("DA-24"), "{findings}");
    let signer = keys.join("gateway-previous.cert.pem");
    let pinned = format!("keys = [\"metadata.xml\"]\nmetadata_signed_by = [\"{}\"]", signer.display());
    let pinned = run_in_samples(&policy(&pinned), "").expect(10);
    assert!(pinned.stderr.contains("no signature of the shape that is verified"), "{}", pinned.stderr);
    let none = run_in_samples(&policy("metadata_signed_by = [\"policy.toml\"]"), "").expect(2);
    assert!(none.stderr.contains("expected a certificate that signs metadata"), "{}", none.stderr);
}

#[test]
fn wrong_or_missing_private_keys_told() {
    let other = inspect("--decrypt-key ../keys/federation-other.key.pem dauth-request.txt", "").expect(0);
    assert!(other.stdout.contains("not opened: give the private key"), "{}", other.stdout);
    let none = inspect("--decrypt-key ../keys/gateway-current.cert.pem dauth-request.txt", "").expect(2);
    assert!(none.stderr.contains("expected a private key, found certificates alone"), "{}", none.stderr);
    let absent = inspect("--decrypt-key absent.pfx dauth-request.txt", "").expect(1);
    assert!(absent.stderr.contains("absent.pfx: cannot be read"), "{}", absent.stderr);
    run_in_samples("inspect --decrypt-key-password-file x dauth-request.txt", "").expect(2);
}

#[test]
fn xml_that_is_no_message_said_so() {
    let broken = inspect("", "<a><b></a>").expect(20);
    assert!(
        broken.stdout.contains("BROKEN MESSAGE") && broken.stdout.contains("[DA-01]"),
        "{}",
        broken.stdout
    );
    let other = inspect("", "<a xmlns='urn:x'/>").expect(20);
    assert!(other.stdout.contains("found {urn:x}a [DA-21]"), "{}", other.stdout);
    let html = inspect("", "<html><body>Sign in</body></html>").expect(3);
    assert!(html.stderr.contains("found HTML"), "{}", html.stderr);
    let doctype = validate("-f jsonl", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").expect(20);
    assert_eq!(doctype.lines()[0]["rule"], "DA-01");
}

/// An answer of a partner that fits the sample's policy.
fn answer() -> String {
    let xml = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
        <GetFederationInformationResponseMessage xmlns=\"http://schemas.microsoft.com/exchange/2010/Autodiscover\"><Response>\
        <ErrorCode>NoError</ErrorCode><ErrorMessage/><ApplicationUri>FYDIBOHF25SPDLT.fabrikam.com</ApplicationUri>\
        <Domains><Domain>fabrikam.com</Domain></Domains><TokenIssuers><TokenIssuer>\
        <Endpoint>https://login.microsoftonline.com/extSTS.srf</Endpoint><Uri>urn:federation:MicrosoftOnline</Uri>\
        </TokenIssuer></TokenIssuers></Response></GetFederationInformationResponseMessage></s:Body></s:Envelope>";
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{xml}", xml.len())
}

#[test]
fn federation_information_explained_and_judged() {
    snapshot("dauth-federation.txt", &inspect("", answer()).expect(0).stdout);
    snapshot("dauth-federation-validate.txt", &validate("", answer()).expect(0).stdout);
    let other = answer().replace("urn:federation:MicrosoftOnline", "urn:federation:MicrosoftEvil99");
    let ran = validate("-f jsonl", other).expect(20);
    let line = &ran.lines()[0];
    assert_eq!((&line["rule"], &line["kind"]), (&"DA-30".into(), &"federation-information".into()));
    let ran =
        run_in_samples(&format!("validate --policy policy.toml --at {NOW} -f jsonl"), answer()).expect(2);
    assert_eq!(ran.lines()[0]["kind"], "federation-information");
}

#[test]
fn words_of_delegation_explained() {
    let ran = run(
        "explain EmailAddress MSExchange.MailTips DA-05 D1 /wssecurity urn:federation:MicrosoftOnline",
        "",
    );
    snapshot("dauth-explain.txt", &ran.expect(0).stdout);
    let near = run("explain MSExchange.MailTip", "").expect(3);
    assert!(near.stderr.contains("MSExchange.MailTips"), "{}", near.stderr);
}

/// Every message of the vectors in a file of its own, and everything in them that must be shown nowhere.
fn hostile(name: &str) -> (Vec<PathBuf>, HashSet<String>) {
    let folder = folder(name);
    let files = load_dauth().unwrap_or_else(|error| panic!("{error}"));
    let groups = files.into_iter().flat_map(|file| file.test_groups);
    let tests = groups.filter(|group| group.messages == DauthMessages::Token).flat_map(|group| group.tests);
    let (mut paths, mut secrets) = (Vec::new(), HashSet::new());
    for test in tests {
        let bytes = test.bytes().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for element in ["BinarySecret", "CipherValue", "SignatureValue"] {
            // From the end of each start tag to the next tag.
            let values =
                text.split(element).skip(1).filter_map(|rest| rest.split_once('>')?.1.split('<').next());
            for line in values.flat_map(str::split_whitespace) {
                secrets.extend(
                    line.as_bytes().windows(PIECE).map(|piece| String::from_utf8_lossy(piece).into_owned()),
                );
            }
        }
        let path = folder.join(format!("{}.xml", test.id));
        fs::write(&path, bytes).unwrap();
        paths.push(path);
    }
    (paths, secrets)
}

/// Longer than chance, shorter than the proof key, which has 32 characters in base64.
const PIECE: usize = 16;

#[test]
fn no_secret_of_a_message_in_any_output_even_revealed() {
    let (paths, secrets) = hostile("hostile");
    assert!(paths.len() > 300 && secrets.len() > 10_000, "{} {}", paths.len(), secrets.len());
    let proof_key = vector("dauth-bare")
        .split("BinarySecret")
        .nth(1)
        .unwrap()
        .split(['>', '<'])
        .nth(1)
        .unwrap()
        .to_owned();
    assert!(secrets.contains(&proof_key[..PIECE]));
    let files: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    let keys = ["current", "previous", "next"]
        .map(|name| format!("--decrypt-key ../keys/federation-{name}.key.pem"));
    // Every message in the format that has everything, some in the others.
    let commands = [
        (1, format!("inspect --at {NOW} {}", keys.join(" "))),
        (3, format!("validate --all -p policy-dauth.toml --at {NOW} {}", keys.join(" "))),
    ];
    let mut opened = 0;
    for (first, command) in commands {
        for (format, flags, every) in [
            ("json", "--reveal", first),
            ("json", "", 8),
            ("text", "--reveal", 8),
            ("jsonl", "--reveal", 8),
            ("sarif", "", 8),
        ] {
            let some: Vec<_> = files.iter().step_by(every).map(String::as_str).collect();
            let all =
                run_in_samples(&format!("{command} -f {format} {flags} {}", some.join(" ")), "").everything();
            opened += all.matches("user@fabrikam.com").count();
            // Nearly everything else is in shorter runs.
            let runs = all.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c)));
            for piece in runs.flat_map(|run| run.as_bytes().windows(PIECE)) {
                let piece = std::str::from_utf8(piece).unwrap();
                assert!(!secrets.contains(piece), "{command} {format} {flags}: {piece}");
            }
        }
    }
    // The assertions were looked into.
    assert!(opened > 1000, "{opened}");
}

#[test]
fn no_private_key_in_any_output() {
    let key = read_sample("../keys/federation-current.key.pem");
    let lines: Vec<_> = key.lines().filter(|line| !line.starts_with('-')).collect();
    for line in [
        format!("inspect {KEY} --reveal dauth-request.txt"),
        format!("inspect {KEY} -f json --reveal dauth-request.txt"),
        format!("validate -p policy-dauth.toml {KEY} --reveal --all dauth-request.txt"),
        "inspect ../keys/federation-current.key.pem".to_owned(),
        "validate -p ../keys/federation-current.key.pem dauth-request.txt".to_owned(),
        "validate -p policy-dauth.toml -k ../keys/federation-current.key.pem dauth-request.txt".to_owned(),
    ] {
        let all = run_in_samples(&line, "").everything();
        assert!(!lines.iter().any(|secret| all.contains(secret)), "{line}: {all}");
    }
}
