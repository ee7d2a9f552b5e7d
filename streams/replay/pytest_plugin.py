"""For the tests of a repository of rules: what a stream gives, as pytest fixtures.

    @pytest.mark.personawatch("farm.ndjson.zst", tables="demo", catalogue="rules")
    def test_the_farm_is_found(assert_tier):
        assert_tier("acct-7", "review")

Paths are relative to the test's file. `replayed` is the whole result (`streams.replay.replayed`); a stream is replayed once a session.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from streams.replay.replayed import Replayed

MARK = "personawatch"
SIGNATURE = f"{MARK}(*sources, catalogue=None, tables=None, format=None)"
_DONE: pytest.StashKey[dict[Any, Any]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark."""
    config.addinivalue_line("markers", f"{SIGNATURE}: replay this stream for the test")
    config.stash[_DONE] = {}


@pytest.fixture
def replayed(request: pytest.FixtureRequest) -> Replayed:
    """The result of the stream in the test's mark."""
    from streams.cli.outcome import RefusedError
    from streams.replay.replayed import replay

    mark = request.node.get_closest_marker(MARK)
    if mark is None or not mark.args:
        pytest.fail(f"no stream: mark the test with @pytest.mark.{MARK}('events.ndjson')", pytrace=False)
    try:
        arguments = _arguments(request.path.parent, mark.args, **mark.kwargs)
        hash(arguments)  # a list where a word belongs
    except TypeError as error:
        pytest.fail(f"@pytest.mark.{SIGNATURE}: {error}", pytrace=False)
    done: dict[Any, Replayed] = request.config.stash[_DONE]
    if arguments not in done:
        try:
            done[arguments] = replay(*arguments)
        except RefusedError as refusal:
            pytest.fail(str(refusal), pytrace=False)
    return done[arguments]


@pytest.fixture
def assert_tier(replayed: Replayed) -> Callable[[str, str], None]:
    """Takes an account and the tier in which it must stand at the end of the stream."""
    return replayed.assert_tier


def _arguments(
    folder: Path,
    sources: tuple[str, ...],
    *,
    catalogue: str | None = None,
    tables: str | tuple[str, ...] | None = None,
    format: str | None = None,  # noqa: A002 (the command's own word)
) -> tuple[Any, ...]:
    named = (tables,) if isinstance(tables, str) else tuple(tables or ())
    return (
        tuple(source if "://" in source else str(folder / source) for source in sources),
        None if catalogue is None else str(folder / catalogue),
        tuple(_table(folder, name) for name in named),
        format,
    )


def _table(folder: Path, name: str) -> str:
    role, equals, path = name.rpartition("=")
    return name if name in ("demo", "none") else f"{role}{equals}{folder / path}"
