"""A broker that wants to know who is there: TLS with passwords (SCRAM, PLAIN) or with client certificates, all made at test time."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.kafka.broker import Broker

PASSWORD = "tr0ub4dor-and-3-more"
"""Unlike any other word in a log, so that a test can look for it."""
PASS_PHRASE = "phrase-of-the-key"

AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
LEAF = "subjectAltName={names}\nauthorityKeyIdentifier=keyid\nkeyUsage=critical,digitalSignature\n"

TLS = """ssl.keystore.type=PEM
ssl.keystore.location={server}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN
listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.scram.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.plain.sasl.enabled.mechanisms=PLAIN
listener.name.plain.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
 user_worker="{password}";
listener.name.mutual.ssl.client.auth=required
"""


def missing() -> str | None:
    """Why certificates cannot be made here; None when they can."""
    return None if shutil.which("openssl") else "no openssl on this machine (Debian: apt-get install openssl)"


class Certificates:
    """An authority, a broker's certificate for 127.0.0.1, a client's, and an authority that signed neither. PEM files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = self._authority("authority")
        self.stranger = self._authority("stranger")
        self.server = self._signed("server", "IP:127.0.0.1")
        self.client = self._signed("client", "DNS:worker")
        self.client_key = folder / "client.key"
        self.locked_key = folder / "client-locked.key"
        locking = ["-topk8", "-v2", "aes256", "-passout", f"pass:{PASS_PHRASE}"]
        self._openssl("pkcs8", *locking, "-in", str(self.client_key), "-out", str(self.locked_key))
        # Kafka's PEM store wants key and chain in one file.
        self.server_store = folder / "server-store.pem"
        self.server_store.write_text((folder / "server.key").read_text() + self.server.read_text())

    def _authority(self, name: str) -> Path:
        return self._certify(name, AUTHORITY, "-signkey", str(self._folder / f"{name}.key"))

    def _signed(self, name: str, names: str) -> Path:
        issuer = ("-CA", str(self.authority), "-CAkey", str(self._folder / "authority.key"), "-CAcreateserial")
        return self._certify(name, LEAF.format(names=names), *issuer)

    def _certify(self, name: str, extensions: str, *issuer: str) -> Path:
        key, request, certificate = (self._folder / f"{name}.{ending}" for ending in ("key", "csr", "pem"))
        words = self._folder / f"{name}.ext"
        words.write_text(extensions)
        curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
        self._openssl("genpkey", *curve, "-out", str(key))
        self._openssl("req", "-new", "-key", str(key), "-subj", f"/CN={name}", "-out", str(request))
        signing = ["-days", "2", "-extfile", str(words), *issuer]
        self._openssl("x509", "-req", "-in", str(request), "-out", str(certificate), *signing)
        return certificate

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(["openssl", *arguments], capture_output=True, check=False, timeout=30)
        if done.returncode:
            raise RuntimeError(f"openssl {arguments[0]} failed:\n{done.stderr.decode()[-2000:]}")


class SecureBroker(Broker):
    """Listeners SCRAM and PLAIN (TLS and a password), MUTUAL (TLS and a client certificate), PLAINTEXT (nothing)."""

    listeners: Mapping[str, str] = {"PLAINTEXT": "PLAINTEXT", "SCRAM": "SASL_SSL", "PLAIN": "SASL_SSL", "MUTUAL": "SSL"}
    users: Sequence[str] = (f"SCRAM-SHA-512=[name=worker,password={PASSWORD}]",)

    def security(self) -> str:
        self.certificates = Certificates(self.folder)
        certificates = self.certificates
        return TLS.format(server=certificates.server_store, authority=certificates.authority, password=PASSWORD)

    def password(self, listener: str) -> dict[str, str]:
        """Settings of a worker that logs in at SCRAM or PLAIN."""
        return {
            "brokers": self.addresses[listener],
            "security": "SASL_SSL",
            "sasl_mechanism": "SCRAM-SHA-512" if listener == "SCRAM" else "PLAIN",
            "sasl_user": "worker",
            "sasl_password": PASSWORD,
            "ssl_ca_file": str(self.certificates.authority),
        }

    def certificate(self) -> dict[str, str]:
        """Settings of a worker that shows its certificate at MUTUAL; its key is under a pass phrase."""
        return {
            "brokers": self.addresses["MUTUAL"],
            "security": "SSL",
            "ssl_ca_file": str(self.certificates.authority),
            "ssl_cert_file": str(self.certificates.client),
            "ssl_key_file": str(self.certificates.locked_key),
            "ssl_key_password": PASS_PHRASE,
        }
