"""Every line that a worker logs is declared, documented, in one form. `tests/kafka/test_quiet.py` shows that normal operation is quiet."""

from __future__ import annotations

import ast
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from streams.runtime import logs
from streams.runtime.log_lines import BY_TEXT, LINES
from streams.runtime.metrics import BY_NAME

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "deploy" / "LOGS.md").read_text("utf-8")
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}

SPEAKS = """
import logging, sys, warnings
import structlog
from streams.runtime import logs
logs.configure(sys.argv[1], "info")
structlog.get_logger("x").info("ready", reason="a b")
for _ in range(3):
    logging.getLogger("aiokafka.consumer").error("Heartbeat failed: %s", "why")
logging.getLogger("aiokafka.consumer").warning("not important")
try:
    secret = "account-4711"
    raise ValueError("broken")
except ValueError:
    logging.getLogger("faust").exception("agent crashed")
    structlog.get_logger("x").exception("worker cannot go on")
warnings.warn("old thing", UserWarning)
"""


def calls() -> Iterator[tuple[str, str, str]]:
    """(place, level, text) of every call of a structlog logger in what ships."""
    for folder in ("schemas", "enrichers", "streams"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text("utf-8")
            if "log." not in source:  # most files; parsing is what takes time
                continue
            for node in ast.walk(ast.parse(source)):
                match node:
                    case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level), args=args) if (
                        level in LEVELS
                    ):
                        text = args[0].value if args and isinstance(args[0], ast.Constant) else None
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", level, str(text)


def test_every_call_is_declared_with_its_level_and_every_declared_line_is_called() -> None:
    found = list(calls())
    assert len(found) >= len(LINES)
    undeclared = [where for where, level, text in found if text not in BY_TEXT or BY_TEXT[text].level != level]
    assert not undeclared, "declare them in streams/runtime/log_lines.py"
    assert {text for _, _, text in found} == set(BY_TEXT)
    assert len(BY_TEXT) == len(LINES)


def test_every_line_names_a_metric_that_there_is() -> None:
    assert not [line.text for line in LINES if line.metric not in BY_NAME]


def test_the_page_says_what_the_table_says() -> None:
    told = [row for row in PAGE.splitlines() if re.match(r"\| (info|warning|error) ", row)]
    assert told == [
        f"| {line.level.replace('exception', 'error')} | {line.text} | `{BY_NAME[line.metric].exposed}` | {line.about} |"
        for line in LINES
    ]


def spoken(log_format: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SPEAKS, log_format], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr


def test_libraries_speak_in_our_form() -> None:
    lines = [json.loads(line) for line in spoken("json").splitlines()]
    assert [(line["level"], line["event"].splitlines()[0][:32]) for line in lines[:4]] == [
        ("info", "ready"),
        ("error", "Heartbeat failed: why"),
        ("error", "agent crashed"),
        ("error", "worker cannot go on"),
    ]
    assert lines[0]["metric"] == "personawatch_ready"
    assert lines[1]["logger"] == "aiokafka.consumer"
    assert "old thing" in lines[4]["event"]
    assert len(lines) == 5
    assert all(line["timestamp"].endswith("Z") for line in lines)
    for line in lines[2:4]:
        assert "ValueError: broken" in line["exception"]


def test_a_library_says_the_same_once_a_minute() -> None:
    repeats = logs.Repeats()

    def passes(words: str, when: float, name: str = "aiokafka") -> bool:
        record = logging.LogRecord(name, logging.ERROR, "", 0, "%s failed", (words,), None)
        record.created = when
        return repeats.filter(record)

    assert passes("fetch", 0)
    assert not passes("fetch", 59)
    assert passes("commit", 59)
    assert passes("fetch", 59, "kafka")
    assert passes("fetch", 60)
    for number in range(3 * logs.MOST_REMEMBERED):
        assert passes(str(number), 61)
    assert len(repeats._said) <= logs.MOST_REMEMBERED


def test_text_is_key_value_and_a_traceback_shows_no_values() -> None:
    said = spoken("text")
    assert re.search(r"^\S+Z \[info +\] ready +metric=personawatch_ready reason='a b'$", said, re.MULTILINE)
    assert re.search(r"^\S+Z \[error +\] Heartbeat failed: why +\[aiokafka.consumer\]", said, re.MULTILINE)
    assert "ValueError: broken" in said
    assert "account-4711" not in said.replace('secret = "account-4711"', "")
