"""Ids are opaque, have one spelling each, and anything else is nobody's id."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import new_id
from schema.ids import IdPrefix, decode_any_id, decode_id, encode_id

KNOWN = UUID("01890a5d-ac96-774b-bcce-b302099a8057")


def test_the_published_type_id_example() -> None:
    # https://github.com/jetify-com/typeid/blob/main/spec/valid.json, "valid-uuidv7"
    assert encode_id(IdPrefix.PROGRAM, KNOWN) == "prg_01h455vb4pex5vsknk084sn02q"


@given(st.uuids(), st.sampled_from(IdPrefix))
def test_ids_come_back(value: UUID, prefix: IdPrefix) -> None:
    text = encode_id(prefix, value)
    assert decode_id(prefix, text) == value
    assert decode_any_id(text) == (prefix, value)


def test_ids_sort_by_age() -> None:
    made = [encode_id(IdPrefix.INTENT, UUID(int=new_id().int)) for _ in range(2)]
    assert made[0][:14] <= made[1][:14]


@given(st.text(max_size=40))
def test_any_text_is_an_id_or_nothing(text: str) -> None:
    decoded = decode_any_id(text)
    assert decoded is None or encode_id(*decoded) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "prg",
        "prg_",
        "01h455vb4pex5vsknk084sn02q",
        "prg_01h455vb4pex5vsknk084sn02Q",
        "PRG_01h455vb4pex5vsknk084sn02q",
        "prg_01h455vb4pex5vsknk084sn02",
        "prg_01h455vb4pex5vsknk084sn02qq",
        "prg_81h455vb4pex5vsknk084sn02q",
        "prg_01h455vb4pex5vsknk084sn0lu",
        "xxx_01h455vb4pex5vsknk084sn02q",
        "prg_01h455vb4pex5vsknk084sn02q\n",
        "prg_0\u06611h455vb4pex5vsknk084sn02",
    ],
)
def test_malformed_ids(text: str) -> None:
    assert decode_any_id(text) is None


def test_an_id_of_another_type_is_nobodys() -> None:
    assert decode_id(IdPrefix.USER, encode_id(IdPrefix.PROGRAM, KNOWN)) is None


def test_prefixes_are_unique_and_short() -> None:
    values = [prefix.value for prefix in IdPrefix]
    assert len(set(values)) == len(values)
    assert all(len(value) == 3 and value.isalpha() and value.islower() for value in values)
