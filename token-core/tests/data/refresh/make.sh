#!/bin/sh
# Makes the throw-away RSA keys with which the tests of refreshing sign. Every run makes new ones.
set -eu
cd "$(dirname "$0")"

for name in 0 1 2; do
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 |
        openssl pkcs8 -topk8 -nocrypt -outform DER -out "$name.pk8.der"
done
