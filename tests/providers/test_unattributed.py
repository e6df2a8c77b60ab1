"""What was paid and nobody can be credited with: kept, told to people, and nothing else."""

import pytest

from tests.providers.shop import Shop

HUNDRED = 100_000_000


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"program": None}, "lacks program"),
        ({"wallet": None}, "lacks wallet"),
        ({"idempotencyKey": None}, "lacks idempotencyKey"),
        ({"idempotencyKey": "ö"}, "idempotencyKey is none"),
        ({"idempotencyKey": "x" * 129}, "idempotencyKey is none"),
        ({"idempotencyKey": 7}, "lacks idempotencyKey"),
        ({"wallet": "0x12"}, "wallet is none"),
        ({"wallet": "0x" + "0" * 40}, "wallet is none"),
        ({"wallet": "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD".swapcase()}, "wallet is none"),
        ({"program": "prg_01h455vb4pex5vsknk084sn02q"}, "names another program"),
        ({"program": "program"}, "names another program"),
    ],
)
async def test_what_nobody_can_be_credited_with_is_told_and_kept(
    shop: Shop, changed: dict[str, object], why: str
) -> None:
    charge = shop.charge(**changed)
    await shop.tell(charge.event("created"), charge.event("pending"))
    await shop.tell(charge.paid("100").event("confirmed"), charge.event("resolved"))
    assert await shop.balances() == {}
    assert await shop.world.fetch(shop.id, "SELECT * FROM intent") == []
    assert await shop.outcomes() == ["UNATTRIBUTED"] * 4
    unpaid, paid = await shop.discrepancies()
    assert (unpaid["severity"], paid["severity"]) == ("INFO", "WARNING")
    assert why in paid["message"]
    assert paid["actual"] == "100 USD"


@pytest.mark.parametrize("metadata", [None, {}])
async def test_a_charge_of_somebody_else(shop: Shop, metadata: object) -> None:
    charge = shop.charge()
    charge.metadata = metadata
    await shop.tell(charge.paid("5").event("confirmed"))
    [found] = await shop.discrepancies()
    assert "lacks program, wallet, idempotencyKey" in found["message"]


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [
        ("10", "EUR", "paid in EUR"),
        ("10", "usd", "paid in usd"),
        ("-1", "USD", "no amount"),
        ("1e3", "USD", "no amount"),
        ("1,000", "USD", "no amount"),
        ("NaN", "USD", "no amount"),
        ("٣", "USD", "no amount"),
        ("0.0000001", "USD", "6 decimals"),
        ("0.00", "USD", "no confirmed payment above zero"),
        ("9" * 79, "USD", "no amount"),
        ("9" * 78, "USD", "no amount"),
        (str(2**256), "USD", "no amount"),
        (str(2**256 // 10**6 + 1), "USD", "no confirmed payment"),
    ],
)
async def test_amounts_that_are_none(shop: Shop, amount: str, currency: str, why: str) -> None:
    charge = shop.charge()
    await shop.tell(charge.event("created"))
    await shop.tell(charge.paid("1").paid(amount, currency).event("confirmed"))
    if amount == "0.00":
        assert (await shop.intent(charge))["status"] == "CONFIRMED"
        return
    assert (await shop.intent(charge))["status"] == "PENDING"
    [found] = await shop.discrepancies()
    assert why in found["message"]
    assert await shop.balances() == {}


@pytest.mark.parametrize("amount", [100, 1.5, None, True, ["1"], {"amount": "1"}])
async def test_an_amount_that_is_no_text_is_malformed(shop: Shop, amount: object) -> None:
    await shop.tell(shop.charge().paid(amount).event("confirmed"))
    assert await shop.outcomes() == ["MALFORMED"]
    [found] = await shop.discrepancies()
    assert "event.data.payments[0].value.local.amount" in found["message"]
    assert await shop.balances() == {}


async def test_a_key_is_one_charge_and_one_meaning(shop: Shop) -> None:
    charge = shop.charge().paid("100")
    await shop.tell(charge.event("confirmed"))
    same_key = shop.charge(idempotencyKey=charge.metadata["idempotencyKey"]).paid("100")
    await shop.tell(same_key.event("confirmed"))
    other_wallet = shop.charge(idempotencyKey=charge.metadata["idempotencyKey"])
    other_wallet.code = charge.code
    await shop.tell(other_wallet.paid("100").event("resolved"))
    other_key = shop.charge(wallet=charge.metadata["wallet"])
    other_key.code = charge.code
    await shop.tell(other_key.paid("100").event("resolved"))
    assert await shop.outcomes() == ["SETTLED", "UNATTRIBUTED", "UNATTRIBUTED", "UNATTRIBUTED"]
    assert (await shop.balances())["PROVIDER"] == -HUNDRED
    assert await shop.intent(other_key) is None


async def test_a_key_that_terms_used(shop: Shop) -> None:
    query = "SELECT idempotency_key FROM operation_key WHERE program_id = $1"
    async with shop.world.api.write(shop.id) as unit:
        await unit.connection.execute(
            "INSERT INTO operation_key VALUES ($1, 'a key', 'setTerms', '', '1', now())", shop.id
        )
    assert await shop.world.fetch(shop.id, query, shop.id)
    await shop.tell(shop.charge(idempotencyKey="a key").paid("1").event("confirmed"))
    [found] = await shop.discrepancies()
    assert "stands for something else" in found["message"]
