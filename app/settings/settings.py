"""All settings as one object, from the environment, the file .env and files of secrets."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from app.chain.address import InvalidAddressError, parse_address
from app.domain.client_address import Network
from app.domain.rate_limits import RateLimits
from app.settings.chains import ChainSettings
from app.settings.examples import example_of
from app.settings.forms import (
    database_mistake,
    key_mistake,
    read_folders,
    read_origins,
    redis_mistake,
)
from app.settings.limits import read_networks, read_rate_limits
from app.settings.needs import NEEDS, REMEDIES, Command
from app.settings.operators import OperatorSettings
from app.settings.secret_files import SecretFiles, UnreadableSecret, read_secret
from app.settings.web import WebSettings

PREFIX = "SGE_"
_SHORTEST_SECRET = 32
# The API reads there; the others tell operators how far it is behind.
_LOOK_AT_REPLICA: frozenset[Command] = frozenset({"api", "worker", "scheduler"})


class SettingsMistake(RuntimeError):
    """A setting is missing, malformed or contradicts another; the text says what to do."""


class Settings(WebSettings, OperatorSettings, BaseSettings):
    """Environment variables SGE_… (also from a file .env); documented in .env.example."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_owner_url: SecretStr | None = None
    database_api_url: SecretStr | None = None
    database_worker_url: SecretStr | None = None
    database_feed_url: SecretStr | None = None
    database_read_url: SecretStr | None = None
    replica_lag_seconds: float = Field(default=2.0, gt=0, le=3.0)
    database_backup_url: SecretStr | None = None
    postgres_programs: Path | None = None
    database_pool_size: int = Field(default=10, ge=1, le=200)
    statement_cache_size: int = Field(default=1024, ge=0)
    redis_url: SecretStr | None = None

    chains: tuple[ChainSettings, ...] = ()
    relayer_keys: SecretStr | None = None
    relayer_keys_file: Path | None = None
    lane_limit: int = Field(default=16, ge=1, le=16)

    secret_key: SecretStr | None = None
    login_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(read_origins)] = ()
    session_hours: int = Field(default=12, ge=1, le=720)
    encryption_key: SecretStr | None = None
    operator_wallets: str = ""

    rate_limits: Annotated[RateLimits | None, NoDecode, BeforeValidator(read_rate_limits)] = (
        RateLimits()
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode, BeforeValidator(read_networks)] = ()
    webhooks_allow_loopback: bool = False

    event_retention_days: int = Field(default=90, ge=1)
    watched_folders: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(read_folders)] = ()
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then .env, then the files that either names."""
        del file_secret_settings
        return init_settings, env_settings, dotenv_settings, SecretFiles(settings_cls)

    def operators(self) -> frozenset[str]:
        """The wallets, checksummed, whose sessions act for the platform."""
        return frozenset(
            parse_address(one) for one in self.operator_wallets.replace(",", " ").split()
        )

    def relayer_private_keys(self) -> tuple[SecretStr, ...]:
        """The relayers' private keys, one hexadecimal key a line; may be empty. Raises SettingsMistake that names the
        variable, and which key is none.
        """
        variable = f"{PREFIX}RELAYER_KEYS{'_FILE' if self.relayer_keys_file else ''}"
        text = self.relayer_keys.get_secret_value() if self.relayer_keys else ""
        if self.relayer_keys_file is not None:
            text = _read_keys(variable, self.relayer_keys_file)
        keys = text.replace(",", "\n").split()
        for number, key in enumerate(keys, 1):
            mistake = key_mistake(key)
            if mistake:
                raise SettingsMistake(
                    f"{variable}: key {number} of {len(keys)} {mistake}; give one private key a line"
                )
        return tuple(SecretStr(key) for key in keys)

    def mistakes_for(self, command: Command) -> list[str]:
        """What keeps the command from starting, a line for each setting: its variable, and what to do."""
        # It may be left out, and be away; but an address that cannot be one is a mistake.
        has_replica = command in _LOOK_AT_REPLICA and self.database_read_url is not None
        optional = ("database_read_url",) if has_replica else ()
        found = [_mistake(self, name) for name in (*NEEDS[command], *optional)]
        return [mistake for mistake in found if mistake is not None]

    def require_for(self, command: Command) -> Self:
        """These settings, when the command can start with them; else raises SettingsMistake."""
        mistakes = self.mistakes_for(command)
        if mistakes:
            raise SettingsMistake(f"`sge {command}` needs settings:\n" + "\n".join(mistakes))
        return self

    @model_validator(mode="after")
    def _no_contradictions(self) -> Self:
        if self.relayer_keys is not None and self.relayer_keys_file is not None:
            raise ValueError("set SGE_RELAYER_KEYS or SGE_RELAYER_KEYS_FILE, not both")
        try:
            self.operators()
        except InvalidAddressError as problem:
            raise ValueError(
                f"{PREFIX}OPERATOR_WALLETS: {problem}; {_such_as('operator_wallets')}"
            ) from None
        if self.webhooks_allow_loopback and self.environment == "production":
            raise ValueError(
                "SGE_WEBHOOKS_ALLOW_LOOPBACK is for development: leave it out in production"
            )
        ids = [chain.chain_id for chain in self.chains]
        if len(set(ids)) != len(ids):
            raise ValueError("SGE_CHAINS names a chain id twice")
        for name in ("secret_key", "encryption_key"):
            secret: SecretStr | None = getattr(self, name)
            if secret is not None and len(secret.get_secret_value()) < _SHORTEST_SECRET:
                variable = f"{PREFIX}{name.upper()}"
                raise ValueError(
                    f"{variable} must have at least {_SHORTEST_SECRET} characters; {_such_as(name)}"
                )
        return self


def load_settings() -> Settings:
    """Reads the environment; raises SettingsMistake that names each wrong variable, never a value."""
    try:
        return Settings()
    except ValidationError as problem:
        lines = [_described(error["loc"], error["msg"]) for error in problem.errors()]
        raise SettingsMistake("\n".join(lines)) from None
    except (SettingsError, RecursionError):
        raise SettingsMistake("SGE_CHAINS: is not JSON; see .env.example") from None
    except UnreadableSecret as problem:
        raise SettingsMistake(str(problem)) from None


def _described(location: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    if not location:
        return said
    name, inside = str(location[0]), location[1:]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inside)
    return f"{PREFIX}{name.upper()}{path}: {said}; {_such_as(name)}"


def _such_as(name: str) -> str:
    example = example_of(name, Settings.model_fields[name].default)
    return f"example: {PREFIX}{name.upper()}={example}"


def _read_keys(variable: str, file: Path) -> str:
    try:
        return read_secret(variable, str(file), "")
    except UnreadableSecret as problem:
        raise SettingsMistake(f"{problem}, one private key a line") from None


def _mistake(settings: Settings, name: str) -> str | None:
    variable = f"{PREFIX}{name.upper()}"
    try:
        present = _PRESENT.get(name, _is_set(name))(settings)
    except SettingsMistake as mistake:
        return str(mistake)
    remedy = f"{REMEDIES[name]}; {_such_as(name)}"
    if not present:
        return f"{variable}: {remedy}"
    form = _FORMS.get(name)
    value: SecretStr = getattr(settings, name)
    wrong = form(value.get_secret_value()) if form else None
    return f"{variable}: {wrong}; {remedy}" if wrong else None


def _is_set(name: str) -> Callable[[Settings], bool]:
    return lambda settings: getattr(settings, name) is not None


def _has_deployed_chain(settings: Settings) -> bool:
    return bool(settings.chains) and all(
        chain.gateway is not None and chain.identity is not None for chain in settings.chains
    )


def _has_relayer_key(settings: Settings) -> bool:
    return bool(settings.relayer_private_keys())


_PRESENT: dict[str, Callable[[Settings], bool]] = {
    "chains": _has_deployed_chain,
    "relayer_keys": _has_relayer_key,
}

_FORMS: dict[str, Callable[[str], str | None]] = {
    **dict.fromkeys(
        (
            "database_owner_url",
            "database_api_url",
            "database_worker_url",
            "database_feed_url",
            "database_read_url",
            "database_backup_url",
        ),
        database_mistake,
    ),
    "redis_url": redis_mistake,
}
