"""A network of the test's: its names, its certificates, and where its addresses really lead."""

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.processes.webhooks.sending import Sender


@dataclass
class Names:
    """A resolver that answers what a test says, each answer once and the last for ever."""

    answers: list[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Routes(httpcore.AsyncNetworkBackend):
    """Public addresses lead to ports of this machine; what leads nowhere refuses the connection."""

    def __init__(self, routes: dict[str, int]) -> None:
        self._routes = routes
        self._real = httpcore.AnyIOBackend()
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port))
        if host not in self._routes:
            raise httpcore.ConnectError("refused")
        return await self._real.connect_tcp(
            "127.0.0.1", self._routes[host], timeout, local_address, socket_options
        )


def routed(sender: Sender, routes: dict[str, int]) -> Routes:
    """Puts the test's network under a sender."""
    network = Routes(routes)
    pool: Any = sender._transport._pool
    pool._network_backend = network
    return network


@dataclass
class Authority:
    """A certificate authority of one's own."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def trusting(self) -> ssl.SSLContext:
        """A client that trusts it and nobody else."""
        context = ssl.create_default_context()
        context.load_verify_locations(cadata=_pem(self._certificate("an authority", self.key)))
        return context

    def server(self, name: str) -> ssl.SSLContext:
        """A server with a certificate for this name."""
        key = ec.generate_private_key(ec.SECP256R1())
        chain, private = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        chain.write_text(_pem(self._certificate(name, key)))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(chain, private)
        return context

    def _certificate(self, name: str, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
        own, now = key is self.key, datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named("an authority"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
        )
        if not own:
            names = x509.SubjectAlternativeName([x509.DNSName(name)])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
