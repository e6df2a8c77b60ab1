"""Programs, their parts and their keys through the API."""

from tests.api.caller import CREATE_PROGRAM, Stage

EVERYTHING = """
query ($slug: String!) {
  program(slug: $slug) {
    id slug name status pause { reason } chainId test now eventCursor
    treasury { address owners threshold nonce version readAt }
    currencies { code decimals token chainId eip712Name eip712Version }
    terms { version effectiveFrom registrationFee { amount } minimumPayment { amount currency minor }
            platformFeeBps commissionLevels { level rateBps } holdingPeriodDays }
    termsHistory { version } openRegistration walletCoolDownHours maximumTreeDepth
    affiliates { nodes { id } totalCount { value exact } pageInfo { hasNextPage } }
    users { totalCount { value } } intents { nodes { id } totalCount { value } }
    commissions { nodes { id } }
    ledgerAccounts { nodes { id kind ownerId balance { amount } entries { nodes { id } } } }
    ledgerTransactions { nodes { id kind entries { nodes { id direction purpose } } } }
    trialBalance { currency balanced rows { kind debits { minor } } }
    apiKeys { id name prefix scopes } createdAt
  }
}
"""


async def test_a_new_program_can_be_read_whole(stage: Stage) -> None:
    program = await stage.program()
    seen = (await program.ask(EVERYTHING, slug=program.slug))["program"]
    assert seen["id"] == program.id
    assert seen["treasury"]["threshold"] == 2
    assert seen["terms"]["minimumPayment"] == {
        "amount": "1.000000",
        "currency": "USDC",
        "minor": "1000000",
    }
    assert seen["terms"]["commissionLevels"][2] == {"level": 3, "rateBps": 200}
    assert [key["name"] for key in seen["apiKeys"]] == ["test"]
    assert seen["intents"] == {"nodes": [], "totalCount": {"value": 0}}


async def test_the_platform_sees_that_programs_exist_and_nothing_inside(stage: Stage) -> None:
    program = await stage.program()
    seen = (await stage.platform.ask(EVERYTHING, slug=program.slug))["program"]
    assert seen["id"] == program.id
    inside = ("affiliates", "users", "intents", "commissions", "ledgerAccounts", "apiKeys")
    assert {seen[name] for name in inside} == {None}


async def test_another_program_is_not_there(stage: Stage) -> None:
    one, other = await stage.program(), await stage.program()
    assert (await one.ask(EVERYTHING, slug=other.slug))["program"] is None
    node = await one.ask("query ($id: ID!) { node(id: $id) { id } }", id=other.id)
    assert node == {"node": None}


async def test_creating_again_gives_the_same_program_or_says_what_differs(stage: Stage) -> None:
    given = await stage.program_input()
    first = await stage.platform.ask(CREATE_PROGRAM, input=given)
    assert await stage.platform.ask(CREATE_PROGRAM, input=given) == first
    changed = await stage.platform.ask(CREATE_PROGRAM, input=given | {"name": "Another name"})
    assert changed["createProgram"]["userErrors"][0]["code"] == "ALREADY_EXISTS"
