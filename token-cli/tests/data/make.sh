#!/bin/sh
# Makes the fixtures of the command line's tests: a throw-away key, its metadata document, and tokens signed with openssl.
# The results are committed, since every run makes another key; run it in this folder.
set -eu

tenant=b84c5afe-7ced-4ce8-aa0b-df0e2869d3c8
sts=00000001-0000-0000-c000-000000000000
exchange=00000002-0000-0ff1-ce00-000000000000
nbf=1767261600 # 2026-01-01T10:00:00Z
exp=1767290400 # 2026-01-01T18:00:00Z

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
sign() { # header, claims
    input="$(printf %s "$1" | base64url).$(printf %s "$2" | base64url)"
    signature=$(printf %s "$input" | openssl dgst -sha256 -sign "$work/sts.key" | base64url)
    printf '%s.%s' "$input" "$signature"
}

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
certificate() { # key size, digest, name, first day, last day, key file, certificate file
    : >"$work/index"
    echo 01 >"$work/serial"
    printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s/index\nserial=%s/serial\nnew_certs_dir=%s\npolicy=p\n[p]\ncommonName=supplied\n' \
        "$work" "$work" "$work" >"$work/ca"
    openssl req -newkey "rsa:$1" -nodes -keyout "$6" -subj "/CN=$3" -out "$work/request" 2>/dev/null
    openssl ca -batch -selfsign -config "$work/ca" -keyfile "$6" -in "$work/request" -md "$2" -notext \
        -startdate "${4}000000Z" -enddate "${5}000000Z" -out "$7" 2>/dev/null
}
certificate 2048 sha256 "Throw-away STS" 20250101 20270101 "$work/sts.key" "$work/sts.pem"
certificate 2048 sha1 "Throw-away old STS" 20150101 20200101 "$work/key" "$work/old.pem"
certificate 1024 sha256 "Throw-away short" 20250101 20270101 "$work/key" "$work/short.pem"
der() { openssl x509 -in "$1" -outform DER | openssl base64 -A; }
x5t=$(openssl x509 -in "$work/sts.pem" -outform DER | openssl dgst -sha1 -binary | base64url)
old=$(openssl x509 -in "$work/old.pem" -outform DER | openssl dgst -sha1 -binary | base64url)

entry() { printf '{"usage":"signing","keyinfo":{"x5t":"%s"},"keyvalue":{"type":"x509Certificate","value":"%s"}}' "$1" "$2"; }
cat >metadata.json <<END
{"id":"_70b34511-d105-4e2b-9675-39f53305bb01","version":"1.0","name":"ACS","realm":"*","serviceName":"$sts",
 "issuer":"$sts@*","allowedAudiences":["$sts@*"],
 "keys":[$(entry "$x5t" "$(der "$work/sts.pem")")],
 "endpoints":[{"location":"https://accounts.accesscontrol.windows.net/$tenant/tokens/OAuth/2","protocol":"OAuth2","usage":"issuance"}]}
END
cat >several-keys.json <<END
{"issuer":"$sts@*","keys":[
 $(entry "$x5t" "$(der "$work/old.pem")"),
 $(entry "$old" "$(der "$work/short.pem")"),
 $(entry "$x5t" "$(der "$work/sts.pem")")]}
END

cat >policy.toml <<END
[audience]
application = "$exchange"
hosts = ["mail.contoso.com"]
realms = ["$tenant"]

[[issuer]]
id = "$sts@*"
kinds = ["sts-actor"]
applications = ["$exchange"]
users = true
keys = ["metadata.json"]
END

header="{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5t\":\"$x5t\"}"
aud="$exchange/mail.contoso.com@$tenant"
claims() { # aud
    printf '{"aud":"%s","iss":"%s@%s","nbf":"%s","exp":"%s","nameid":"%s@%s","identityprovider":"%s@%s","trustedfordelegation":"true"}' \
        "$1" "$sts" "$tenant" "$nbf" "$exp" "$exchange" "$tenant" "$sts" "$tenant"
}
sign "$header" "$(claims "$aud")" >actor.txt
sign "$header" "$(claims "$exchange/evil.test@$tenant")" >other-host.txt
outer() { # actor token
    payload=$(printf '{"aud":"%s","iss":"%s@%s","nbf":"%s","exp":"%s","smtp":"alice@contoso.com","actortoken":"%s"}' \
        "$aud" "$exchange" "$tenant" "$nbf" "$exp" "$1")
    printf '%s.%s.' "$(printf '{"typ":"JWT","alg":"none"}' | base64url)" "$(printf %s "$payload" | base64url)"
}
outer "$(cat actor.txt)" >outer.txt
printf '{"typ":"JWT","alg":"none"}.{"aud":"%s","iss":"%s@%s","nbf":"%s","exp":"%s","smtp":"alice@contoso.com"}.\n' \
    "$aud" "$exchange" "$tenant" "$nbf" "$exp" >readable.txt
context="{\"aud\":\"$exchange/app.test@$tenant\",\"iss\":\"$sts@$tenant\",\"nbf\":\"$nbf\",\"exp\":\"$exp\",\"appctxsender\":\"00000003-0000-0ff1-ce00-000000000000@$tenant\",\"appctx\":\"{\\\"CacheKey\\\":\\\"k\\\"}\",\"refreshtoken\":\"SECRET-refresh-token-of-this-test\",\"isbrowserhostedapp\":\"true\"}"
sign '{"typ":"JWT","alg":"HS256"}' "$context" >context.txt
