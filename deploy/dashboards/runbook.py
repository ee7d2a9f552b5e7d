"""Links from a dashboard to the sections of `deploy/RUNBOOK.md`."""

from __future__ import annotations

import re


def anchor(heading: str) -> str:
    """The anchor that Git hosts give a Markdown heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def link(section: str) -> str:
    """Markdown to a section; where the runbook is published is a variable of the dashboard."""
    return f"[{section}](${{runbook}}#{anchor(section)})"
