"""A worker's tables without a worker: files to replace, a watch, an enricher."""

from __future__ import annotations

from pathlib import Path

from enrichers.compiled import Row, write_networks
from enrichers.enrich import Enricher
from enrichers.manifest import Sources
from enrichers.snapshot import load_sources
from enrichers.watch import Load, Watch

EPOCH = 1_793_577_600
NOW = float(EPOCH + 10 * 86_400)
HOME = "192.0.2.7"
ADDRESSES = tuple(f"{30 + n % 50}.{n}.7.9" for n in range(200))


def write(path: Path, network_class: str, epoch: int = EPOCH, prefixes: int = 200) -> bytes:
    """A networks table in which HOME and others are of one class; by rename, as careful writers do."""
    rows = [Row("192.0.2.0/24", network_class, "test", "2026-09-21")]
    rows += [Row(f"{30 + n % 50}.{n}.7.0/24", network_class, f"list {n}", "2026-09-21") for n in range(prefixes)]
    fresh = path.with_name(path.name + ".new")
    write_networks(rows, fresh, epoch, "test")
    fresh.replace(path)
    return path.read_bytes()


class Site:
    """One worker's tables, watched, without a worker."""

    def __init__(self, folder: Path, sources: Sources) -> None:
        self.watch = Watch(sources)
        self.enricher = Enricher(load_sources(sources, folder / "private"))
        self.in_use = list(ADDRESSES)

    def tick(self) -> Load | None:
        """What a worker does every few seconds."""
        return self.load() if self.watch.look() else None

    def load(self, *, forced: bool = False) -> Load:
        done = self.watch.load(self.enricher.snapshot, self.in_use, forced=forced, now=NOW)
        if done.snapshot is not self.enricher.snapshot:
            self.enricher.snapshot = done.snapshot
        return done

    def settled(self) -> Load:
        """The load that follows a change, two ticks after it at the latest."""
        assert self.tick() is None, "read before it stood still"
        done = self.tick()
        assert done is not None, "the change went unnoticed"
        assert self.tick() is None, "the same files are not tried again"
        return done

    @property
    def classes(self) -> tuple[str, ...]:
        return self.enricher.facts(HOME, None, 0).classes
