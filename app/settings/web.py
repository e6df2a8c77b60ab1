"""What an API process is told about the web: where it listens, under which names, and for whose pages."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field, field_validator
from pydantic_settings import NoDecode

from app.settings.forms import host_mistake, read_origins

TrustedOnly = Literal["off", "browsers", "all"]
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class WebSettings(BaseModel):
    """Part of Settings."""

    environment: Literal["development", "production"] = "development"

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8000, ge=1, le=65535)
    public_url: str = "http://127.0.0.1:8000"
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(read_origins)] = ()
    serve_page: bool = True
    introspection: bool | None = None
    trusted_documents_file: Path | None = None
    trusted_documents_only: TrustedOnly = "off"

    @property
    def shows_schema(self) -> bool:
        """Whether introspection, field suggestions and the GraphiQL page are served."""
        if self.introspection is None:
            return self.environment == "development"
        return self.introspection

    @property
    def accepted_hosts(self) -> frozenset[str]:
        """Names, in lower case and without ports, that requests may be sent to."""
        public = urlsplit(self.public_url).hostname or ""
        loopback = _LOOPBACK_NAMES if self.environment == "development" else frozenset()
        return frozenset({public, *(host.lower() for host in self.allowed_hosts)}) | loopback

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("is not an address like https://sge.example")
        return url

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for number, host in enumerate(hosts, 1):
            mistake = host_mistake(host)
            if mistake:
                raise ValueError(f"name {number} of {len(hosts)} {mistake}")
        return hosts
