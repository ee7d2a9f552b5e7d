from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.events.fields import MAX_ID_LENGTH
from streams.capture.pseudonyms import Pseudonyms
from tests.capture.streams import KEY, OTHER_KEY

pictures = st.integers(0, 2**256 - 1).map(lambda value: f"{value:064x}")
minima = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=8)


@given(st.text(min_size=1, max_size=MAX_ID_LENGTH), st.sampled_from(["acct", "event"]))
def test_a_pseudonym_is_a_valid_id_and_depends_on_kind_and_key(text: str, kind: str) -> None:
    ours, theirs = Pseudonyms(KEY), Pseudonyms(OTHER_KEY)
    made = ours.of(kind, text)
    assert made == ours.of(kind, text)
    assert made.startswith(f"{kind}-")
    assert made.isascii()
    assert made.removeprefix(kind) not in (theirs.of(kind, text).removeprefix(kind), ours.of("device", text)[6:])


@given(pictures, pictures)
def test_pictures_are_as_alike_as_they_were(one: str, other: str) -> None:
    made = Pseudonyms(KEY)
    first, second = made.of_picture(one), made.of_picture(other)
    assert len(first) == 64
    assert (int(first, 16) ^ int(second, 16)).bit_count() == (int(one, 16) ^ int(other, 16)).bit_count()
    assert first != Pseudonyms(OTHER_KEY).of_picture(one)


def test_a_picture_that_is_no_hash_becomes_a_pseudonym() -> None:
    assert Pseudonyms(KEY).of_picture("IMG_2041 of Jane").startswith("picture-")


@given(minima, minima)
def test_texts_are_as_alike_as_they_were(one: list[int], other: list[int]) -> None:
    made = Pseudonyms(KEY)
    first, second = [made.of_minimum(value) for value in one], [made.of_minimum(value) for value in other]
    assert all(0 <= value < 2**32 for value in first)
    equal = [a == b for a, b in zip(first, second, strict=False)]
    assert equal == [a == b for a, b in zip(one, other, strict=False)]


def test_distinct_things_are_counted_by_kind() -> None:
    made = Pseudonyms(KEY)
    for kind, text in (("acct", "a"), ("acct", "a"), ("acct", "b"), ("event", "e"), ("event", "e")):
        made.of(kind, text)
    assert made.seen == {"acct": 2, "event": 2}
    assert sorted(made.originals("acct").values()) == ["a", "b"]
