"""One operation reads one snapshot through one connection, however much it asks for."""

import asyncio

from tests.api.caller import Stage

BY_SLUG = """
query ($slug: String!) {
  program(slug: $slug) { id treasury { address } affiliates { nodes { id } } terms { version } }
}
"""
PROGRAMS = """
{ programs { nodes { id eventCursor now treasury { address } currencies { code decimals }
             terms { version minimumPayment { minor } } termsHistory { version } affiliates { nodes { id } } } } }
"""


async def test_more_queries_at_once_than_connections_are_all_answered(stage: Stage) -> None:
    program = await stage.program()
    async with asyncio.timeout(20):
        answers = await asyncio.gather(
            *(program.ask(BY_SLUG, slug=program.slug) for _ in range(40))
        )
    assert {answer["program"]["id"] for answer in answers} == {program.id}


async def test_the_platform_reads_more_programs_than_there_are_connections(stage: Stage) -> None:
    programs = [await stage.program() for _ in range(12)]
    async with asyncio.timeout(20):
        seen = (await stage.platform.ask(PROGRAMS))["programs"]["nodes"]
    assert [one["id"] for one in seen] == [one.id for one in programs]
    assert {one["terms"]["minimumPayment"]["minor"] for one in seen} == {"1000000"}
    assert {one["affiliates"] for one in seen} == {None}


async def test_keys_are_made_for_many_programs_at_once(stage: Stage) -> None:
    program = await stage.program()
    async with asyncio.timeout(20):
        tokens = await asyncio.gather(*(stage.key(program.id, ["READ"]) for _ in range(30)))
    assert len(set(tokens)) == len(tokens)
