"""The four stages put together: the one place that says which code runs behind which input, for worker, replay and tests alike."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from enrichers.enrich import Enricher
from enrichers.snapshot import load_snapshot
from enrichers.timezones import offsets_of
from schemas.decoder import DecodeLimits, EventDecoder
from streams.detection.accounts import AccountsStage
from streams.detection.cases import CasesStage
from streams.detection.catalogue.model import Catalogue
from streams.detection.enrich import EnrichStage
from streams.detection.entities import EntitiesStage
from streams.detection.stage import Stage


def build_enricher(geo: Path | None, asn: Path | None, networks: Path | None, work_folder: Path) -> Enricher:
    """An enricher on the given tables; a table that is not given leaves its facts unknown.

    Raises `enrichers.snapshot.TablesError` with every fault of every table. Private copies are kept in `work_folder`.
    """
    given: dict[str, Any] = {role: path for role, path in (("geo", geo), ("asn", asn), ("networks", networks)) if path}
    return Enricher(load_snapshot(given, work_folder))


def build_stages(
    catalogue: Catalogue,
    enricher: Enricher,
    *,
    limits: DecodeLimits | None = None,
    formats: Mapping[str, EventDecoder] | None = None,
    bury_unknown_types: bool = False,
    config_version: str = "",
) -> list[Stage]:
    """Enrich, accounts, entities, cases: in the order of an event's path. `formats`: decoders of inputs in other formats."""
    return [
        EnrichStage(enricher, EventDecoder(limits), formats=formats, bury_unknown_types=bury_unknown_types),
        AccountsStage(catalogue, offsets_of),
        EntitiesStage(catalogue),
        CasesStage(catalogue, config_version),
    ]
