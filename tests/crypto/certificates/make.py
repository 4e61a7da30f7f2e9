#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the certificates beside this file: a root, an authority below it, a signer, one that may
not sign, one that has expired. Keys are thrown away, but for the signer's: it signs in tests and
is worth nothing anywhere else."""
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HERE = Path(__file__).resolve().parent
BEGIN, END = datetime(2026, 1, 1), datetime(2126, 1, 1)


def usage(sign: bool, issue: bool) -> x509.KeyUsage:
    return x509.KeyUsage(digital_signature=sign, content_commitment=False, key_encipherment=False,
                         data_encipherment=False, key_agreement=not sign and not issue,
                         key_cert_sign=issue, crl_sign=issue, encipher_only=False,
                         decipher_only=False)


def make(name, key, issuer, issuer_key, sign=False, issue=False, end=END, extended=None):
    def named(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text),
                          x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Cupel tests")])
    builder = (x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(BEGIN).not_valid_after(end)
               .add_extension(x509.BasicConstraints(ca=issue, path_length=None), critical=True)
               .add_extension(usage(sign, issue), critical=True))
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage([extended]), critical=False)
    if sign:
        names = [x509.RFC822Name("ana@example.org"), x509.UniformResourceIdentifier(
            "https://example.org/workflow@refs/heads/main")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    certificate = builder.sign(issuer_key, hashes.SHA256())
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (HERE / f"{name}.pem").write_bytes(pem)


def main():
    keys = {name: ec.generate_private_key(ec.SECP256R1())
            for name in ("root", "authority", "signer", "other")}
    make("root", keys["root"], "root", keys["root"], issue=True)
    make("authority", keys["authority"], "root", keys["root"], issue=True)
    make("signer", keys["signer"], "authority", keys["authority"], sign=True)
    make("expired", keys["signer"], "authority", keys["authority"], sign=True,
         end=datetime(2026, 2, 1))
    make("talker", keys["signer"], "authority", keys["authority"],
         extended=ExtendedKeyUsageOID.CLIENT_AUTH)
    make("other-root", keys["other"], "other-root", keys["other"], issue=True)
    (HERE / "signer.key.pem").write_bytes(keys["signer"].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))


if __name__ == "__main__":
    main()
