"""The keeper of tables: files replaced under a running loop, signals, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client.exposition import generate_latest

from enrichers.enrich import Enricher
from enrichers.manifest import named_files
from enrichers.snapshot import load_sources
from streams.pipeline import build_stages
from streams.runtime import tables
from streams.runtime.metrics import Metrics
from streams.runtime.settings import SettingsError, load
from streams.runtime.tables import TableKeeper, keeper_of
from tests.detection.pipeline import catalogue
from tests.enrichers.site import EPOCH, HOME, write
from tests.kafka import toys


class Run:
    """A keeper at work on one networks table."""

    def __init__(self, path: Path, folder: Path, every_s: float) -> None:
        sources = named_files(networks=str(path))
        self.metrics = Metrics()
        self.enricher = Enricher(load_sources(sources, folder / "private"))
        self.keeper = TableKeeper(self.enricher, sources, self.metrics, every_s)

    def classes(self) -> tuple[str, ...]:
        return self.enricher.facts(HOME, None, 0).classes

    def text(self) -> str:
        self.keeper.observe()
        return generate_latest(self.metrics.registry).decode()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110 (another thread makes it true, and tells nobody)
                await asyncio.sleep(0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "networks.mmdb"
    write(path, "vpn")
    return path


def empty(path: Path) -> None:
    path.write_bytes(b"")


def run(work: Callable[[Run], Coroutine[Any, Any, None]], path: Path, folder: Path, every_s: float) -> None:
    async def all_of_it() -> None:
        made = Run(path, folder, every_s)
        keeping = asyncio.create_task(made.keeper.keep())
        try:
            await work(made)
            assert not keeping.done()
        finally:
            keeping.cancel()

    asyncio.run(all_of_it())


def test_replaced_files_are_taken_and_refused_ones_are_told_until_they_are_mended(path: Path, tmp_path: Path) -> None:
    async def work(at: Run) -> None:
        assert at.classes() == ("vpn",)
        write(path, "tor", EPOCH + 1)
        await at.until(lambda: at.classes() == ("tor",))
        assert 'personawatch_table_loads_total{outcome="swapped",table="networks"} 1.0' in at.text()
        empty(path)
        await at.until(lambda: 'personawatch_tables_refused{table="networks"} 1.0' in at.text())
        assert 'personawatch_table_loads_total{outcome="refused",table="networks"} 1.0' in at.text()
        assert at.classes() == ("tor",)
        write(path, "relay", EPOCH + 2)
        await at.until(lambda: at.classes() == ("relay",))
        assert "personawatch_tables_refused{" not in at.text()

    run(work, path, tmp_path, 0.02)


def test_new_data_are_in_use_after_two_looks_of_the_seconds_that_are_set(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float | None] = []
    looks: list[bool] = []

    def no_pause(seconds: float | None) -> asyncio.Timeout:
        pauses.append(seconds)
        return asyncio.timeout(0)

    async def work(at: Run) -> None:
        look = at.keeper._watch.look

        def counted() -> bool:
            looks.append(look())
            return looks[-1]

        monkeypatch.setattr(at.keeper._watch, "look", counted)
        monkeypatch.setattr(tables, "asyncio", SimpleNamespace(timeout=no_pause, to_thread=asyncio.to_thread))
        await at.until(lambda: len(looks) > 3)
        write(path, "tor", EPOCH + 1)
        before = len(looks)
        await at.until(lambda: at.classes() == ("tor",))
        assert looks.index(True, before) <= before + 2, "one may have been under way when the file was replaced"
        assert set(pauses) == {7.5}

    run(work, path, tmp_path, 7.5)


def test_a_signal_loads_at_once_and_another_one_takes_older_tables(path: Path, tmp_path: Path) -> None:
    async def work(at: Run) -> None:
        write(path, "tor", EPOCH + 1)
        at.keeper.ask()
        await at.until(lambda: at.classes() == ("tor",))
        write(path, "relay", EPOCH)
        at.keeper.ask()
        await at.until(lambda: 'tables_refused{table="networks"} 1.0' in at.text())
        at.keeper.ask(forced=True)
        await at.until(lambda: at.classes() == ("relay",))
        write(path, "vpn", EPOCH - 1)
        at.keeper.ask()
        await at.until(lambda: 'outcome="refused",table="networks"} 2.0' in at.text())  # force is not for ever

    run(work, path, tmp_path, 0)  # looks at nothing of its own accord


def test_look_ups_are_counted_by_role_and_outcome(path: Path, tmp_path: Path) -> None:
    async def work(at: Run) -> None:
        for ip in (HOME, HOME, "9.9.9.9", "10.0.0.1", None):
            at.enricher.facts(ip, None, 0)
        text = at.text()
        for role, outcome, count in (
            ("networks", "hit", 1),
            ("networks", "miss", 1),
            ("geo", "missing", 2),
            ("address", "private", 1),
        ):
            assert f'personawatch_lookups_total{{outcome="{outcome}",role="{role}"}} {count}.0' in text
        at.enricher.facts("9.9.9.10", None, 0)
        assert 'personawatch_lookups_total{outcome="miss",role="networks"} 2.0' in at.text()

    run(work, path, tmp_path, 0)


def test_the_age_of_every_table_is_shown(path: Path, tmp_path: Path) -> None:
    async def work(at: Run) -> None:
        [line] = [line for line in at.text().splitlines() if line.startswith("personawatch_table_age_seconds{")]
        assert line.startswith('personawatch_table_age_seconds{table="networks"} ')
        assert float(line.split()[1]) > 0

    run(work, path, tmp_path, 0)


def test_a_keeper_that_meets_the_unforeseen_goes_on(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(at: Run) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(at.enricher, "in_use", None)
            write(path, "tor", EPOCH + 1)
            at.keeper.ask()
            await at.until(lambda: not at.keeper._asked.is_set())
        at.keeper.ask()
        await at.until(lambda: at.classes() == ("tor",))

    run(work, path, tmp_path, 0)


def test_only_a_stage_that_enriches_has_a_keeper(path: Path, tmp_path: Path) -> None:
    async def work(at: Run) -> None:
        settings = load({"PERSONAWATCH_NETWORKS_TABLE": str(path)})
        assert keeper_of(settings, toys.stages(), at.metrics) is None
        assert keeper_of(settings, build_stages(catalogue(), at.enricher), at.metrics) is not None

    run(work, path, tmp_path, 0)


def test_a_manifest_beside_tables_is_a_fault() -> None:
    with pytest.raises(SettingsError, match="PERSONAWATCH_TABLES_MANIFEST: given beside GEO_TABLE"):
        load({"PERSONAWATCH_TABLES_MANIFEST": "a.toml", "PERSONAWATCH_GEO_TABLE": "geo.mmdb"})
