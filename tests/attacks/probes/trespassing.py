"""Other people's things, things that were used up, and addresses that are inside."""

import asyncio
import time

from tests.attacks.probes.probe import (
    Answer,
    Attack,
    Probe,
    Target,
    asking,
    getting,
    posted,
    probes,
)

_REGISTER = """mutation { registerAffiliate(input: {programId: "%%(program)s", wallet: "%%(wallet)s", referralCode: %s}) {
  affiliate { id } userErrors { code } } }"""
_HOOK = """mutation { createWebhookEndpoint(programId: "%%(program)s", url: "%s", events: [INTENT], idempotencyKey: "ssrf") {
  endpoint { id } userErrors { code } } }"""
_ANY = "Content-Type: application/json"
ACROSS = {
    "a program": '{ program(slug: "%(others_slug)s") { id } }',
    "an affiliate": '{ node(id: "%(others_affiliate)s") { id } }',
    "affiliates": '{ nodes(ids: ["%(others_affiliate)s", "%(others_program)s"]) { id } }',
    "a wallet": '{ affiliate(by: {wallet: {programId: "%(others_program)s", wallet: "%(others_wallet)s"}}) { id } }',
    "a filter": '{ program(slug: "%(slug)s") { affiliates(filter: {parentId: "%(others_affiliate)s"}) { nodes { id } } } }',
    "an id with another prefix": '{ node(id: "usr_%(others_bare)s") { id } }',
    "an id in capitals": '{ node(id: "AFF_%(others_bare)s") { id } }',
}
CHANGING = {
    "its name": 'mutation { updateProgram(input: {programId: "%(others_program)s", name: "x"}) { program { id } userErrors { code } } }',
    "its affiliate": 'mutation { setAffiliateStatus(id: "%(others_affiliate)s", status: TERMINATED, reason: "x") { affiliate { id } userErrors { code } } }',
    "its keys": 'mutation { createApiKey(programId: "%(others_program)s", name: "x", scopes: [READ], idempotencyKey: "x") { secret userErrors { code } } }',
    "its members": 'mutation { grantRole(programId: "%(others_program)s", wallet: "%(wallet)s", role: ADMIN) { program { id } userErrors { code } } }',
    "its export": 'mutation { createExport(programId: "%(others_program)s", kind: AUDIT) { url userErrors { code } } }',
}
CODES = {
    "half a surrogate pair": '"\\uD83D"',
    "a zero": '"A\\u0000B"',
    "right to left": '"A\\u202EB"',
    "a letter that looks alike": '"\\u0410DMIN"',
    "wide letters": '"\\uFF21DMIN"',
    "a joiner": '"AD\\u200DMIN"',
    "a new line": '"A\\nB"',
    "SQL": '"x\'); DROP TABLE affiliate; --"',
    "nothing": '""',
    "without end": '"%s"' % ("A" * 5_000),
}
INSIDE = [
    "http://example.com/",
    "https://127.0.0.1:6379/",
    "https://localhost/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://0x7f.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://10.0.0.1/",
    "https://0.0.0.0/",
    "https://[fd00::1]/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "https://user:pass@127.0.0.1/",
    "https://127.0.0.1.nip.io@127.0.0.1/",
    "https://100.64.0.1/",
    "https://\\u2460\\u2461\\u2467.0.0.1/",
]


async def _login_again(target: Target) -> Answer:
    document = "mutation ($m: String!, $s: Hex!) { login(message: $m, signature: $s) { token userErrors { code } } }"
    return await asking(document, {"m": target.login["message"], "s": target.login["signature"]})(
        target
    )


async def _login_floods(target: Target) -> Answer:
    """Many at once for one wallet; the first refusal, if any."""
    document = (
        b'{"query":"mutation{login(message:\\"x\\",signature:\\"0x\\"){token userErrors{code}}}"}'
    )
    answers = await asyncio.gather(*(posted(document)(target) for _ in range(80)))
    return next((one for one in answers if one.status == 429), answers[0])


async def _export_again(target: Target) -> Answer:
    path = target.login["export"]
    await getting(path)(target)
    return await getting(path)(target)


def _event(signature: str, slug: str) -> Attack:
    return posted(
        b'{"id":"x","event":{"id":"x","type":"charge:confirmed"}}',
        signature,
        path=f"/webhooks/coinbase-commerce/{slug}",
    )


async def _slow_head(target: Target) -> Answer:
    """Others are served while many heads trickle."""
    heads = []
    for _ in range(100):
        _, writer = await asyncio.open_connection("127.0.0.1", target.port)
        writer.write(b"POST /graphql HTTP/1.1\r\nX: ")
        heads.append(writer)
    started = time.monotonic()
    answer = await asking("{ viewer { kind } }")(target)
    assert time.monotonic() - started < 5  # a head may take longer
    for writer in heads:
        writer.transport.abort()
    return answer


async def _half_bodies(target: Target) -> Answer:
    for _ in range(100):
        _, writer = await asyncio.open_connection("127.0.0.1", target.port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nHost: sge.example\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
        )
        writer.transport.abort()
    return await asking("{ viewer { kind } }")(target)


async def _poisoned(target: Target) -> Answer:
    """What a cache could keep for others: answers to strange hosts and headers are for nobody else."""
    answer = await getting(
        "/graphql?query=%%7Bviewer%%7Bkind%%7D%%7D",
        "X-Forwarded-Host: attacker.example",
        "Authorization: Bearer %(token)s",
    )(target)
    head = answer.text.partition("\r\n\r\n")[0].lower()
    assert "cache-control: no-store" in head, head
    assert "attacker.example" not in answer.text
    return answer


async def _foreign_origin(target: Target) -> Answer:
    answer = await asking("{ viewer { kind } }", None, "Origin: https://attacker.example")(target)
    head = answer.text.partition("\r\n\r\n")[0].lower()
    assert "access-control-allow-origin" not in head, head
    return answer


async def _preflight(target: Target) -> Answer:
    answer = await posted(
        b"",
        "Origin: null",
        "Access-Control-Request-Method: POST",
        "X-HTTP-Method-Override: OPTIONS",
        token=True,
    )(target)
    assert "access-control-allow-origin" not in answer.text.lower()
    return answer


def trespassing() -> list[Probe]:
    """Attacks by what is named."""
    across = {name: asking(document) for name, document in ACROSS.items()}
    changing = {name: asking(document) for name, document in CHANGING.items()}
    codes = {name: asking(_REGISTER % code.replace("%", "%%")) for name, code in CODES.items()}
    inside = {url: asking(_HOOK % url) for url in INSIDE}
    events = {
        "no signature": _event("X: y", "%(slug)s"),
        "an empty one": _event("X-CC-Webhook-Signature: ", "%(slug)s"),
        "of zeroes": _event("X-CC-Webhook-Signature: " + "0" * 64, "%(slug)s"),
        "without end": _event("X-CC-Webhook-Signature: " + "0" * 9_000, "%(slug)s"),
        "for a program that is not there": _event("X-CC-Webhook-Signature: " + "0" * 64, "nobody"),
        "up and out": _event("X-CC-Webhook-Signature: " + "0" * 64, "..%%2f..%%2fgraphql"),
    }
    refused = ("200 INVALID_INPUT", "200 BAD_USER_INPUT", "400 BAD_USER_INPUT")
    return [
        *probes("across programs", across, "200"),
        *probes("changes across programs", changing, "200 NOT_FOUND"),
        *probes("unicode and SQL", codes, *refused),
        *probes("addresses inside", inside, "200 INVALID_URL"),
        *probes(
            "signed events",
            events,
            "401",
            "401 UNAUTHENTICATED",
            "400",
            "400 BAD_USER_INPUT",
            "404",
            "404 NOT_FOUND",
        ),
        *probes("replay", {"a login": _login_again}, "200 LOGIN_EXPIRED"),
        *probes("replay", {"an export's link": _export_again}, "404 NOT_FOUND"),
        *probes("slow clients", {"heads": _slow_head, "bodies": _half_bodies}, "200"),
        *probes(
            "other pages",
            {"an answer for a cache": _poisoned, "a foreign origin": _foreign_origin},
            "200",
        ),
        *probes("other pages", {"a preflight in disguise": _preflight}, "400 BAD_USER_INPUT"),
        *probes("floods", {"logins": _login_floods}, "429 RATE_LIMITED"),
    ]
