"""Requests that pretend: another host, another page, another person, another file."""

from tests.attacks import test_malformed_requests as malformed
from tests.attacks.probes.probe import Probe, getting, posted, probes, raw

WHO = b'{"query":"{viewer{kind}}"}'
PLAIN = b'{"query":"mutation{requestLogin(input:{}){nonce}}"}'


CREDENTIALS = {
    "no scheme": "Authorization: %(token)s",
    "another scheme": "Authorization: Basic %(token)s",
    "a comma": "Authorization: Bearer %(token)s, Bearer x",
    "a blank in it": "Authorization: Bearer sge_ x",
    "cut off": "Authorization: Bearer sge_",
    "a JWT without a signature": "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
    "SQL": "Authorization: Bearer sge_' OR '1'='1",
    "bytes": "Authorization: Bearer sge_\xff\xfe",
    "very long": "Authorization: Bearer sge_" + "a" * 20_000,
    "an id": "Authorization: Bearer %(program)s",
    "another's prefix": "Authorization: Bearer %(prefix)s_" + "0" * 64,
    "a session that never was": "Authorization: Bearer ses_" + "0" * 64,
    "empty": "Authorization: Bearer ",
}
FORGED = {
    "X-Forwarded-For": "X-Forwarded-For: 10.0.0.1",
    "X-Forwarded-For of loopback": "X-Forwarded-For: 127.0.0.1, ::1",
    "X-Real-IP": "X-Real-IP: 127.0.0.1",
    "Forwarded": "Forwarded: for=127.0.0.1;host=admin.example;proto=https",
    "X-Forwarded-Host": "X-Forwarded-Host: attacker.example",
    "X-Original-URL": "X-Original-URL: /admin",
    "a user by header": "X-User: admin",
    "a role by header": "X-Hasura-Role: admin",
    "a cookie": "Cookie: session=%(token)s; authorization=Bearer %(token)s",
    "a request id with a line of its own": "X-Request-Id: a%%0d%%0aSet-Cookie: x",
    "a request id without end": "X-Request-Id: " + "a" * 5_000,
    "another method": "X-HTTP-Method-Override: DELETE",
    "another program": "X-Program-Id: %(others_program)s",
}
SIMPLE = {
    "text": "Content-Type: text/plain",
    "a form": "Content-Type: application/x-www-form-urlencoded",
    "parts": "Content-Type: multipart/form-data; boundary=x",
    "nothing": "Content-Type: ",
    "JSON as a parameter": "Content-Type: text/plain; application/json",
    "GraphQL": "Content-Type: application/graphql",
    "JSON in another charset": "Content-Type: application/json; charset=utf-7",
}
FILES = {
    "an export by a path": "/exports/../../etc/passwd",
    "an export by SQL": "/exports/'%%20OR%%201=1--",
    "an export that never was": "/exports/" + "A" * 43,
    "an export with a zero byte": "/exports/%%00",
    "an export beyond all paths": "/exports/" + "a" * 3_000,
    "a page's source map outside": "/assets/..%%2f..%%2f..%%2fpyproject.toml",
    "a drive": "/c:/windows/win.ini",
    "settings": "/.env",
    "git": "/.git/config",
    "a scheme": "/file:///etc/passwd",
    "the demo's wallets, which this is not": "/demo/wallets",
    "metrics with a path": "/metrics/../../etc/passwd",
}


def requests() -> list[Probe]:
    """Attacks by what stands around a document."""
    tokens = {name: posted(WHO, header) for name, header in CREDENTIALS.items()}
    forged = {name: posted(WHO, header) for name, header in FORGED.items()}
    simple = {name: posted(PLAIN, header) for name, header in SIMPLE.items()}
    files = {name: getting(path) for name, path in FILES.items()}
    coded = {
        f"coding {coding!r}": posted(malformed.BODY, f"Content-Encoding: {coding}")
        for coding in malformed.CODINGS
    }
    bodies = {name: posted(body) for name, body in malformed.BODIES.items()}
    parameters = {
        name: raw(malformed.get(b"/graphql?" + query))
        for name, query in malformed.PARAMETERS.items()
    }
    targets = {name: raw(request) for name, request in malformed.TARGETS.items()}
    twice = {
        "two credentials": posted(
            WHO, "Authorization: Bearer %(token)s", "Authorization: Bearer x"
        ),
    }
    return [
        *probes("tokens", tokens | twice, "401 UNAUTHENTICATED", "400 BAD_USER_INPUT"),
        # Nobody believed: as without the header, there is no credential.
        *probes("forged headers", forged, "401 UNAUTHENTICATED", "200 UNAUTHENTICATED"),
        *probes("other pages", simple, "415 BAD_USER_INPUT"),
        *probes("files", files, "404", "404 NOT_FOUND", "400 BAD_USER_INPUT", "400"),
        *probes("codings", coded, "415 BAD_USER_INPUT"),
        *probes("framing", {n: raw(r) for n, r in malformed.FRAMING.items()}, "0", "400"),
        *probes(
            "hosts",
            {n: raw(r) for n, r in malformed.HOSTS.items()},
            "400",
            "421",
            "421 BAD_USER_INPUT",
            "400 BAD_USER_INPUT",
        ),
        *probes("paths", targets, "400", "404", "404 NOT_FOUND", "400 BAD_USER_INPUT"),
        *probes("query strings", parameters, "400 BAD_USER_INPUT"),
        *probes(
            "bodies",
            bodies,
            "400 BAD_USER_INPUT",
            "400 QUERY_TOO_COMPLEX",
            "200 BAD_USER_INPUT",
            "200 QUERY_TOO_COMPLEX",
        ),
    ]
