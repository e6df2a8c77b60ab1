"""Runs are asked for, listed, and say what they saw."""

from tests.api.filled import FilledProgram

RUN = """
mutation ($program: ID!, $key: String!, $full: Boolean! = false) {
  runReconciliation(programId: $program, full: $full, idempotencyKey: $key) {
    run { id status blockNumber checks { name } discrepancies { nodes { id } totalCount { value } } }
    replayed userErrors { code field }
  }
}
"""
LIST = """
query ($slug: String!) {
  program(slug: $slug) {
    reconciliationRuns(first: 2) { nodes { id status checks { name passed examined }
      discrepancies { nodes { kind run { id } } totalCount { value } } } totalCount { value } }
    auditLog(first: 1) { nodes { action targetId } }
  }
}
"""


async def test_a_run_is_asked_for_once(filled: FilledProgram) -> None:
    program = filled.program
    asked = (await program.ask(RUN, program=program.id, key="look", full=True))["runReconciliation"]
    assert (asked["userErrors"], asked["replayed"]) == ([], False)
    assert (asked["run"]["status"], asked["run"]["checks"]) == ("RUNNING", [])
    again = (await program.ask(RUN, program=program.id, key="look", full=True))["runReconciliation"]
    assert again == asked | {"replayed": True}
    another = (await program.ask(RUN, program=program.id, key="other"))["runReconciliation"]
    assert (another["run"], another["replayed"]) == (asked["run"], False)
    conflict = (await program.ask(RUN, program=program.id, key="look"))["runReconciliation"]
    assert [one["code"] for one in conflict["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    told = (await program.ask(LIST, slug=program.slug))["program"]
    assert told["auditLog"]["nodes"] == [
        {"action": "reconciliation.requested", "targetId": asked["run"]["id"]}
    ]


async def test_runs_are_listed_with_what_they_found(filled: FilledProgram) -> None:
    await filled.grow(3)
    await filled.doubt(3)
    listed = (await filled.program.ask(LIST, slug=filled.program.slug))["program"]
    runs = listed["reconciliationRuns"]
    assert runs["totalCount"] == {"value": 3}
    assert len(runs["nodes"]) == 2
    for run in runs["nodes"]:
        assert run["checks"] == [{"name": "TRIAL_BALANCE", "passed": False, "examined": 1}]
        [found] = run["discrepancies"]["nodes"]
        assert found == {"kind": "UNEXPLAINED_INFLOW", "run": {"id": run["id"]}}
