//! Keys that are fetched, pinned, compared; against a server on loopback with an authority of its own.

use std::path::PathBuf;

use tokio::runtime::Runtime;

use crate::authority::Authority;
use crate::proxy::Proxy;
use crate::run::{AT, Ran, command, finish, folder, read, run};
use crate::server::{Reply, Server};

const STS: &str = "00000001-0000-0000-c000-000000000000@*";

struct Place {
    runtime: Runtime,
    authority: Authority,
    server: Server,
    folder: PathBuf,
}

impl Place {
    fn new(name: &str, reply: Reply) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let authority = Authority::new();
        let server = runtime.block_on(Server::start(&authority, reply));
        Self { runtime, authority, server, folder: folder(name) }
    }

    fn good(name: &str) -> Self {
        Self::new(name, Reply::document(read("metadata.json")))
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// The fixtures' policy, with its keys at the server.
    fn policy(&self) -> String {
        let text = read("policy.toml").replace("metadata.json", &self.server.url("/metadata/json/1"));
        let text = format!("{text}\n[fetch]\nroots = [\"{}\"]\n", self.authority.pem_file());
        std::fs::write(self.folder.join("policy.toml"), text).unwrap();
        self.path("policy.toml")
    }

    /// The same policy with a further line of its table `fetch`, where the environment names a proxy.
    fn fetch_beside(&self, proxy: &Proxy, line: &str) -> Ran {
        let policy = self.policy();
        let text = std::fs::read_to_string(&policy).unwrap() + line;
        std::fs::write(&policy, text).unwrap();
        let mut command = command(&["keys", "fetch", "--policy", &policy, "--at", AT]);
        for name in
            ["HTTP_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"]
        {
            command.env_remove(name);
        }
        finish(command.env("HTTPS_PROXY", proxy.url()), "")
    }

    fn fetch(&self, arguments: &str) -> Ran {
        run(&format!("keys fetch --root {} --at {AT} {arguments}", self.authority.pem_file()), "")
    }
}

#[test]
fn keys_fetch_of_a_policy_shown_and_pinned_and_validated_with() {
    let place = Place::good("fetch-policy");
    let (policy, out) = (place.policy(), place.path("keys.json"));
    let ran = run(&format!("keys fetch --policy {policy} --out {out} --at {AT}"), "").expect(0);
    let x5t = read("metadata.json").split("\"x5t\":\"").nth(1).unwrap()[..27].to_owned();
    for expected in
        ["FETCHED", STS, &place.server.url("/metadata/json/1"), "1 of 1 keys", "2048", &x5t, "sha256"]
    {
        assert!(ran.stdout.contains(expected), "{expected}: {}", ran.stdout);
    }
    // The server is not needed any more.
    let bytes = std::fs::read(&out).unwrap();
    let count = place.server.count();
    let offline = read("policy.toml").replace("keys = [\"metadata.json\"]", "");
    std::fs::write(place.folder.join("offline.toml"), offline).unwrap();
    let line = format!("validate --policy {} --keys {out} --at {AT} outer.txt", place.path("offline.toml"));
    let text = run(&line, "").expect(0).stdout;
    let json = run(&format!("{line} -f json"), "").expect(0).json();
    let jsonl = run(&format!("{line} -f jsonl"), "").expect(0).lines();
    assert_eq!(place.server.count(), count);
    let named = &json["tokens"][0]["key_snapshots"][0];
    assert_eq!(named, &jsonl[0]["key_snapshots"][0]);
    assert_eq!(named["input"], out);
    let (sha256, taken) = (named["sha256"].as_str().unwrap(), named["taken"].as_str().unwrap());
    assert_eq!(sha256, sha256_of(&bytes));
    let text: String = text.split_whitespace().collect();
    assert!(text.contains(sha256) && text.contains(taken), "{text}");
    let sarif = run(&format!("{line} -f sarif"), "").expect(0).stdout;
    assert!(sarif.contains(sha256), "{sarif}");

    let shown = run(&format!("keys show {out} --at {AT}"), "").expect(0).stdout;
    assert!(shown.contains("1 of 1 keys usable"), "{shown}");
    // A snapshot that was changed by hand is refused, not half used.
    let damaged = String::from_utf8(bytes).unwrap().replace("\"body\": \"ey", "\"body\": \"fy");
    std::fs::write(&out, damaged).unwrap();
    assert!(run(&line, "").expect(2).stderr.contains("expected the document of its sha256"));
    run(&format!("keys show {out}"), "").expect(3);
}

/// Asks another program than the one under test.
fn sha256_of(bytes: &[u8]) -> String {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut sum = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    sum.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = sum.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}

#[test]
fn keys_fetch_through_the_proxy_of_the_environment_only_where_the_policy_says_so() {
    let (place, proxy) = (Place::good("fetch-proxy"), Proxy::start());
    place.fetch_beside(&proxy, "").expect(0);
    assert_eq!((proxy.asked().len(), place.server.count()), (0, 1));
    let ran = place.fetch_beside(&proxy, "proxy_from_environment = true\n").expect(0);
    assert!(ran.stdout.contains("1 of 1 keys"), "{}", ran.stdout);
    let asked = proxy.asked();
    assert_eq!((asked.len(), place.server.count()), (1, 2));
    // It is told to whom, and nothing of what is asked for there.
    let head = format!("CONNECT localhost:{} HTTP/1.1\r\n", place.server.port());
    assert!(asked[0].starts_with(&head) && !asked[0].contains("metadata"), "{}", asked[0]);
}

#[test]
fn keys_fetch_never_around_a_proxy_that_refuses() {
    let (place, proxy) = (Place::good("fetch-proxy-refuses"), Proxy::refusing());
    let ran = place.fetch_beside(&proxy, "proxy_from_environment = true\n").expect(1);
    assert!(!ran.stdout.contains("1 of 1 keys"), "{}", ran.stdout);
    assert_eq!((proxy.asked().len(), place.server.count()), (1, 0));
}

#[test]
fn validate_fetches_only_when_asked() {
    let place = Place::good("fetch-validate");
    let line = format!("validate --policy {} --at {AT} outer.txt", place.policy());
    let ran = run(&line, "").expect(10);
    assert!(ran.stderr.contains("ask for it with --fetch"), "{}", ran.stderr);
    assert_eq!(place.server.count(), 0);
    run(&format!("{line} --fetch"), "").expect(0);
    assert_eq!(place.server.count(), 1);
    place.server.reply(Reply::Status(500, ""));
    let ran = run(&format!("{line} --fetch"), "").expect(10);
    assert!(ran.stderr.contains("expected status 200, found 500; it adds no keys"), "{}", ran.stderr);
}

#[test]
fn keys_fetch_of_urls_of_any_issuer_or_a_named_one() {
    let place = Place::good("fetch-url");
    let url = place.server.url("/m?x=1");
    let ran = place.fetch(&url).expect(0);
    assert!(ran.stdout.contains("1 of 1 keys"), "{}", ran.stdout);
    place.fetch(&format!("{STS}={url}")).expect(0);
    let other = "00000009-0000-0000-c000-000000000000@*";
    let ran = place.fetch(&format!("{other}={url}")).expect(20);
    assert!(ran.stdout.contains("without a usable key of the issuer"), "{}", ran.stdout);
    let requests = place.server.requests();
    assert!(requests.iter().all(|request| request.path == "/m?x=1"));
    // Without the root, the server is a stranger.
    let ran = run(&format!("keys fetch {url}"), "").expect(1);
    assert!(ran.stdout.contains("no connection") || ran.stderr.contains("TLS"), "{}", ran.everything());
    let ran = run("keys fetch http://localhost/", "").expect(2);
    assert!(ran.stderr.contains("expected an https URL"), "{}", ran.stderr);
    run("keys fetch metadata.json", "").expect(2);
    run("keys fetch", "").expect(2);
    drop(place.runtime);
}

#[test]
fn keys_fetch_warns_of_old_and_shared_keys() {
    let place = Place::new("fetch-warnings", Reply::document(read("several-keys.json")));
    let (one, two) = (place.server.url("/1"), place.server.url("/2"));
    let json = place.fetch(&format!("{one} {two} -f json --warn-days 400")).expect(0).json();
    let warnings = json["sources"][0]["document"]["warnings"].to_string();
    assert!(warnings.contains("sha1WithRSAEncryption"), "{warnings}");
    assert!(warnings.contains("expires in 364 days 12 h"), "{warnings}");
    let shared = json["shared"].to_string();
    assert!(shared.contains(&one) && shared.contains(&two), "{shared}");
    assert!(place.fetch(&format!("{one} {two}")).expect(0).stdout.contains("is a key of"));
}

#[test]
fn keys_fetch_that_fails_says_why_and_writes_nothing() {
    let place = Place::new("fetch-fails", Reply::document("{\"keys\":[]}"));
    let out = place.path("keys.json");
    let line = format!("{} --out {out}", place.server.url("/"));
    let ran = place.fetch(&line).expect(20);
    assert!(ran.stdout.contains("JWKS without a usable key"), "{}", ran.stdout);
    assert!(ran.stderr.contains("the snapshot is not written"), "{}", ran.stderr);
    place.server.reply(Reply::Status(404, ""));
    place.fetch(&line).expect(1);
    assert!(!std::fs::exists(out).unwrap());
}

#[test]
fn keys_diff_tells_what_changed_by_its_exit_code() {
    let place = Place::good("diff");
    let (old, new) = (place.path("old.json"), place.path("new.json"));
    let fetch = |out: &str| place.fetch(&format!("{STS}={} --out {out}", place.server.url("/"))).expect(0);
    fetch(&old);
    let ran = run(&format!("keys diff {old} {old} --at {AT}"), "").expect(0);
    assert_eq!(ran.stdout, "1 key unchanged\n");
    let ran = run(&format!("keys diff {old} {old} --at {AT} --warn-days 400"), "").expect(10);
    assert!(
        ran.stdout.contains("expires   x5t ") && ran.stdout.contains("(in 364 days 12 h)"),
        "{}",
        ran.stdout
    );

    place.server.reply(Reply::document(read("several-keys.json")));
    fetch(&new);
    let ran = run(&format!("keys diff {old} {new} --at {AT}"), "").expect(20);
    assert!(ran.stdout.contains("appeared  x5t ") && !ran.stdout.contains("left "), "{}", ran.stdout);
    let json = run(&format!("keys diff {new} {old} --at {AT} -f json"), "").expect(20).json();
    assert_eq!(json["left"].as_array().unwrap().len(), 1);
    assert_eq!((json["left"][0]["issuer"].as_str(), json["unchanged"].as_u64()), (Some(STS), Some(1)));
    assert_eq!(json["left"][0]["subject"], "CN=Throw-away old STS");
    // A document is compared as it declares itself; a file that is neither is none.
    run(&format!("keys diff metadata.json {old} --at {AT}"), "").expect(0);
    run(&format!("keys diff outer.txt {old}"), "").expect(3);
    run(&format!("keys diff none.json {old}"), "").expect(1);
}
