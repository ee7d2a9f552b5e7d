"""Why an account has the tier it has: what fired, what did not and why, how the score came together, what would have changed it.

Start with `explain`; `explanation` is what comes out, as a public contract.
"""

from __future__ import annotations
