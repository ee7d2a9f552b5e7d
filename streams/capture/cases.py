"""Ids of cases in dispositions: the renamed account's case has another id, and a decision has to find it."""

from __future__ import annotations

from collections.abc import Callable

from streams.capture.pseudonyms import Pseudonyms
from streams.detection.components import case_id

EPISODES = 16
"""Cases that began at one account, of which the ids are tried: another one a year for sixteen years."""


class CaseIds:
    """Knows the accounts of the stream, and so the ids that their cases have."""

    def __init__(self, pseudonyms: Pseudonyms, rename: Callable[[str], str]) -> None:
        self._pseudonyms = pseudonyms
        self._rename = rename
        self._accounts: dict[str, None] = {}
        self._indexed = 0
        self._begun: dict[str, tuple[str, int]] = {}

    def note(self, account: str) -> None:
        """Take note of an account at which cases can begin."""
        self._accounts[account] = None

    def of(self, text: str) -> str:
        """The id of the renamed account's case. A case of nobody in the stream becomes a pseudonym, which finds no case either.

        Detection then falls back on the case of the disposition's account, as it does when a joint case began at another account.
        """
        self._index()
        begun = self._begun.get(text)
        return self._pseudonyms.of("case", text) if begun is None else case_id(self._rename(begun[0]), begun[1])

    def _index(self) -> None:
        for account in list(self._accounts)[self._indexed :]:
            for episode in range(EPISODES):
                self._begun[case_id(account, episode)] = account, episode
        self._indexed = len(self._accounts)
