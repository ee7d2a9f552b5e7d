"""With which rules a deployment runs: the settings name a folder, what is switched on, and what was signed off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streams.cli import worker
from streams.cli.environment import load_catalogue
from streams.cli.outcome import BadConfigurationError
from streams.detection.catalogue.load import builtin, load
from streams.runtime import settings

OFF, SIGNED = "dprk_linked_range_login", "sanctioned_locale_setting"


def catalogue_with(**given: str) -> dict[str, bool]:
    """Which indicators are on."""
    found = load_catalogue(settings.load({f"PERSONAWATCH_{name.upper()}": value for name, value in given.items()}))
    return {name: indicator.enabled for name, indicator in found.indicators.items()}


def test_without_settings_it_is_the_built_in_catalogue() -> None:
    assert load_catalogue(settings.load({})).version == load().version


def test_a_folder_takes_the_place_of_files_of_the_same_name(tmp_path: Path) -> None:
    tuned = re.sub(r"(?m)^weight = 18$", "weight = 17", builtin()["network.toml"])
    (tmp_path / "network.toml").write_text(tuned)
    found = load_catalogue(settings.load({"PERSONAWATCH_CATALOGUE": str(tmp_path)}))
    assert found.indicators["residential_proxy_egress"].weight == 17
    assert found.indicators["impossible_travel"] == load().indicators["impossible_travel"]
    assert found.version != load().version


def test_a_worker_runs_the_rules_of_its_settings(tmp_path: Path) -> None:
    (tmp_path / "network.toml").write_text(builtin()["network.toml"].replace("weight = 18\n", "weight = 17\n"))
    given = settings.load({"PERSONAWATCH_CATALOGUE": str(tmp_path), "PERSONAWATCH_ENABLE": OFF})
    _, version = worker.live(given)
    assert version == load_catalogue(given).version != load().version


def test_what_is_off_can_be_switched_on(tmp_path: Path) -> None:
    assert not catalogue_with()[OFF]
    assert catalogue_with(enable=f" {OFF} ,")[OFF]
    with pytest.raises(BadConfigurationError, match="enable: 'nonsense' is not an indicator that can be switched on"):
        catalogue_with(enable="nonsense")
    with pytest.raises(BadConfigurationError, match=r"found no \*\.toml; expected a folder with catalogue files"):
        catalogue_with(catalogue=str(tmp_path))


def test_what_needs_a_sign_off_stays_off_without_it_whatever_a_file_says(tmp_path: Path) -> None:
    with pytest.raises(BadConfigurationError, match="needs the fairness sign-off"):
        catalogue_with(enable=SIGNED)
    text = builtin()["location.toml"]
    at = text.index(f"[indicator.{SIGNED}]")
    body = text[at:].replace("needs_sign_off = true", "needs_sign_off = false", 1)
    (tmp_path / "location.toml").write_text(text[:at] + body.replace("enabled = false", "enabled = true", 1))
    with pytest.raises(BadConfigurationError, match=rf"{SIGNED}: switched on, and it needs the fairness sign-off"):
        catalogue_with(catalogue=str(tmp_path))
    assert catalogue_with(catalogue=str(tmp_path), signed_off=SIGNED)[SIGNED]
    assert catalogue_with(enable=SIGNED, signed_off=SIGNED)[SIGNED]
