"""The layout and the direction of imports (design §7), and the core's independence of Faust."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {"schemas", "enrichers", "streams", "deploy", "tests"}
ALLOWED = {
    "schemas": {"schemas"},
    "enrichers": {"schemas", "enrichers"},
    "streams/detection": {"schemas", "enrichers", "streams.detection"},
}
"""What a folder may import of ours; the rest of `streams` may import everything but tests."""
FORBIDDEN_IN_CORE = {
    "faust",
    "aiokafka",
    "kafka",
    "asyncio",
    "time",
    "random",
    "structlog",
    "logging",
    "secrets",
    "socket",
}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_only_the_agreed_folders_hold_code() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {Path(name).parts[0] for name in tracked if name.endswith(".py")} <= TOP_LEVEL


@pytest.mark.parametrize("folder", ALLOWED)
def test_arrows_go_one_way(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(folder)
        for name in imports(path)
        if name.split(".")[0] in TOP_LEVEL
        and not any(name == part or name.startswith(part + ".") for part in ALLOWED[folder])
    ]
    assert not wrong


def importing(folders: Iterable[str], root: Path, *names: str) -> list[str]:
    """Files under these folders that import any part of these packages."""
    return [
        str(path.relative_to(root))
        for folder in folders
        for path in sorted((root / folder).rglob("*.py"))
        if {name.split(".")[0] for name in imports(path)} & set(names)
    ]


def test_nothing_that_ships_imports_tests_or_what_only_the_repository_has() -> None:
    assert importing(("schemas", "enrichers", "streams"), ROOT, "tests", "deploy") == []
    assert importing(("deploy",), ROOT, "tests") == []


@pytest.mark.parametrize(
    "line", ["import tests", "import tests.kafka", "from tests.kafka import broker", "from tests import x"]
)
def test_an_import_of_tests_would_be_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "streams").mkdir()
    (tmp_path / "streams" / "wrong.py").write_text(f"def late() -> None:\n    {line}\n")
    (tmp_path / "streams" / "right.py").write_text("from streams.tests import x\nimport attests\n")
    assert importing(("streams",), tmp_path, "tests") == ["streams/wrong.py"]


def test_the_core_reads_no_clock_and_does_no_io() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("streams/detection")
        for name in imports(path)
        if name.split(".")[0] in FORBIDDEN_IN_CORE
    ]
    assert not wrong


def test_the_core_imports_without_faust_and_kafka_clients() -> None:
    code = (
        "import sys, streams.pipeline;"
        "bad = sorted({name.split('.')[0] for name in sys.modules} & {'faust', 'mode', 'aiokafka', 'kafka', 'confluent_kafka'});"
        "sys.exit(', '.join(bad) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_files_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("schemas", "enrichers", "streams", "tests")
        for path in modules(folder)
        if (lines := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert not long
