#!/bin/sh
# Makes the throw-away private keys of this folder with the openssl command, in every form that people have them in. The
# keys are public: never trust them anywhere. Every run makes new ones.
set -eu
cd "$(dirname "$0")"

password="pass:correct horse"
cert() { openssl req -x509 -new -key "$1" -subj "/CN=Throw-away $2" -days 36500 -sha256 -out "$2.cert.pem"; }

openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out pkcs8.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out other.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem
cert pkcs8.pem own
cert other.pem other

openssl rsa -in pkcs8.pem -traditional -out pkcs1.pem
openssl pkcs8 -topk8 -nocrypt -in pkcs8.pem -outform DER -out pkcs8.der
openssl rsa -in pkcs8.pem -traditional -outform DER -out pkcs1.der
openssl pkcs8 -topk8 -in pkcs8.pem -passout "$password" -out encrypted.pem
openssl pkcs8 -topk8 -in pkcs8.pem -passout "$password" -outform DER -out encrypted.der
openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -in pkcs8.pem -passout "$password" -out encrypted-old.pem
openssl rsa -in pkcs8.pem -traditional -aes256 -passout "$password" -out encrypted-pkcs1.pem

# AES-256 with SHA-256 as Windows Server 2019 and later, triple DES with RC2 as those before; and without a password.
pfx() { openssl pkcs12 -export -inkey pkcs8.pem -in own.cert.pem "$@"; }
pfx -certfile other.cert.pem -passout "$password" -out new.pfx
pfx -legacy -passout "$password" -out old.pfx
pfx -passout pass: -out open.pfx
openssl pkcs12 -export -nokeys -in own.cert.pem -passout "$password" -out certificate-alone.pfx

# What openssl says of the certificates' subject key identifiers.
for name in own other; do
    printf '%s %s\n' "$name" "$(openssl x509 -in "$name.cert.pem" -noout -ext subjectKeyIdentifier | tail -n1 | tr -d ' :')"
done > openssl-says.txt
