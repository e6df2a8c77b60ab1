"""What every job of a worker process works with."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.chain.signer import Signer
from app.runtime import Runtime


@dataclass(frozen=True)
class JobContext:
    """holder: this process's name in leases. stopping: set when the process is to end; a long job then ends soon, with
    nothing half done.
    """

    runtime: Runtime
    signers: Mapping[str, Signer]
    holder: str
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
