"""What processes are told about those who operate them: metrics ports, traces, and where alerts go."""

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator


class OperatorSettings(BaseModel):
    """Part of Settings."""

    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    alert_webhook_url: SecretStr | None = None
    runbook_url: str | None = None
    otel_endpoint: str | None = None

    @field_validator("otel_endpoint")
    @classmethod
    def _otel_endpoint(cls, url: str | None) -> str | None:
        if url is not None and not _is_http(url):
            raise ValueError("is not an address like http://collector.example:4318")
        return url

    @field_validator("runbook_url")
    @classmethod
    def _runbook_url(cls, url: str | None) -> str | None:
        if url is not None and not _is_http(url):
            raise ValueError("is not an address like https://wiki.example/runbook")
        return None if url is None else url.rstrip("/")

    @field_validator("alert_webhook_url")
    @classmethod
    def _alert_webhook_url(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not _is_http(url.get_secret_value()):
            raise ValueError("is not an address like https://hooks.slack.com/services/…")
        return url


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
