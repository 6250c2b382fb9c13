#!/bin/sh
# Makes the throw-away keys and their self-signed certificates that are not there: delete what is to be made anew, and run the
# generator after it, for every vector of that key changes.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make NAME SUBJECT NOT-BEFORE NOT-AFTER ALGORITHM OPTIONS...
make() {
    name=$1 subject=$2 from=$3 to=$4 algorithm=$5
    shift 5
    [ ! -e "$name.key.pem" ] || return 0
    openssl genpkey -algorithm "$algorithm" "$@" -out "$name.key.pem"
    openssl req -new -key "$name.key.pem" -subj "$subject" -out "$work/$name.csr"
    : > "$work/index"
    cat > "$work/ca.cnf" <<CA
[ca]
default_ca = this
[this]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
unique_subject = no
[any]
commonName = supplied
[extensions]
subjectKeyIdentifier = hash
CA
    openssl ca -batch -notext -config "$work/ca.cnf" -selfsign -keyfile "$name.key.pem" -in "$work/$name.csr" \
        -startdate "$from" -enddate "$to" -out "$name.cert.pem" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}

now="20250101000000Z 20341231235959Z"
gateway="/CN=Federation gateway, signing"
federation="/CN=Federation"
acs="/CN=accounts.accesscontrol.windows.net"
exchange="/CN=Microsoft Exchange Server Auth Certificate"
rsa="RSA -pkeyopt rsa_keygen_bits:2048"
# The word lists are meant to be split.
# shellcheck disable=SC2086
{
    make acs-current "$acs" $now $rsa
    make acs-previous "$acs" $now $rsa
    make acs-expired "$acs" 20200101000000Z 20231231235959Z $rsa
    make acs-next "$acs" 20280101000000Z 20371231235959Z $rsa
    make exchange-auth "$exchange" $now $rsa
    make sharepoint-addin "/CN=High-trust add-in" $now $rsa
    make entra "$acs" $now $rsa
    make attacker "$acs" $now $rsa
    make short-1024 "$exchange" $now RSA -pkeyopt rsa_keygen_bits:1024
    make long-3072 "$exchange" $now RSA -pkeyopt rsa_keygen_bits:3072
    make exponent-3 "$exchange" $now $rsa -pkeyopt rsa_keygen_pubexp:3
    make ec-p256 "$exchange" $now EC -pkeyopt ec_paramgen_curve:P-256
    make gateway-current "$gateway" $now $rsa
    make gateway-previous "$gateway" $now $rsa
    make gateway-expired "$gateway" 20200101000000Z 20231231235959Z $rsa
    make gateway-attacker "$gateway" $now $rsa
    make federation-current "$federation" $now $rsa
    make federation-previous "$federation" $now $rsa
    make federation-next "$federation" $now $rsa
    make federation-other "$federation" $now $rsa
    make partner "/CN=Federation partner" $now $rsa
}
