"""Secrets are in no repr, so that no log line and no failed assertion shows them."""

from uuid import UUID

from app.auth.api_keys import KeyHasher
from app.services.access.api_keys import ApiKeyResult
from resolvers.payloads import ApiKeySecretPayloadRow


def test_the_text_of_a_key_is_in_no_repr() -> None:
    hasher = KeyHasher("a secret of a test, long enough for anybody")
    fresh = hasher.make_key()
    secret = fresh.token.rpartition("_")[2]
    shown = (fresh, ApiKeyResult(UUID(int=1), fresh.token, replayed=False))
    for one in (*shown, ApiKeySecretPayloadRow(secret=fresh.token), hasher):
        assert secret not in repr(one)
        assert "long enough" not in repr(one)
