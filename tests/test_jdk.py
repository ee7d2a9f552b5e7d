"""Whoever has no JDK that runs this Kafka is told so in one line, before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kafka import broker


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('java version "1.8.0_392"', 8),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11.0.21" 2023-10-17', 11),
        ('openjdk version "17.0.9" 2023-10-17', 17),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ("The operation could not be completed.", 0),
    ],
)
def test_an_old_jdk_is_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, version: int) -> None:
    for program in ("java", "mvn"):
        (tmp_path / program).write_text(f"#!/bin/sh\nprintf '%s\\n' '{says}' >&2\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    broker.java_version.cache_clear()
    try:
        assert broker.java_version() == version
        reason = broker.missing()
    finally:
        broker.java_version.cache_clear()
    found = str(version) if version else "of an unknown version"
    assert reason == (None if version >= 17 else f"only Java {found} on this machine; {broker.GET_THEM}")
