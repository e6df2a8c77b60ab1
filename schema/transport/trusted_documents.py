"""Documents that were registered with the deployment, and who may send no others.

https://github.com/graphql/graphql-over-http, appendix A: Persisted Documents.
"""

from collections.abc import Mapping
from dataclasses import replace

from starlette.datastructures import Headers

from schema.errors import BadUserInput, Forbidden
from schema.transport.request import GraphQLRequest
from schema.transport.settings import TrustedOnly

_UNKNOWN = "No document with this id is registered here; ids are sha256: and 64 hexadecimal digits."
_NOT_REGISTERED = "Only documents that are registered with this deployment are executed for you."
_WALLET = "wallet:"


class TrustedDocuments:
    """`by_id`: texts by `sha256:…`. `only`: from whom no other text is taken."""

    def __init__(self, by_id: Mapping[str, str], only: TrustedOnly) -> None:
        self._by_id = by_id
        self._texts = frozenset(by_id.values())
        self._only = only

    def __contains__(self, text: str) -> bool:
        return text in self._texts

    def resolve(self, request: GraphQLRequest, *, from_browser: bool) -> GraphQLRequest:
        """Give the request with its document's text; raises BadUserInput and Forbidden."""
        if request.document_id is not None:
            text = self._by_id.get(request.document_id)
            if text is None:
                raise BadUserInput(_UNKNOWN, ["documentId"])
            return replace(request, query=text, document_id=None)
        restricted = self._only == "all" or (self._only == "browsers" and from_browser)
        if restricted and request.query not in self._texts:
            raise Forbidden(_NOT_REGISTERED)
        return request


def is_from_browser(headers: Headers, actor: str | None) -> bool:
    """Whether a page in a browser sends this, or somebody with a credential that was made for one.

    No script can leave out or change Origin and Sec-Fetch-Site (they are forbidden header names of the Fetch
    standard); other programs send neither, and a wallet's session is a browser's wherever it turns up. Node's fetch
    sends Sec-Fetch-Mode, so that one says nothing.
    """
    by_wallet = actor is not None and actor.startswith(_WALLET)
    return by_wallet or "origin" in headers or "sec-fetch-site" in headers
