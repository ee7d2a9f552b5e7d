"""Write the JSON Schemas of what other teams read and write: `python -m schemas.export [folder]`.

The files are checked in, so that a reader needs no Python and a change of the contract shows in review.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from schemas.dead_letter import DeadLetter
from schemas.events import EVENT_TYPES
from schemas.events.fields import is_id

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).with_name("json")


def schemas() -> dict[str, dict[str, Any]]:
    """Give every schema by its file name: one per event type, `event` for any of them, `dead-letter`."""
    documents = {
        f"{name}.schema.json": _document(name, _allow_integer_ids(_schema_of(struct)))
        for name, struct in EVENT_TYPES.items()
    }
    union = {"oneOf": [{"$ref": name} for name in sorted(documents)], "description": "Any event of an input topic."}
    documents["event.schema.json"] = _document("event", union)
    documents["dead-letter.schema.json"] = _document("dead-letter", _schema_of(DeadLetter))
    return documents


def write(folder: Path) -> None:
    """Write all schemas into a folder, one file each, keys sorted."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in schemas().items():
        (folder / name).write_text(render(document), encoding="utf-8")


def render(document: dict[str, Any]) -> str:
    """Give a schema as the text of its file."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _schema_of(struct: type[msgspec.Struct]) -> dict[str, Any]:
    (reference,), definitions = msgspec.json.schema_components([struct], ref_template="{name}")
    schema: dict[str, Any] = definitions[reference["$ref"]]
    schema["description"] = schema["description"].partition("\n")[0]
    return schema


def _document(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": f"{name}.schema.json", **schema, "title": name}


def _allow_integer_ids(schema: dict[str, Any]) -> dict[str, Any]:
    """Say in the schema what the decoder does: an id may be a JSON integer."""
    for name, field in schema["properties"].items():
        if is_id(name):
            for choice in field.get("anyOf", [field]):
                if choice["type"] == "string":
                    choice["type"] = ["string", "integer"]
    return schema


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
