"""Whom a TLS client believes: the usual authorities, read once in a process."""

import ssl
from functools import cache

import httpx


@cache
def usual_authorities(*, trust_env: bool) -> ssl.SSLContext:
    """For all clients of httpx: each would read them anew, which takes a loop 25 ms, also for an address without TLS.

    trust_env: whether SSL_CERT_FILE and SSL_CERT_DIR name others.
    """
    return httpx.create_ssl_context(trust_env=trust_env)
