"""What `kubectl apply -k` sends, made without kubectl: exactly those features that our kustomizations use; any other is refused.

`test_kustomize.py` holds it against kubectl wherever there is one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]

FIELDS = {
    "kustomization": {
        *("apiVersion", "kind", "namespace", "nameSuffix", "resources", "labels", "replicas", "images", "patches"),
        *("configMapGenerator", "generatorOptions"),
    },
    "label": {"pairs", "includeSelectors"},
    "replicas": {"name", "count"},
    "image": {"name", "newName", "newTag"},
    "patch": {"patch", "target"},
    "target of a patch": {"kind"},
    "operation of a patch": {"op", "path", "value"},
    "patch that deletes": {"$patch", "apiVersion", "kind", "metadata"},
    "configMapGenerator": {"name", "files"},
    "generatorOptions": {"disableNameSuffixHash", "labels"},
}

SELECTORS: dict[str, tuple[tuple[str, bool], ...]] = {
    "Service": (("spec/selector", True),),
    "PodDisruptionBudget": (("spec/selector/matchLabels", True),),
    "StatefulSet": (
        ("spec/selector/matchLabels", True),
        ("spec/template/metadata/labels", True),
        ("spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", False),
    ),
    "NetworkPolicy": (
        ("spec/podSelector/matchLabels", False),
        ("spec/ingress/from/podSelector/matchLabels", False),
        ("spec/egress/to/podSelector/matchLabels", False),
    ),
    **dict.fromkeys(("ConfigMap", "Namespace", "ServiceMonitor", "PrometheusRule"), ()),
}
"""Kind → where `includeSelectors` reaches, besides the object's own labels, and whether it makes what is not there.

The paths are kustomize's own, and surprising: it also writes into those selectors of a policy that mean somebody else's pods.
"""

REFERENCES = {"Service": "spec/serviceName", "ConfigMap": "spec/template/spec/containers/envFrom/configMapRef/name"}
"""Kind → where a StatefulSet names one; a new name is told there, too."""


def build(folder: Path) -> list[Manifest]:
    """Every object of a folder's kustomization. Raises ValueError for a field that is not known here."""
    told = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))
    _only(told, "kustomization")
    made = [*_resources(folder, told), *_generated(folder, told)]
    for patch in told.get("patches", ()):
        made = _patched(made, patch)
    for item in made:
        _change(item, told)
    if suffix := told.get("nameSuffix"):
        _rename(made, suffix)
    for label in told.get("labels", ()):
        _only(label, "label")
        for item in made:
            _label(item, label["pairs"], selectors=label["includeSelectors"])
    return made


def _only(given: dict[str, Any], what: str) -> None:
    if unknown := sorted(set(given) - FIELDS[what]):
        raise ValueError(f"{what}: no such field here: {unknown}; expected {sorted(FIELDS[what])}")


def _resources(folder: Path, told: dict[str, Any]) -> Iterator[Manifest]:
    for name in told.get("resources", ()):
        path = folder / name
        found = build(path) if path.is_dir() else yaml.safe_load_all(path.read_text("utf-8"))
        for item in found:
            if item["kind"] not in SELECTORS:
                raise ValueError(f"{path}: no such kind here: {item['kind']}")
            yield item


def _generated(folder: Path, told: dict[str, Any]) -> Iterator[Manifest]:
    options = told.get("generatorOptions", {})
    _only(options, "generatorOptions")
    for one in told.get("configMapGenerator", ()):
        _only(one, "configMapGenerator")
        if options.get("disableNameSuffixHash") is not True:
            raise ValueError(f"configMapGenerator {one['name']}: names with a hash are not made here")
        if outside := [name for name in one["files"] if not (folder / name).resolve().is_relative_to(folder.resolve())]:
            raise ValueError(
                f"configMapGenerator {one['name']}: kustomize refuses files outside of its folder: {outside}"
            )
        data = {Path(name).name: (folder / name).read_text("utf-8") for name in one["files"]}
        labels = {"labels": dict(options["labels"])} if "labels" in options else {}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": one["name"], **labels}, "data": data}


def _patched(items: list[Manifest], given: dict[str, Any]) -> list[Manifest]:
    _only(given, "patch")
    patch = yaml.safe_load(given["patch"])
    if isinstance(patch, dict):
        _only(patch, "patch that deletes")
        if patch.get("$patch") != "delete" or "target" in given:
            raise ValueError(f"patch: only deletion and lists of operations are known here: {patch}")
        meant = (patch["kind"], patch["metadata"]["name"])
        left = [item for item in items if (item["kind"], item["metadata"]["name"]) != meant]
        if len(left) == len(items):
            raise ValueError(f"patch: nothing to delete: {meant}")
        return left
    _only(given["target"], "target of a patch")
    for item in items:
        if item["kind"] == given["target"]["kind"]:
            for operation in patch:
                _operate(item, operation)
    return items


def _operate(item: Manifest, operation: dict[str, Any]) -> None:
    _only(operation, "operation of a patch")
    if operation["op"] != "replace":
        raise ValueError(f"operation of a patch: only `replace` is known here: {operation}")
    *way, last = operation["path"].split("/")[1:]
    place: Any = item
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    if last not in place:
        raise ValueError(f"operation of a patch: nothing to replace: {operation}")
    place[last] = operation["value"]


def _change(item: Manifest, told: dict[str, Any]) -> None:
    """Namespace, images and numbers of replicas."""
    if namespace := told.get("namespace"):
        item["metadata"]["name" if item["kind"] == "Namespace" else "namespace"] = namespace
    if item["kind"] != "StatefulSet":
        return
    for image in told.get("images", ()):
        _only(image, "image")
        for container in item["spec"]["template"]["spec"]["containers"]:
            if container["image"] == image["name"]:
                container["image"] = f"{image['newName']}:{image['newTag']}"
    for count in told.get("replicas", ()):
        _only(count, "replicas")
        if item["metadata"]["name"] == count["name"]:
            item["spec"]["replicas"] = count["count"]


def _rename(items: list[Manifest], suffix: str) -> None:
    renamed = {(item["kind"], item["metadata"]["name"]) for item in items if item["kind"] != "Namespace"}
    for item in items:
        if item["kind"] != "Namespace":
            item["metadata"]["name"] += suffix
        if item["kind"] == "StatefulSet":
            for kind, path in REFERENCES.items():
                *way, last = path.split("/")
                for place in _places(item, way):
                    if (kind, place.get(last)) in renamed:
                        place[last] += suffix


def _label(item: Manifest, pairs: dict[str, str], *, selectors: bool) -> None:
    paths = [("metadata/labels", True), *(SELECTORS[item["kind"]] if selectors else ())]
    for path, make in paths:
        for place in _places(item, path.split("/"), make=make):
            place |= copy.copy(pairs)


def _places(item: Any, way: Iterable[str], *, make: bool = False) -> list[dict[str, Any]]:
    """The mappings at a path, which goes through every element of a list."""
    found = [item]
    for step in way:
        if make:
            for one in found:
                one.setdefault(step, {})
        found = [one[step] for one in found if step in one]
        found = [inner for one in found for inner in (one if isinstance(one, list) else [one])]
    return found
