"""The Prometheus operator's own kinds, as far as we use them, strictly: a field that is not here is a mistake or a new need.

Names, types and patterns are those of the operator's resource definitions (monitoring.coreos.com/v1).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

STRING: Schema = {"type": "string", "minLength": 1}
STRINGS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
DURATION: Schema = {
    "type": "string",
    "pattern": r"^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$",
    "minLength": 1,
}


def _exactly(required: Schema, **optional: Schema) -> Schema:
    """An object of these fields and no others."""
    return {
        "type": "object",
        "properties": required | optional,
        "required": sorted(required),
        "additionalProperties": False,
    }


def _kind(kind: str, spec: Schema) -> Schema:
    return _exactly(
        {
            "apiVersion": {"const": "monitoring.coreos.com/v1"},
            "kind": {"const": kind},
            "metadata": _exactly({"name": STRING}, namespace=STRING, labels=STRINGS),
            "spec": spec,
        }
    )


ENDPOINT = _exactly(
    {"port": STRING, "path": {"type": "string", "pattern": "^/"}, "interval": DURATION}, scrapeTimeout=DURATION
)
RULE = {
    "oneOf": [
        _exactly({"record": STRING, "expr": STRING}, labels=STRINGS),
        _exactly({"alert": STRING, "expr": STRING, "labels": STRINGS, "annotations": STRINGS}, **{"for": DURATION}),
    ]
}

KINDS: dict[str, Schema] = {
    "ServiceMonitor": _kind(
        "ServiceMonitor",
        _exactly(
            {
                "selector": _exactly({"matchLabels": STRINGS}),
                "endpoints": {"type": "array", "minItems": 1, "items": ENDPOINT},
            },
            jobLabel=STRING,
        ),
    ),
    "PrometheusRule": _kind(
        "PrometheusRule",
        _exactly(
            {
                "groups": {
                    "type": "array",
                    "minItems": 1,
                    "items": _exactly({"name": STRING, "rules": {"type": "array", "minItems": 1, "items": RULE}}),
                }
            }
        ),
    ),
}
"""Kind → JSON schema."""
