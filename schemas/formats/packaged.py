"""The maps that come with the product, and maps of one's own: by name or by file."""

from __future__ import annotations

from pathlib import Path

from schemas.formats.compiler import compile_map
from schemas.formats.field_map import FieldMap
from schemas.formats.model import MapError, read_map
from schemas.formats.trust import Trust

FOLDER = Path(__file__).with_name("maps")


def names() -> list[str]:
    """Names of the packaged maps, in the order in which they are tried."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def text_of(name: str) -> str:
    """The file of a packaged map: something to begin one's own from."""
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def load_map(name: str, trust: Trust | None = None) -> FieldMap:
    """Load a packaged map by name, or any by its file's path. Raises `MapError` with every fault."""
    packaged = name in names()
    if not packaged and not name.endswith(".toml"):
        raise MapError([f"{name}: no such format; expected detect, native, {', '.join(names())} or a file *.toml"])
    path = FOLDER / f"{name}.toml" if packaged else Path(name)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise MapError([f"{name}: {error.strerror}"]) from error
    return compile_map(read_map(raw, name), trust, name)


def load_all(trust: Trust | None = None) -> list[FieldMap]:
    """Load every packaged map."""
    return [load_map(name, trust) for name in names()]
