"""One address of the runbook: it is a URL, it is everywhere, and one command replaces it everywhere."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from deploy import address

OTHER = "https://wiki.example.com:8443/ops/persona-watch/RUNBOOK.md?plain=1"
FILES = sorted((address.FOLDER / "prometheus").rglob("*.yml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(address.FOLDER)))
def test_rules_and_their_tests_have_the_address_that_is_declared(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text == address.rewritten(text, address.RUNBOOK), "run `python -m deploy.address` with the address"
    assert text.count("runbook_url: ") == text.count(f"runbook_url: {address.RUNBOOK}#")


def test_the_address_is_that_of_a_page() -> None:
    assert address.URL.fullmatch(address.RUNBOOK)


def test_another_address_is_written_everywhere_and_back(tmp_path: Path) -> None:
    shutil.copytree(address.FOLDER / "prometheus", tmp_path / "prometheus")
    shutil.copy(address.FILE, tmp_path)
    changed = address.write(OTHER, tmp_path)
    assert (tmp_path / address.FILE.name) in changed
    rules = yaml.safe_load((tmp_path / "prometheus" / "alerts.rules.yml").read_text("utf-8"))
    links = [rule["annotations"]["runbook_url"] for group in rules["groups"] for rule in group["rules"]]
    assert {link.split("#")[0] for link in links} == {OTHER}
    assert address.write(OTHER, tmp_path) == [], "nothing is left to write"
    address.write(address.RUNBOOK, tmp_path)
    for file in FILES:
        assert (tmp_path / file.relative_to(address.FOLDER)).read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    "wrong", ["deploy/RUNBOOK.md", "https://a.example/x#y", "https://a.example/a b", "ftp://a", ""]
)
def test_what_is_no_address_of_a_page_is_refused_in_words(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        address.main([wrong])
    assert ended.value.code == 2
    assert f"found {wrong!r}, expected https://" in capsys.readouterr().err


def test_without_an_address_the_present_one_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert address.main([]) == 0
    assert capsys.readouterr().out == f"{address.RUNBOOK}\n"
