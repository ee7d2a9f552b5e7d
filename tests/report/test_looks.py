"""The page in a real Chromium: both themes, on paper, small, with 2,000 alerts, and with texts that would rather be markup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from streams.replay.comparison import CHANGED, Change, Comparison
from tests.report.browser import PHONE, contrast, lacks, nameless, open_all, opened, rows, started
from tests.report.conftest import farm, many, real_report
from tests.report.test_render import HOSTILE, with_account
from tests.require import require


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require(lacks())
    with started() as running:
        yield running


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_has_contrast_and_all_controls_a_name(browser: Browser, tmp_path: Path, theme: str) -> None:
    with opened(browser, tmp_path, farm(), theme=theme) as page:
        grounds = []
        for place in ("#/", "#/case/farm", f"#/case/{farm().cases[0].id}"):
            page.evaluate("place => { location.hash = place }", place)
            expect(page.locator("main")).to_have_attribute("data-shown", place[7:])
            open_all(page)
            seen, poor = contrast(page)
            assert seen > 50
            assert not poor
            assert not nameless(page)
            assert page.locator("h1").count() == 1
            assert page.evaluate(
                "new Set([...document.querySelectorAll('[id]')].map((one) => one.id)).size === document.querySelectorAll('[id]').length"
            )
            grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.locator("#theme").select_option("dark" if theme == "light" else "light")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") not in grounds
        page.reload()
        assert page.locator("#theme").input_value() == ("dark" if theme == "light" else "light")
        page.goto(page.url.split("#")[0])


def test_on_paper_the_alert_is_open_and_the_list_is_not_there(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, farm(), theme="dark", at="#/case/farm") as page:
        shut = page.locator("main details:not([open])")
        closed = shut.count()
        assert closed > 3
        page.emulate_media(media="print")
        expect(shut).to_have_count(0)
        assert page.locator("pre").first.is_visible()
        assert not page.locator(".side").is_visible()
        assert not page.locator(".top").is_visible()
        assert page.locator("#paper").inner_text().startswith("Persona Watch, replay of stories.ndjson")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert contrast(page)[1] == []
        page.emulate_media(media="screen")
        expect(shut).to_have_count(closed)
        page.evaluate(
            "window.addEventListener('beforeprint', () => { window.shut = document.querySelectorAll('main details:not([open])').length })"
        )
        paper = page.pdf(format="A4")
        assert page.evaluate("window.shut") == 0
        assert paper.startswith(b"%PDF")
        assert len(paper) > 20_000
        expect(shut).to_have_count(closed)


def test_on_a_phone_nothing_is_cut_off(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, farm(), PHONE) as page:
        wide = "document.scrollingElement.scrollWidth - innerWidth"
        assert page.evaluate(wide) <= 0
        page.locator("#list a").last.click()
        assert not page.locator("#list").is_visible()
        open_all(page)
        assert page.evaluate(wide) <= 0
        page.locator(".back").click()
        assert page.locator("#list").is_visible()
        page.get_by_role("button", name="1 priority").click()
        assert not page.locator("h1").is_visible()
        page.locator(".brand").click()
        assert page.locator("h1").is_visible()


def test_two_thousand_alerts_stay_usable(browser: Browser, tmp_path: Path) -> None:
    """Bounds are ten times what was measured on a busy machine: a list that is drawn at once breaks them all the same."""
    report = many(real_report(), 2000)
    changes = tuple(
        Change(CHANGED, case.id, case.accounts, ("watch", case.tier), (50.0, case.score), (), (), ())
        for case in report.cases
    )
    report = msgspec.structs.replace(report, comparison=Comparison(2000, 2000, changes, {}))
    with opened(browser, tmp_path, report) as page:
        loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        assert 0 < loaded < 10_000
        assert page.locator("#found").inner_text() == "2,000 alerts and watch entries"
        nodes = "document.querySelectorAll('*').length"
        assert page.evaluate(nodes) < 2_500
        page.locator("#list a").last.click()
        took = page.evaluate(
            """() => [...Array(9)].map(() => { const began = performance.now();
            document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
            document.body.offsetHeight; return performance.now() - began; }).sort((one, other) => one - other)[4]"""
        )
        assert took < 1_000
        assert page.locator("#pages span").inner_text() == "51–100"
        assert page.locator("#list a[aria-current]").count() == 1
        assert page.evaluate(nodes) < 2_500
        page.locator("#search").fill("-n1999")
        assert rows(page) == 1
        page.locator("#search").fill("")
        page.locator("#pages").get_by_role("button", name="Next").click()
        assert page.locator("#pages span").inner_text() == "51–100"
        page.locator(".brand").click()
        page.locator("#part-comparison").get_by_role("button", name="Next").click()
        assert page.locator("#part-comparison .pages span").inner_text() == "51–100 of 2,000"
        assert page.evaluate(nodes) < 2_500


def test_hostile_texts_are_shown_as_they_are(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, with_account(HOSTILE)) as page:
        assert "<img src=x onerror=alert(1)>" in page.locator("#list a").inner_text()
        page.locator("#list a").click()
        assert "<img src=x onerror=alert(1)>" in page.locator("main h1").inner_text()
        assert page.locator("img").count() == 0
        assert page.locator("script").count() == 2
