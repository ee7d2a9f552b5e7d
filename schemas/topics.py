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

SHADOW_FINDINGS = Topic("shadow-findings", "findings of a shadow configuration", "msgpack", "accounts")
SHADOW_LINKS = Topic("shadow-links", "links of a shadow configuration", "msgpack", "shadow-entities")
SHADOW_ASSESSMENTS = Topic(
    "shadow-assessments", "assessments, edges and dispositions of a shadow configuration; one order", "msgpack", "cases"
)
SHADOW_ALERTS = Topic(
    "shadow-alerts",
    "alerts that a shadow configuration would raise: nobody acts on them",
    "json",
    "free",
    cleanup="compact",
)
SHADOW_WATCHLIST = Topic(
    "shadow-watchlist", "what a shadow configuration would only watch", "json", "free", cleanup="compact"
)

INPUTS = (PLATFORM_EVENTS, LOGIN_EVENTS)
INTERNAL = (ENRICHED_EVENTS, FINDINGS, LINKS, ASSESSMENTS)
TOPICS = (*INPUTS, *INTERNAL, ALERTS, WATCHLIST, SAFETY_NOTICES, DEAD_LETTERS)
SHADOWS = {
    FINDINGS.name: SHADOW_FINDINGS,
    LINKS.name: SHADOW_LINKS,
    ASSESSMENTS.name: SHADOW_ASSESSMENTS,
    ALERTS.name: SHADOW_ALERTS,
    WATCHLIST.name: SHADOW_WATCHLIST,
}
"""Topic → the one that a shadow configuration reads and writes in its place."""
SHADOW_TOPICS = (ENRICHED_EVENTS, *SHADOWS.values(), DEAD_LETTERS)
"""All that a shadow worker needs: the live pipeline's events, topics of its own, and where unreadable records go."""
BY_NAME = {topic.name: topic for topic in (*TOPICS, *SHADOWS.values())}
ONE_ORDER = frozenset(topic.name for topic in BY_NAME.values() if topic.group == "cases")
"""Topics whose records need one order: always partition 0, also where the broker made more (the demo's makes four)."""
