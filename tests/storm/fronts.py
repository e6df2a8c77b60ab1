"""Where clients knock: at an API process itself, or at nginx."""

import ssl

import httpx

from sge.demo.api import Api

_ANSWER_SECONDS = 30.0


class Front(Api):
    """A caller at some address; where nginx is, it trusts the deployment's own authority."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(url, key)
        # Where SSL_CERT_FILE points; only there is anybody who knows nginx's certificate.
        self._client = httpx.AsyncClient(
            base_url=url,
            headers=self._client.headers,
            timeout=_ANSWER_SECONDS,
            trust_env=False,
            verify=ssl.create_default_context(),
        )
