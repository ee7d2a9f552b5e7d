from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from enrichers.cache import Generations


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    cache: Generations[int, int] = Generations(8)
    cache.put(-1, 1)
    for key in range(100):
        cache.put(key, key)
        assert cache.get(-1) == 1
        assert len(cache) <= 8
    assert cache.get(0) is None
    assert cache.get(99) == 99


@given(st.lists(st.integers(0, 30)), st.integers(1, 12))
def test_never_wrong_and_never_larger(keys: list[int], size: int) -> None:
    cache: Generations[int, int] = Generations(size)
    for key in keys:
        assert cache.get(key) in {None, key * 2}
        cache.put(key, key * 2)
        assert cache.get(key) == key * 2
        assert len(cache) <= max(size, 2)
