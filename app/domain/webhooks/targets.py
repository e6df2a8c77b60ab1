"""Where webhooks may go: a strict reading of the address, stricter than RFC 3986, so that no two readers disagree on it."""

import re
from dataclasses import dataclass

LONGEST_URL = 2_000
PORTS = (443, 8443)

_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>[a-z0-9.-]+|\[::1\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?",
    re.ASCII,
)
_BEGINNING = re.compile(r"[A-Za-z]+://[^/?#\\]*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LONGEST_HOST = 253
_LOOPBACK = frozenset({"127.0.0.1", "[::1]", "localhost"})
# Names that the public DNS has not (RFC 6761, 6762, 7686, 8375, 9476), or that networks use for themselves.
_INSIDE = frozenset(
    (
        *("alt", "arpa", "corp", "domain", "example", "home", "internal", "intranet", "invalid"),
        *("lan", "local", "localdomain", "localhost", "onion", "private", "test", "workgroup"),
    )
)


class UnsuitableTarget(ValueError):
    """Why nothing is sent there, in words for whoever gave the address."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. host: a name in lower case; a loopback address only where settings allow it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def loopback(self) -> bool:
        return self.host in _LOOPBACK

    @property
    def authority(self) -> str:
        """As the Host header says it (RFC 9110, section 7.2): without the scheme's own port."""
        usual = 443 if self.scheme == "https" else 80
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_target(url: str, *, allow_loopback: bool = False) -> Target:
    """Reads an address; raises UnsuitableTarget. allow_loopback: http to this machine too, which is for development."""
    if len(url) > LONGEST_URL:
        raise UnsuitableTarget(f"The address is longer than {LONGEST_URL} characters.")
    match = _URL.fullmatch(_with_small_beginning(url))
    if match is None or _PERCENT.search(url):
        raise UnsuitableTarget(_malformed(url))
    host, scheme = match["host"], match["scheme"]
    path = (match["path"] or "/") + (match["query"] or "")
    if allow_loopback and host in _LOOPBACK and scheme in {"http", "https"}:
        usual = 443 if scheme == "https" else 80
        return Target(scheme, host, _port(match["port"], usual), path)
    if scheme != "https":
        raise UnsuitableTarget("The address has to begin with https://.")
    _check_name(host)
    port = _port(match["port"], 443)
    if port not in PORTS:
        raise UnsuitableTarget(f"The port has to be one of {', '.join(map(str, PORTS))}.")
    return Target(scheme, host, port, path)


def _with_small_beginning(url: str) -> str:
    """Scheme and host mean the same in capitals (RFC 3986, section 6.2.2.1); ASCII only, so no letter becomes another."""
    beginning = _BEGINNING.match(url)
    return url if beginning is None else beginning[0].lower() + url[beginning.end() :]


def _port(text: str | None, usual: int) -> int:
    port = usual if text is None else int(text)
    if not 1 <= port <= 65_535 or (text is not None and text != str(port)):
        raise UnsuitableTarget("The port is no port.")
    return port


def _check_name(host: str) -> None:
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]) or host.startswith("["):
        raise UnsuitableTarget(
            "The host has to be a name; addresses in numbers are not called, however written."
        )
    if len(host) > _LONGEST_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise UnsuitableTarget("The host is no name of the DNS, written without a dot at its end.")
    if len(labels) == 1 or labels[-1] in _INSIDE:
        raise UnsuitableTarget("The host is a name inside some network, not a public one.")


def _malformed(url: str) -> str:
    if not url.isascii():
        return "The address has to be ASCII; write international names as xn--…."
    if "#" in url:
        return "The address has a fragment (#), which is never sent."
    if "@" in url.partition("://")[2].partition("/")[0]:
        return "The address has a user name or password; secrets are signed with, not sent."
    if "[" in url:
        return "The host has to be a name; addresses in numbers are not called, however written."
    return "This is no address like https://example.com/path."
