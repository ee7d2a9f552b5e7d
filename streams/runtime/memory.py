"""Memory of this process and the limit at which the platform ends it. Linux; elsewhere both are 0, which means unknown."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

ROOT = Path("/")


def in_use(root: Path = ROOT) -> int:
    """Resident bytes."""
    words = _text(root / "proc/self/statm").split()
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") if len(words) > 1 else 0


def peak(root: Path = ROOT) -> int:
    """Most resident bytes so far. Not `getrusage`: that is inherited from whoever started the process."""
    lines = [line.split() for line in _text(root / "proc/self/status").splitlines() if line.startswith("VmHWM:")]
    return max((int(words[1]) * 1024 for words in lines), default=0)


def limit(root: Path = ROOT) -> int:
    """The lowest limit of the control groups that we are in (versions 1 and 2), or what the machine has."""
    limits = [int(text) for file in _limit_files(root) if (text := _text(file)).isdigit()]
    machine = [line for line in _text(root / "proc/meminfo").splitlines() if line.startswith("MemTotal:")]
    return min(limits + [int(line.split()[1]) * 1024 for line in machine], default=0)


def _limit_files(root: Path) -> list[Path]:
    files = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, place = line.split(":", 2)
        if controllers not in ("", "memory"):
            continue
        base, name = (
            (root / "sys/fs/cgroup", "memory.max")
            if not controllers
            else (root / "sys/fs/cgroup/memory", "memory.limit_in_bytes")
        )
        group = PurePosixPath(place)
        files += [base / str(folder).lstrip("/") / name for folder in (group, *group.parents)]
    return files


def _text(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
