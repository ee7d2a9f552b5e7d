"""The page as bytes: self-contained, deterministic, and deaf to what the data would like to be."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.report.model import Report
from streams.report.render import SCRIPTS, render
from tests.report.conftest import played, real_report

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "</script><img src=x onerror=alert(1)><!--\u2028&amp;\u202e{{script}}"


def text_of(page: bytes) -> str:
    return page.decode()


def data_of(page: bytes) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text_of(page), re.DOTALL)
    assert found
    content: dict[str, Any] = json.loads(found.group(1))
    return content


def with_account(account: str) -> Report:
    report = real_report()
    found = msgspec.structs.replace(report.cases[0], accounts=(account,), title=account, id=account)
    return msgspec.structs.replace(
        report, cases=(found,), sources=(account,), texts=tuple(account for _ in report.texts)
    )


def test_the_data_comes_back_as_it_was() -> None:
    report = real_report()
    assert data_of(render(report)) == json.loads(msgspec.json.encode(report))


def test_the_same_report_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from tests.report.conftest import real_report; from streams.report.render import render;"
        "print(hashlib.sha256(render(real_report())).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == hashlib.sha256(render(real_report())).hexdigest()


def test_only_this_script_and_this_style_may_run_and_nothing_may_be_fetched() -> None:
    text = text_of(render(real_report()))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy.group(1).startswith("default-src 'none';")
    assert "unsafe" not in policy.group(1)
    for kind, pattern in (("script-src", r"<script>(.*?)</script>"), ("style-src", r"<style>(.*?)</style>")):
        contents = re.findall(pattern, text, re.DOTALL)
        assert len(contents) == 1
        digest = base64.b64encode(hashlib.sha256(contents[0].encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy.group(1)
    assert not re.findall(r'(?:src|href)="(?!#|data:,")', text.split('<script type="application/json"')[0])
    assert "url(" not in text
    assert not re.search(
        r"https?://(?!www\.w3\.org/2000/svg)", text.replace(json.dumps(data_of(render(real_report()))), "")
    )


def test_hostile_texts_stay_texts() -> None:
    plain, hostile = text_of(render(with_account("a"))), text_of(render(with_account(HOSTILE)))
    for word in ("<script", "</script", "<img", "<!--"):
        assert hostile.count(word) == plain.count(word), word
    assert "\u2028" not in hostile
    assert "\u202e" not in hostile
    found = data_of(hostile.encode())["cases"][0]["accounts"][0]
    assert found == HOSTILE.replace("\u2028", "\ufffd").replace("\u202e", "\ufffd")


@given(st.text())
def test_any_text_survives_or_is_replaced_and_never_ends_the_data(account: str) -> None:
    shown = data_of(render(with_account(account)))["cases"][0]["accounts"][0]
    assert len(shown) == len(account)
    assert all(mine == theirs or mine == "\ufffd" for mine, theirs in zip(shown, account, strict=True))


def test_the_pages_own_code_never_makes_markup_of_text() -> None:
    for name in SCRIPTS:
        code = (ROOT / "streams/report/page" / f"{name}.js").read_text("utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|fetch\(|https?:(?!//www\.w3)",
            code,
        ), name
        assert len(code.splitlines()) <= 150, name
    assert {path.stem for path in (ROOT / "streams/report/page").glob("*.js")} == set(SCRIPTS)


def test_no_full_address_is_on_the_page() -> None:
    from streams.detection.wording.linter import full_addresses

    _, report = played()
    texts = [event.text for event in report.events if event.text is not None]
    assert texts
    assert any("/24" in text or "/48" in text for text in texts)
    assert not [found for text in texts for found in full_addresses(text)]


def test_the_wheel_has_the_page(tmp_path: Path) -> None:
    """Built by the backend that `pip wheel` calls, without network."""
    code = f"import hatchling.build as b; print(b.build_wheel({str(tmp_path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    names = zipfile.ZipFile(tmp_path / done.stdout.strip().splitlines()[-1]).namelist()
    assert {
        f"streams/report/page/{name}" for name in ["page.html", "page.css", *(f"{part}.js" for part in SCRIPTS)]
    } <= set(names)
