"""Plays the cycle in the demo that runs, or in one that is started for it."""

import asyncio

import httpx

from sge.demo.description import stored_description
from sge.demo.options import DemoOptions
from sge.demo.payout_cycle.play import play_payout_cycle
from sge.demo.progress import Progress
from sge.demo.run import run_demo
from sge.demo.scene import Scene

_ANSWER_SECONDS = 5.0


def run_payout_cycle(options: DemoOptions) -> None:
    """options: of the demo that is started when none runs. Raises EmbeddedFailure."""
    description = stored_description(options)
    if description and _runs(description["graphql"]):
        asyncio.run(play_payout_cycle(description, Progress()))
        return

    async def act(scene: Scene, progress: Progress) -> None:
        await play_payout_cycle(stored_description(scene.options), progress)

    run_demo(options, act)


def _runs(graphql: str) -> bool:
    try:
        with httpx.Client(timeout=_ANSWER_SECONDS, trust_env=False) as client:
            return client.get(graphql.removesuffix("/graphql") + "/readyz").is_success
    except httpx.HTTPError:
        return False
