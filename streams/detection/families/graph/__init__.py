"""Graph (GRA): what the strong edges between accounts say together. Judged by the cases stage, which has the edges."""

from __future__ import annotations

from streams.detection.families.graph.cluster import INDICATOR, cluster_confidence, parts
from streams.detection.family import Family

FAMILY = Family("GRA", (INDICATOR,), {})

__all__ = ["FAMILY", "cluster_confidence", "parts"]
