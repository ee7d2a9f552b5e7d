"""The worker's side of hot swap: look at the table files every few seconds and on SIGHUP, swap, say what happened, count.

New data are in use two looks after the last change of a file (`tables_watch_s`, so ten seconds by default) and the time that
copying and checking takes, about a second for 100 MB. SIGHUP loads at once; SIGUSR2 also takes tables that are older than those in
use or know far less. Loading runs beside the event loop; the swap itself is one assignment between two batches.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import structlog

from enrichers.enrich import Enricher
from enrichers.manifest import Sources, named_files
from enrichers.snapshot import labels
from enrichers.watch import Load, Watch
from streams.detection.enrich import EnrichStage
from streams.detection.stage import Stage
from streams.runtime.metrics import Metrics
from streams.runtime.settings import Settings

log = structlog.get_logger(__name__)

# Addresses of which a new table must know about as much as the old one: enough to tell a share of a few per cent.
IN_USE = 1_000


class TableKeeper:
    """Keeps one enricher on the newest good tables, and the metrics of look-ups and tables up to date."""

    def __init__(self, enricher: Enricher, sources: Sources, metrics: Metrics, every_s: float) -> None:
        self._enricher = enricher
        self._watch = Watch(sources)
        self._metrics = metrics
        self._every_s = every_s
        self._asked = asyncio.Event()
        self._forced = False
        self._counted: dict[tuple[str, str], int] = {}
        metrics.declare("table_loads", labels(enricher.snapshot.tables), ("swapped", "refused"))

    def ask(self, *, forced: bool = False) -> None:
        """Load as soon as possible, whether or not a file has changed: a person's wish, by signal."""
        self._forced = self._forced or forced
        self._asked.set()

    async def keep(self) -> None:
        """Look and load, for ever. Nothing that happens to a table file ends it."""
        while True:
            asked = await self._wait()
            forced, self._forced = self._forced, False
            self._asked.clear()
            try:
                if asked or await asyncio.to_thread(self._watch.look):
                    await self._load(asked=asked, forced=forced)
            except Exception:
                log.exception("tables could not be looked at; those in use stay")

    def observe(self) -> None:
        """Bring the metrics up to date; called every second."""
        for (role, outcome), count in self._enricher.counts.items():
            new = count - self._counted.get((role, outcome), 0)
            if new:
                self._counted[role, outcome] = count
                self._metrics.add("lookups", new, role, outcome)
        tables = self._enricher.snapshot.tables
        for label, table in zip(labels(tables), tables, strict=True):
            self._metrics.set("table_age_seconds", time.time() - table.epoch, label)

    async def _wait(self) -> bool:
        """Whether somebody asked, before the next look was due."""
        try:
            async with asyncio.timeout(self._every_s or None):
                await self._asked.wait()
        except TimeoutError:
            return False
        return True

    async def _load(self, *, asked: bool, forced: bool) -> None:
        started, using = time.monotonic(), self._enricher.snapshot
        in_use = self._enricher.in_use(IN_USE)
        done = await asyncio.to_thread(self._watch.load, using, in_use, forced=forced)
        self._tell(done)
        if done.snapshot is not using:
            self._enricher.snapshot = done.snapshot
            self._metrics.forget("table_age_seconds")
            seconds = round(time.monotonic() - started, 2)
            log.info("tables swapped", tables=done.swapped, snapshot=done.snapshot.id, was=using.id, seconds=seconds)
        elif asked and not done.refused:
            log.info("tables looked at as asked: nothing new", snapshot=using.id)

    def _tell(self, done: Load) -> None:
        metrics = self._metrics
        metrics.forget("tables_refused")
        for refusal in done.refused:
            metrics.set("tables_refused", 1, refusal.table)
            metrics.add("table_loads", 1, refusal.table, "refused")
            log.error("table refused, the last good one stays in use", table=refusal.table, reason=refusal.reason)
        for label in done.swapped:
            metrics.add("table_loads", 1, label, "swapped")


def keeper_of(settings: Settings, stages: Sequence[Stage], metrics: Metrics) -> TableKeeper | None:
    """The keeper of the enrich stage's tables; None when no stage enriches."""
    stage = next((stage for stage in stages if isinstance(stage, EnrichStage)), None)
    if stage is None:
        return None
    sources = named_files(settings.geo_table, settings.asn_table, settings.networks_table, settings.tables_manifest)
    return TableKeeper(stage.enricher, sources, metrics, settings.tables_watch_s)
