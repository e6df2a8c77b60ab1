"""Payment providers: what they say of charges, and what follows for the intents that pay by them."""

COINBASE_COMMERCE = "coinbase-commerce"
"""As setProviderSecret, audit rows and the path of its webhooks name it."""

PROCESS_EVENTS = "process_provider_events"
"""The job that reads what providers sent."""

PROVIDERS = (COINBASE_COMMERCE,)


def provider_actor(provider: str) -> str:
    """How transitions and audit rows name a provider whose signed events change something."""
    return f"provider:{provider}"
