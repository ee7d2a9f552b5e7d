"""Every family of indicators, and which function each event type or shared thing needs."""

from __future__ import annotations
