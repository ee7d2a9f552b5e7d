"""Every topic of the pipeline, declared once: name, key, partitions, clean-up policy, who reads it.

Names are logical; `Topic.named(prefix)` gives the physical one. The runtime creates or checks topics from this
table and the documentation is tested against it.
"""

from __future__ import annotations

import msgspec


class Topic(msgspec.Struct, frozen=True):
    """One topic: what is in it and how the broker must keep it."""

    name: str
    """Logical name; a deployment may put a prefix before it."""
    about: str
    """What one record is, for people."""
    encoding: str
    """`json` where people or other teams read it, else `msgpack`."""
    group: str
    """Topics of one group must have equally many partitions: their keys meet in one stage. `free` = any number."""
    cleanup: str = "delete"
    retention_hours: int = 7 * 24

    def named(self, prefix: str) -> str:
        """Physical name of the topic under a deployment's prefix."""
        return prefix + self.name


PLATFORM_EVENTS = Topic("platform-events", "one event of the platform, any key, any producer", "json", "free")
LOGIN_EVENTS = Topic("login-events", "one login or session event, any key, any producer", "json", "free")
ENRICHED_EVENTS = Topic(
    "enriched-events", "one event with its network facts, keyed by account", "json", "accounts", retention_hours=30 * 24
)
FINDINGS = Topic("findings", "what a shared thing says about one account, keyed by account", "msgpack", "accounts")
LINKS = Topic(
    "links", "one account seen with one thing that accounts can share, keyed by the thing", "msgpack", "entities"
)
ASSESSMENTS = Topic(
    "assessments", "a changed assessment, a strong edge or a disposition; one order", "msgpack", "cases"
)
ALERTS = Topic("alerts", "the newest revision of an alert, keyed by alert id", "json", "free", cleanup="compact")
WATCHLIST = Topic(
    "watchlist",
    "the newest revision of what is only watched: no case, no notification",
    "json",
    "free",
    cleanup="compact",
)
SAFETY_NOTICES = Topic(
    "safety-notices",
    "an alert whose evidence calls for a warning to possible victims, whatever its tier",
    "json",
    "free",
    cleanup="compact",
)
DEAD_LETTERS = Topic(
    "dead-letters",
    "a record that could not be read, raw, with where it was and why",
    "json",
    "free",
    retention_hours=30 * 24,
)

INPUTS = (PLATFORM_EVENTS, LOGIN_EVENTS)
INTERNAL = (ENRICHED_EVENTS, FINDINGS, LINKS, ASSESSMENTS)
TOPICS = (*INPUTS, *INTERNAL, ALERTS, WATCHLIST, SAFETY_NOTICES, DEAD_LETTERS)
BY_NAME = {topic.name: topic for topic in TOPICS}
