"""Sentences with gaps, filled from the numbers of the evidence: templates are data, so no fault of theirs may lose an alert.

`{accounts}` reads `4`, `{share:.1f}` is any format of Python's, and `{devices:device|devices}` gives the number with the form that
fits it: `1 device`, `2 devices`. Both forms may hold whatever must agree with the number, as in `{methods:method is|methods are}`.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import Any

FORMS = "|"
UNKNOWN = "an unknown number of"


def filled(template: str, numbers: Mapping[str, Any]) -> str:
    """Fill the gaps; a number that is missing reads `an unknown number of`. Raises what `format` raises of a broken template."""
    return _Forgiving().vformat(template, (), numbers)


def template_faults(template: str) -> list[str]:
    """List what is wrong with the gaps of a template, in words a person can act on."""
    try:
        gaps = [(name, spec or "") for _, name, spec, _ in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        return [f"{error}, expected gaps such as {{name}}"]
    found = [f"gap {{{name}}}, expected a plain name" for name, _ in gaps if not name.isidentifier()]
    return found + [
        f"gap {{{name}:{spec}}}, expected two forms as in {{devices:device|devices}}"
        for name, spec in gaps
        if FORMS in spec and (spec.count(FORMS) > 1 or not all(form.strip() for form in spec.split(FORMS)))
    ]


def listed(words: Sequence[str]) -> str:
    """Join words as a sentence lists them."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""


class _Forgiving(string.Formatter):
    """Formats numbers for people and survives missing ones. Attributes and indexes are refused: templates are data."""

    def get_field(self, field_name: str, _args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs.get(field_name), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if FORMS in format_spec:
            one, _, more = format_spec.partition(FORMS)
            return f"{self.format_field(value, '')} {one if value == 1 else more}"
        if value is None:
            return UNKNOWN
        if isinstance(value, float) and not format_spec:
            return f"{value:.2f}".rstrip("0").rstrip(".")
        if isinstance(value, list | tuple):
            return listed([str(item) for item in value])
        try:
            return format(value, format_spec)
        except (ValueError, TypeError):
            return str(value)
