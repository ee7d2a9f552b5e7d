"""How well the alerts of a stream agree with what is known about its accounts, and whom they fall on.

Start with `run.score`; `scorecard` is what comes out, as a public contract.
"""

from __future__ import annotations
