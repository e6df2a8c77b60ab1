"""The entry of SGE_CHAINS for a chain whose contracts were just deployed."""

import json
from typing import Any

from app.chain.deploy import Deployment
from app.chain.token_facts import TokenFacts
from app.settings.chains import ChainSettings


def chain_entry(
    *,
    chain_id: int,
    rpc: str,
    deployment: Deployment,
    token: TokenFacts,
    code: str,
    confirmations: int | None,
) -> dict[str, Any]:
    """As .env.example describes it. code: what programs call the token."""
    entry: dict[str, Any] = {
        "chain_id": chain_id,
        "name": f"chain {chain_id}",
        "rpc_urls": [rpc],
        "gateway": deployment.gateway,
        "identity": deployment.identity,
        "multisend": deployment.multisend,
        "tokens": [
            {
                "code": code,
                "address": deployment.token,
                "decimals": token.decimals,
                "name": token.name,
                "version": token.version,
            }
        ],
    }
    if confirmations is not None:
        entry["confirmations"] = confirmations
    ChainSettings.model_validate(entry)
    return entry


def environment_line(entry: dict[str, Any]) -> str:
    """For an env file, which shells read too: a quote inside is written as JSON's own escape."""
    return f"SGE_CHAINS='{json.dumps([entry]).replace(chr(39), chr(92) + 'u0027')}'"
