"""How a command ends: exit codes, and refusals that say in one line what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC

OK = 0
BAD_INPUT = 2
RUN_CONFIGURATION = 3
FAILURE = 70
CONFIGURATION = 78
INTERRUPTED = 130
BROKEN_PIPE = 141
"""What a shell reports of a program that wrote to a reader which had gone, as `… | head` does."""
FULL = (ENOSPC, EDQUOT)
"""Of a disk that takes no more, or no more of this user's."""


class RefusedError(Exception):
    """A command can't do what it was asked; the text is for the person who asked, one fault a line."""

    code = FAILURE


class BadInputError(RefusedError):
    """An argument or a file is not usable."""

    code = BAD_INPUT


class BadConfigurationError(RefusedError):
    """Settings, tables, catalogue or topics are not as they must be."""

    code = CONFIGURATION


class RunConfigurationError(RefusedError):
    """The same, for commands that run recorded events: their exit codes are small numbers, as a test runner's are."""

    code = RUN_CONFIGURATION


@contextmanager
def recorded_run() -> Iterator[None]:
    """Give bad configuration the exit code of commands that run recorded events."""
    try:
        yield
    except BadConfigurationError as error:
        raise RunConfigurationError(str(error)) from error
