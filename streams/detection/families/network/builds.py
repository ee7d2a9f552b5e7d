"""The browser's build, as far as people on one release have it in common: its name and major version."""

from __future__ import annotations

import functools
import re

LONGEST = 512
"""Characters looked at, as for the class of an agent."""
_NAMES = (
    "edg", "edga", "edgios", "edge", "opr", "opt", "samsungbrowser", "yabrowser", "electron", "firefox", "fxios", "crios",
    "chromium", "chrome", "version",
)  # fmt: skip
"""What imitates something stands before it: Edge and Opera say Chrome, Chrome on a phone says Version; Safari says nothing else."""
_BUILD = re.compile(rf"\b({'|'.join(_NAMES)})/([0-9]{{1,4}})")


def build_of(user_agent: str) -> str:
    """Give e.g. `chrome/141`; empty when no version is told."""
    return read(user_agent[:LONGEST])


@functools.lru_cache(4096)  # of what is looked at, or a client that sends long agents would fill the memory
def read(begin: str) -> str:
    """Read the build of the beginning of an agent."""
    found = dict(_BUILD.findall(begin.lower()))
    return next((f"{name}/{found[name]}" for name in _NAMES if name in found), "")
