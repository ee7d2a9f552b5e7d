"""The page in a real Chromium: every part clicked, then by keyboard only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from streams.report.render import render
from tests.detection.pipeline import catalogue
from tests.report.browser import focused, lacks, opened, rows, started
from tests.report.conftest import farm, partly, real_report
from tests.require import require


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    require(lacks())
    with started() as running:
        yield running


def test_every_part_can_be_clicked(browser: Browser, tmp_path: Path) -> None:
    report = farm()
    with opened(browser, tmp_path, report) as page:
        assert page.locator("h1").inner_text() == "What the replay found"
        assert page.locator("#part-comparison tbody tr").count() >= 1
        assert page.locator("#part-expectations tbody tr").count() == 3
        assert page.locator("#part-expectations >> text=1 of 3 failed.").is_visible()
        page.get_by_role("button", name="1 priority").click()
        assert rows(page) == 1
        page.locator("#by-tier").select_option("")
        for at in range(len(report.cases)):
            page.locator("#list a").nth(at).click()
            assert page.locator("#list a").nth(at).get_attribute("aria-current") == "page"
            assert page.locator("main h1").inner_text() == report.cases[at].title
            assert page.locator("main .part .card").count() == len(report.cases[at].evidence)
            page.evaluate(
                "for (const one of document.querySelectorAll('.parts a, main details > summary')) one.click()"
            )
            assert page.locator("main details:not([open])").count() == 0
        page.locator(".brand").click()
        page.locator("#part-comparison a").first.click()
        assert page.locator(".change").inner_text().startswith("Compared with the other run")


def test_from_a_finding_to_its_events_and_back(browser: Browser, tmp_path: Path) -> None:
    report = real_report()
    case = report.cases[0]
    item = next(item for item in case.evidence if item.events)
    with opened(browser, tmp_path, report) as page:
        page.locator("#list a").first.click()
        card = page.locator(f"#evidence-{item.indicator}")
        assert card.locator(".said").inner_text() == item.sentence
        card.locator("dd a").first.click()
        page.locator(f"#event-{item.events[0]}[open]").wait_for()  # the page follows its address a moment later
        event = page.locator(f"#event-{item.events[0]}")
        assert json.loads(event.locator("pre").inner_text()) == json.loads(report.events[item.events[0]].text or "")
        assert page.evaluate("document.activeElement.parentElement.id") == f"event-{item.events[0]}"
        event.locator("p a").first.click()
        page.wait_for_function("document.activeElement.id.startsWith('evidence-')")
        page.go_back()
        assert page.url.endswith(f"/event/{item.events[0]}")


def test_score_timeline_and_graph_are_drawn_from_the_numbers(browser: Browser, tmp_path: Path) -> None:
    report = farm()
    with opened(browser, tmp_path, report, at="#/case/farm") as page:
        case = report.cases[-1]
        bar = page.locator(".bar").bounding_box()
        parts = [
            box["width"] for part in page.locator(".seg").all() if (box := part.bounding_box()) and box["height"] > 20
        ]
        assert bar
        assert sum(parts) / bar["width"] == pytest.approx(case.score / 100, abs=0.02)
        assert page.locator(".timeline .span").count() == len(case.evidence)
        assert (page.locator(".graph .account").count(), page.locator(".graph .entity").count()) == (14, 3)
        assert page.locator(".graph .tie").count() == sum(len(tie.accounts) for tie in case.ties)
        assert page.locator("text=Shared workplace").first.is_visible()
        innocent, findings = page.locator("#innocent").bounding_box(), page.locator("#findings").bounding_box()
        assert innocent
        assert findings
        assert innocent["y"] < findings["y"]


def test_by_keyboard_only(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, farm()) as page:
        press = page.keyboard.press
        press("Tab")
        assert focused(page) == "Skip to the content"
        press("Enter")
        assert focused(page) == "main"
        press("j")
        press("j")
        assert page.locator("#list a[aria-current]").get_attribute("data-id") == farm().cases[1].id
        press("ArrowDown")
        press("k")
        press("ArrowUp")
        assert page.locator("#list a[aria-current]").get_attribute("data-id") == farm().cases[0].id
        press("ArrowUp")
        press("Enter")
        assert focused(page) == "title"
        press("Escape")
        assert page.evaluate("document.activeElement.dataset.id") == farm().cases[0].id
        press("Escape")
        assert page.locator("h1").inner_text() == "What the replay found"
        press("/")
        assert focused(page) == "search"
        page.keyboard.type("payout t1-03")
        assert (rows(page), page.locator("#found").inner_text()) == (1, "1 of 4 alerts and watch entries")
        press("Escape")
        assert rows(page) == 4
        page.locator("h1").focus()
        press("?")
        assert page.locator("#keys").is_visible()
        press("j")
        press("Escape")
        assert not page.locator("#keys").is_visible()
        assert page.locator("#list a[aria-current]").count() == 0


def test_filters_and_order(browser: Browser, tmp_path: Path) -> None:
    report = real_report()
    with opened(browser, tmp_path, report) as page:

        def shown() -> list[str]:
            return [str(link.get_attribute("data-id")) for link in page.locator("#list a").all()]

        assert shown() == [case.id for case in report.cases]
        page.locator("#by-sort").select_option("last")
        assert shown() == [case.id for case in sorted(report.cases, key=lambda case: case.last, reverse=True)]
        page.locator("#by-indicator").select_option("payout_instrument_shared")
        assert shown() == [
            case.id
            for case in report.cases
            if any(item.indicator == "payout_instrument_shared" for item in case.evidence)
        ]
        page.locator("#by-indicator").select_option("")
        page.locator("#by-change").select_option("added")
        added = {change.alert_id for change in report.comparison.changes} if report.comparison else set()
        assert set(shown()) == added
        page.locator("#by-change").select_option("")
        page.locator("#by-status").select_option("watch")
        assert set(shown()) == {case.id for case in report.cases if case.status == "watch"}


@pytest.mark.parametrize("status", ["retracted", "resolved"])
def test_a_case_that_is_over_is_not_open_and_has_no_links_to_parts_that_it_lacks(
    browser: Browser, tmp_path: Path, status: str
) -> None:
    report = real_report()
    standing = report.cases[0]
    over = msgspec.structs.replace(standing, id="over", status=status, innocent=(), steps=())
    with opened(browser, tmp_path, msgspec.structs.replace(report, cases=(standing, over))) as page:
        for found, said in ((standing, f"open until {standing.expires[:10]} unless"), (over, f"over, {status}.")):
            page.locator(f"#list a[data-id='{found.id}']").click()
            assert said in page.locator("#part-versions").inner_text()
            parts = [link.get_attribute("data-part") for link in page.locator(".parts a").all()]
            assert ("innocent" in parts) is ("steps" in parts) is (found is standing)
            assert all(page.locator(f"#part-{part}").count() == 1 for part in parts)


def test_a_broken_link_leads_to_the_summary(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, real_report(), at="#/case/%E0%A4%A") as page:
        assert page.locator("h1").inner_text() == "What the replay found"
        for place in ("#/case/nobody", "#/case/", "#x", "#/case/a/b/c/d"):
            page.locator("#list a").first.click()
            assert page.locator("main").get_attribute("data-shown")
            page.evaluate("place => { location.hash = place }", place)
            expect(page.locator("main")).to_have_attribute("data-shown", "")
            assert page.locator("h1").inner_text() == "What the replay found"


def test_every_finding_has_its_title_whether_or_not_it_is_in_an_alert(browser: Browser, tmp_path: Path) -> None:
    titles = {found.id: found.title for found in catalogue().indicators.values()}
    report = partly()
    assert report.titles
    with opened(browser, tmp_path, report) as page:
        table = page.locator("table", has=page.locator("caption", has_text="Findings of this run"))
        assert {*table.locator("tbody th").all_inner_texts()} == {titles[name] for name in report.run.fired}


def test_a_replay_without_alerts_has_a_page(browser: Browser, tmp_path: Path) -> None:
    empty = msgspec.structs.replace(
        real_report(), cases=(), indicators={}, events=(), texts=(), comparison=None, rulings=()
    )
    with opened(browser, tmp_path, empty) as page:
        assert page.locator("#found").inner_text() == "0 alerts and watch entries"
        page.keyboard.press("j")
        assert page.locator("h1").is_visible()


def test_what_the_page_did_not_bring_cannot_run(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(render(real_report()))
    page = browser.new_page()
    page.goto(path.as_uri())
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.head.append(s); }"
    )
    assert page.evaluate("window.ran") is None
    assert page.evaluate("fetch('https://example.invalid/').then(() => 'asked', () => 'refused')") == "refused"
    page.close()
