"""JSON Schemas of what the pipeline writes for other teams: enriched events and alerts. `python -m streams.contracts` writes them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from enrichers.enriched import EnrichedEvent
from schemas.export import DIALECT, render
from streams.detection.alert import Alert

FOLDER = Path(__file__).with_name("json")
EVENT = {"$ref": "../../schemas/json/event.schema.json"}


def contracts() -> dict[str, dict[str, Any]]:
    """File name → JSON Schema. The alert's also holds for `watchlist` and `safety-notices`."""
    alert = msgspec.json.schema(Alert)
    enriched = msgspec.json.schema(EnrichedEvent)
    parts = enriched["$defs"]
    # the fifty event types have schemas of their own
    parts["EnrichedEvent"]["properties"]["event"] = EVENT
    enriched["$defs"] = {
        name: parts[name] for name in ("EnrichedEvent", "Facts", "ListEntry", "Origin") if name in parts
    }
    return {
        f"{name}.schema.json": {"$schema": DIALECT, "$id": f"{name}.schema.json", "title": name, **document}
        for name, document in (("alert", alert), ("enriched-event", enriched))
    }


def main() -> int:
    """Write the files."""
    for name, document in contracts().items():
        (FOLDER / name).write_text(render(document), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
