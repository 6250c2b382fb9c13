#!/bin/sh
# Makes the throw-away keys and certificates of this folder with the openssl command. Every run makes new ones.
set -eu
cd "$(dirname "$0")"

pkcs8() { openssl pkcs8 -topk8 -nocrypt -outform DER -out "$1.pk8.der"; }
key() { openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -pkeyopt "rsa_keygen_pubexp:$3" | pkcs8 "$1"; }
cert() { openssl req -x509 -new -key "$1.pk8.der" -keyform DER -subj "/CN=Throw-away $2" -days 36500 "$3" -outform DER -out "$2.cert.der"; }
spki() { openssl pkey -in "$1.pk8.der" -inform DER -pubout -outform DER -out "$1.spki.der"; }
signed() { openssl dgst -sha256 -sign "$1.pk8.der" -keyform DER -out "$1.sig" message.txt; }

printf 'a message of the token-core tests' > message.txt

key a 2048 65537; cert a a -sha256; cert a a-sha1 -sha1; spki a; signed a
key b 2048 65537; cert b b -sha256
key c 2048 3; cert c c -sha256; spki c; signed c
key d 4096 65537; spki d; signed d
key weak 1024 65537
key short 1024 65537; cert short short -sha256
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | pkcs8 ec
cert ec ec -sha256
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 | pkcs8 pss
openssl pkey -in pss.pk8.der -inform DER -pubout -outform DER -out pss.spki.der
# The private keys a and weak are used by tests: the others are not kept.
rm -f b.pk8.der c.pk8.der d.pk8.der short.pk8.der ec.pk8.der pss.pk8.der

# What openssl says of each certificate, for comparison with what token-core says.
base64url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
for name in a a-sha1 b c; do
    der="$name.cert.der"
    printf '%s.x5t %s\n' "$name" "$(openssl dgst -sha1 -binary "$der" | base64url)"
    printf '%s.x5t#S256 %s\n' "$name" "$(openssl dgst -sha256 -binary "$der" | base64url)"
    printf '%s.serial %s\n' "$name" "$(openssl x509 -in "$der" -inform DER -noout -serial | cut -d= -f2)"
    printf '%s.not-before %s\n' "$name" "$(date +%s -d "$(openssl x509 -in "$der" -inform DER -noout -startdate | cut -d= -f2)")"
    printf '%s.not-after %s\n' "$name" "$(date +%s -d "$(openssl x509 -in "$der" -inform DER -noout -enddate | cut -d= -f2)")"
    printf '%s.ski %s\n' "$name" "$(openssl x509 -in "$der" -inform DER -noout -ext subjectKeyIdentifier | tail -n1 | tr -d ' :')"
done > openssl-says.txt
