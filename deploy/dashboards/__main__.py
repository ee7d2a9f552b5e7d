"""Write the dashboards' JSON: `python -m deploy.dashboards`."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.dashboards import detection, pipeline, quality, recovery
from deploy.dashboards.layout import to_json

PAGES = (pipeline.PAGE, quality.PAGE, detection.PAGE, recovery.PAGE)
FOLDER = Path(__file__).parent / "generated"


def rendered() -> dict[str, str]:
    """File name → text of every dashboard."""
    return {f"{page.uid}.json": to_json(page) for page in PAGES}


def main() -> int:
    """Write every file, delete what no page makes any more."""
    FOLDER.mkdir(exist_ok=True)
    texts = rendered()
    for old in FOLDER.glob("*.json"):
        if old.name not in texts:
            old.unlink()
    for name, text in texts.items():
        (FOLDER / name).write_text(text, "utf-8")
        print(FOLDER / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
