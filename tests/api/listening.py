"""Webhook endpoints with deliveries and tries, as workers leave them."""

from uuid import UUID

from app.domain.ids import new_id
from schema.ids import IdPrefix, decode_id
from tests.api.filled import FilledProgram

_ENDPOINT = """
INSERT INTO webhook_endpoint (program_id, id, url, events, starts_after, created_by, created_at)
SELECT id, $2, 'https://hooks.example.net/', '{INTENT}', 0, 'test', now() FROM program WHERE public_id = $1
"""
_DELIVERIES = """
INSERT INTO webhook_delivery (program_id, id, endpoint_id, event_epoch, event_position, event_name, body, tries,
                              next_attempt_at, created_at)
SELECT e.program_id, gen_random_uuid(), e.id, 1, n, 'intent.accepted', '{"n": 1}', 2, now(), now()
  FROM webhook_endpoint e CROSS JOIN generate_series(1, 2) n WHERE e.id = $1
"""
_TRIES = """
INSERT INTO webhook_attempt (program_id, delivery_id, n, at, response_status, error, duration_ms)
SELECT d.program_id, d.id, n, now(), 500, 'Answered 500.', 12.5
  FROM webhook_delivery d CROSS JOIN generate_series(1, 2) n WHERE d.endpoint_id = $1
"""


async def add_endpoints(filled: FilledProgram, endpoints: int) -> None:
    """More endpoints, each with two deliveries that were tried twice."""
    program = decode_id(IdPrefix.PROGRAM, filled.program.id)
    for _ in range(endpoints):
        endpoint: UUID = new_id()
        await filled.owner.execute(_ENDPOINT, program, endpoint)
        await filled.owner.execute(_DELIVERIES, endpoint)
        await filled.owner.execute(_TRIES, endpoint)
