"""A reduced text gives every indicator the answer that the whole one gave."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.capture import coarse
from streams.detection.families.network import sessions
from streams.detection.families.network.builds import build_of
from streams.detection.families.session.fingerprints import contradictions, private

AGENTS = [
    f"{family}/{system}/{form}"
    for family, system, form in product(
        ("chrome", "firefox", "safari", "ie", "other"),
        ("windows", "macos", "ios", "android", "linux"),
        ("desktop", "mobile"),
    )
]
MARKS = [*coarse.RENDERERS, *coarse.BRANDS, *coarse.SYSTEMS, *coarse.SERVERS, "nvidia", "ANGLE (", '"', ";v=1"]
marks = st.sampled_from([written for mark in MARKS for written in (mark, mark.upper(), mark.title())])
texts = st.lists(marks | st.text(max_size=6), max_size=4).map("".join)
screens = st.tuples(st.text("0123456789٣x", max_size=8), st.text("0123456789x", max_size=8)).map("x".join) | texts
MANY = settings(max_examples=400)


@given(st.sampled_from(AGENTS), texts, texts, texts, texts, texts, screens)
@MANY
def test_contradictions_are_the_same(
    agent: str, platform: str, brands: str, fonts: str, gpu: str, ja4: str, screen: str
) -> None:
    hints = coarse.hints({"sec-ch-ua-platform": platform, "sec-ch-ua": brands, "sec-ch-ua-model": "x"})
    kept = (hints.get("sec-ch-ua-platform"), hints.get("sec-ch-ua"))
    reduced = (
        *kept,
        coarse.system(fonts),
        coarse.renderer(gpu),
        coarse.tls_system(ja4) + "tls-1",
        coarse.screen(screen),
    )
    assert contradictions(agent, reduced) == contradictions(agent, (platform, brands, fonts, gpu, ja4, screen))
    for zone in ("UTC", "Europe/Berlin"):
        assert private(agent, kept[1], zone, ()) == private(agent, brands or None, zone, ())


@given(texts, texts)
@MANY
def test_a_remote_desktop_is_still_one(gpu: str, agent: str) -> None:
    reduced = coarse.renderer(gpu), coarse.agent(agent) or ""
    for text, kept, words in (
        (gpu, reduced[0], sessions.SOFTWARE_SCREENS),
        (agent, reduced[1], sessions.SERVERS),
    ):
        assert [word for word in words if word in kept] == [word for word in words if word in text.lower()]


@given(
    texts | st.sampled_from(AGENTS),
    st.sampled_from(["", "Chrome/141.0.7390.55", "Version/18.1 Safari/605", "Edg/140 x"]),
)
@MANY
def test_a_build_is_still_the_same(words: str, build: str) -> None:
    agent = f"{words} {build}"
    assert build_of(coarse.agent(agent) or "") == build_of(agent)


def test_what_identifies_a_device_is_gone() -> None:
    assert coarse.renderer("ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0)") == "direct3d"
    assert coarse.agent("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0.7390.55") == "chrome/141"
    assert coarse.agent("Mozilla/5.0 (Windows NT 10.0)") is None
    assert coarse.hints({"sec-ch-ua": '"Brave";v="141", "Chromium"', "sec-ch-ua-model": "Pixel 9"}) == {
        "sec-ch-ua": "chrom brave"
    }
    assert coarse.screen("1920x1080@my laptop") is None
    assert coarse.tls_system("windows:t13d1516h2_8daaf6152771_b186095e22b6") == "windows:"
