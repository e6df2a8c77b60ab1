"""Minutes of a series that are not kept any more are no zeros: whoever asks for them is told."""

from tests.api.filled import FilledProgram

_SERIES = """
query ($slug: String!, $from: DateTime!, $to: DateTime!, $bucket: SeriesBucket!) {
  program(slug: $slug) { series(from: $from, to: $to, bucket: $bucket) { at settled } }
}
"""
_KEPT = (
    "INSERT INTO minute_series (program_id, kept_from) VALUES ($1, '2026-03-02T00:00:00Z')"
    " ON CONFLICT (program_id) DO UPDATE SET kept_from = excluded.kept_from"
)


async def test_minutes_from_before_are_refused_and_hours_are_not(filled: FilledProgram) -> None:
    program = filled.program
    asked = {"slug": program.slug, "from": "2026-03-01T23:59:00Z", "to": "2026-03-02T00:01:00Z"}
    answer = await program.ask(_SERIES, **asked, bucket="MINUTE")
    assert len(answer["program"]["series"]) == 2
    await filled.owner.execute(_KEPT, filled.key)
    refused = await program.answer(_SERIES, **asked, bucket="MINUTE")
    [error] = refused["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["argument"] == ["bucket"]
    assert "2026-03-02T00:00:00+00:00" in error["message"]
    assert await program.ask(_SERIES, **asked, bucket="HOUR")
    asked["from"] = "2026-03-02T00:00:00Z"
    answer = await program.ask(_SERIES, **asked, bucket="MINUTE")
    assert len(answer["program"]["series"]) == 1
