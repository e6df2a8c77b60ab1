"""One request's parameters, whichever transport brought them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The parameters of one request, already checked for form."""

    query: str
    """Empty while only `document_id` says which document is meant."""
    operation_name: str | None
    variables: dict[str, Any]
    document_id: str | None = None
