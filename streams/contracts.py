"""JSON Schemas of enriched events, alerts, explanations and scorecards: what other programs read.

`python -m streams.contracts` writes them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec

from enrichers.enriched import EnrichedEvent
from schemas.export import DIALECT, render
from streams.detection.alert import Alert
from streams.explain.explanation import Explanation
from streams.scorecard.scorecard import Scorecard

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
    documents = {
        "alert": alert,
        "enriched-event": enriched,
        "explanation": msgspec.json.schema(Explanation),
        "scorecard": msgspec.json.schema(Scorecard),
    }
    return {
        f"{name}.schema.json": {"$schema": DIALECT, "$id": f"{name}.schema.json", "title": name, **document}
        for name, document in documents.items()
    }


def main() -> int:
    """Write the files."""
    for name, document in contracts().items():
        (FOLDER / name).write_text(render(document), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
