"""Finds what no alert may say: labels for people, guesses about origin, full addresses, document numbers, pictures.

Run by tests over every text of the catalogue and by anyone over any alert (REQ-F11, catalogue §8.3). It reads an alert
as JSON gives it and knows nothing of how it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Interface, IPv6Interface
from typing import Any

from streams.detection.wording.addresses import addresses
from streams.detection.wording.origins import origin_pattern, statement_pattern
from streams.detection.wording.summary import DISCLAIMER

IDENTIFIERS = frozenset(
    {
        "account_id",
        "account_ids",
        "alert_id",
        "events",
        "id",
        "indicator",
        "joined_to",
        "lists",
        "sources",
        "subject",
        "versions",
    }
)
"""Fields of ids and codes: opaque, pseudonymous, not read as words."""
LABELS = re.compile(
    r"\b(?:north koreans?|(?:dprk|nk|enemy|foreign) (?:agents?|operatives?|sp(?:y|ies)|nationals?|workers?)"
    r"|fraudsters?|scammers?|impost[eo]rs?|criminals?|terrorists?|suspects?|culprits?|perpetrators?|operatives?|sp(?:y|ies)"
    r"|mules?|guilty|liars?)\b",
    re.IGNORECASE,
)
"""Words that judge a person. `suspect` as a verb is covered too: an alert states activity, it suspects nobody."""
TRAITS = re.compile(
    r"\b(?:nationality|nationals|national of|citizens?(?:hip)?|ethnic(?:ity)?|race|religion|mother tongue"
    r"|native (?:language|speaker)s?"
    r"|(?:foreign|strange) accent|place of birth|born in|surname origin|looks? (?:asian|african|arab))\b",
    re.IGNORECASE,
)
NUMBERS = (  # an AS number (`AS64500`) names a network, not a document
    ("document number", re.compile(r"\b(?!AS\d)(?:[A-Z]{1,3}\d{6,9}|\d{9,})\b|[A-Z0-9]*<<[A-Z0-9<]+")),
    ("bank account number", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")),
    ("e-mail address", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
    ("phone number", re.compile(r"\+\d[\d ()-]{7,}\d")),
    (
        "picture",
        re.compile(r"data:image/|\S+\.(?:jpe?g|png|webp|heic)\b|\b[A-Za-z0-9+/]{120,}={0,2}", re.IGNORECASE),
    ),
)
PICTURE_FIELDS = re.compile(r"photo|image|phash|face|selfie|screenshot", re.IGNORECASE)
CONTENT_FIELDS = frozenset({"body", "message_text", "name", "date_of_birth", "document_number"})


def lint(alert: Mapping[str, Any]) -> list[str]:
    """List everything the alert must not say, as `field: what: excerpt`; empty when it may be shown."""
    found = []
    for path, value in _walk(alert, ""):
        field = path.rsplit(".", 1)[-1].split("[", 1)[0]
        if PICTURE_FIELDS.search(field) or field in CONTENT_FIELDS:
            found.append(f"{path}: a field that alerts do not have")
        if isinstance(value, str):
            found += [f"{path}: {fault}" for fault in text_faults(value)]
    if "summary" in alert and not str(alert["summary"]).endswith(DISCLAIMER):
        found.append("summary: does not end with what the system does not determine")
    return found


def text_faults(text: str) -> list[str]:
    """List what one text must not say, as `what: excerpt`."""
    return list(_faults_of(text))


@lru_cache(4096)
def _faults_of(text: str) -> tuple[str, ...]:
    """Alerts say the same sentences again and again, and to read one takes a fifth of a millisecond."""
    text = text.replace(DISCLAIMER, "")
    checks = [
        ("a label for a person", LABELS),
        ("a personal trait", TRAITS),
        ("a guess about origin", origin_pattern()),
        ("a place said of a person", statement_pattern()),
        *NUMBERS,
    ]
    found = [f"{what}: {hit.group(0)!r}" for what, pattern in checks if (hit := pattern.search(text))]
    return (*found, *(f"a full network address: {address!r}" for address in full_addresses(text)))


def full_addresses(text: str) -> list[str]:
    """List addresses in `text` that are narrower than a /24, or a /48 of IPv6."""
    return [text[found.start : found.end] for found in addresses(text) if _is_narrow(found.address)]


def _is_narrow(address: IPv4Interface | IPv6Interface) -> bool:
    return address.network.prefixlen > (24 if address.version == 4 else 48)


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Give every leaf with its path; identifiers are left out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in IDENTIFIERS:
                yield from _walk(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _walk(inner, f"{path}[{place}]")
    else:
        yield path, value
