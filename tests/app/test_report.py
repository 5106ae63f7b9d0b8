import hashlib
import re
import zlib
from base64 import b64decode, b64encode
from html.parser import HTMLParser

import numpy as np
import pytest

from geoplan.app.report.frames import MAPS_LIMIT_BYTES, make_frames, policy, waiting_page
from geoplan.app.report.html import report_html, write_report
from geoplan.maps.pictures.picture import Picture

SCRIPT = "document.getElementById('p').textContent = \"it's running at \" + innerWidth;"
SCRIPT_HASH = b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
MAP = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
    f"content=\"default-src 'none'; script-src 'sha256-{SCRIPT_HASH}'; style-src 'unsafe-inline'\">"
    f'<title>map</title></head><body><p id="p">&lt;not yet&gt;</p><script>{SCRIPT}</script></body>'
)
PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc\xf8\x0f\x00\x01\x01\x01\x00\x1b\xb6\xeeV\x00\x00\x00\x00IEND\xaeB`\x82"
)


class Page(HTMLParser):
    """A page taken apart: tags with their attributes, and the text outside style and script."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self._skip = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._skip += tag in ("style", "script")

    def handle_endtag(self, tag):
        self._skip -= tag in ("style", "script")

    def handle_data(self, data):
        if not self._skip:
            self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def build(outcome, maps=None):
    pictures = {i.id: Picture(PIXEL, (), outcome.lang) for i in outcome.indicators}
    chosen = {i.id: MAP for i in outcome.indicators} if maps is None else maps
    return report_html(outcome, chosen, pictures=pictures)


@pytest.fixture(params=["en", "zh"])
def page(request, outcomes):
    return Page(build(outcomes.make_outcome(request.param)))


def test_the_page_has_no_script_of_its_own(page):
    assert page.all("script") == []
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_the_page_asks_for_nothing(page):
    sources = [
        value
        for _, attrs in page.tags
        for name, value in attrs.items()
        if name in ("src", "href", "data", "action", "poster", "background")
    ]
    assert {source.split(":")[0].split("/")[0][:1] for source in sources} <= {"#", "d", "m"}
    assert not [s for s in sources if not s.startswith(("#", "data:image/png;", "maps/"))]


def test_styles_fetch_nothing(outcomes):
    styles = "".join(re.findall(r"<style>(.*?)</style>", build(outcomes.make_outcome()), re.DOTALL))
    assert "url(" not in styles
    assert "@import" not in styles


def test_links_inside_the_page_lead_somewhere(page):
    places = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    targets = {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")}
    assert targets <= places


def test_no_two_things_have_the_same_id(page):
    places = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(places) == len(set(places))


def test_each_map_is_in_a_frame_that_may_run_scripts_and_nothing_else(page):
    frames = page.all("iframe")
    assert [frame["sandbox"] for frame in frames] == ["allow-scripts"] * 4
    assert all(frame["title"] for frame in frames)


def test_a_frame_holds_its_map_unchanged(page):
    islands = [
        re.search(r'id="page">(.*?)</script>', frame["srcdoc"], re.DOTALL)[1]
        for frame in page.all("iframe")
    ]
    assert [zlib.decompress(b64decode(island)).decode() for island in islands] == [MAP] * 4


def test_every_frame_has_its_picture_for_print(page):
    assert len([image for image in page.all("img") if image["alt"]]) == 4


def test_the_language_is_declared(outcomes):
    langs = [Page(build(outcomes.make_outcome(lang))).all("html") for lang in ("en", "zh")]
    assert langs == [[{"lang": "en"}], [{"lang": "zh-CN"}]]


def test_hostile_texts_are_shown_and_do_nothing(outcomes):
    page = Page(build(outcomes.hostile_outcome()))
    shown = "".join(page.text)
    harmless = [name for name in outcomes.HOSTILE if "\u202e" not in name]
    assert [name for name in harmless if name not in shown] == []
    assert {tag for tag, _ in page.tags} & {"script", "b"} <= {"b"}
    assert not [image for image in page.all("img") if not image["src"].startswith("data:")]


def test_hostile_texts_add_no_tag(outcomes):
    tame = outcomes.hostile_outcome()
    calm = outcomes.make_outcome(
        "en",
        (
            outcomes.missed_indicator(list("abcdefgh")),
            outcomes.plain_indicator(list("abcdefgh")),
        ),
    )
    kinds = [[tag for tag, _ in Page(build(outcome)).tags] for outcome in (tame, calm)]
    assert kinds[0] == kinds[1]


def test_ids_of_the_plan_cannot_leave_the_folder_of_maps():
    frames = make_frames({"../../x y?#": MAP})
    assert frames.by_id["../../x y?#"].href == "maps/..%2F..%2Fx%20y%3F%23.html"


def test_large_maps_are_linked_and_the_page_says_so(outcomes):
    outcome = outcomes.make_outcome("en", (outcomes.missed_indicator(),))
    noise = np.random.default_rng(0).bytes(MAPS_LIMIT_BYTES)
    large = MAP + b64encode(noise).decode()
    page = Page(build(outcome, {"bus-stop-coverage-500m": large}))
    assert page.all("iframe") == []
    assert "too large to stand in this file (16 MB" in "".join(page.text)
    assert {"href": "maps/bus-stop-coverage-500m.html"} in page.all("a")


def test_twenty_maps_of_a_city_fit_into_the_report():
    # A map is a bundle of script and a megabyte of coordinates; it must shrink to a third.
    digits = np.random.default_rng(1).integers(0, 10**5, 60_000)
    corners = ",".join(f"[114.{digit:05d},22.6]" for digit in digits)
    frames = make_frames({f"m{k}": f"{MAP}{corners}" for k in range(20)})
    assert all(frame.srcdoc is not None for frame in frames.by_id.values())
    assert frames.megabytes < 20 * len(corners) / 1e6 / 2


def test_an_indicator_without_map_says_so(outcomes):
    outcome = outcomes.make_outcome("en", (outcomes.missed_indicator(),))
    page = Page(report_html(outcome, {}, pictures={}))
    assert "No map was made for this indicator." in "".join(page.text)


def test_a_plan_without_indicators_still_has_a_report(outcomes):
    page = Page(build(outcomes.make_outcome("en", ())))
    assert "The plan sets no targets" in "".join(page.text)


def test_the_policy_allows_what_maps_run_and_nothing_else():
    rules = dict(rule.split(" ", 1) for rule in policy([MAP, MAP]).split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"].split().count(f"'sha256-{SCRIPT_HASH}'") == 1
    assert len(rules["script-src"].split()) == 2  # and the one that waits
    assert "unsafe" not in rules["script-src"]


def test_without_maps_no_script_is_allowed_at_all():
    assert "script-src" not in policy([])


def test_the_policy_lets_a_map_fetch_what_its_own_policy_names():
    page = MAP.replace("default-src 'none'", "default-src 'none'; img-src data: https://a.example")
    rules = dict(rule.split(" ", 1) for rule in policy([page]).split("; "))
    assert rules["img-src"] == "data: https://a.example"


def test_line_ends_do_not_change_a_hash():
    pages = [f"<script>a = 1;{end}b = 2;</script>" for end in ("\n", "\r\n", "\r")]
    assert len({policy([page]) for page in pages}) == 1


def test_a_waiting_map_cannot_end_its_island_early():
    page = waiting_page("<script>x</script><!--<script>", too_old="</p></script><!--")
    assert page.count("</script>") == 2
    assert "<!--" not in page


def test_the_file_is_utf8_with_unix_line_ends(outcomes, tmp_path, monkeypatch):
    monkeypatch.setattr("geoplan.app.report.html.draw_pictures", lambda _: {})
    outcome = outcomes.make_outcome("zh")
    write_report(outcome, tmp_path / "报告.html", {i.id: MAP for i in outcome.indicators})
    written = (tmp_path / "报告.html").read_bytes()
    assert "龙岗区 2025" in written.decode("utf-8")
    assert b"\r" not in written


def test_a_missing_font_is_among_the_warnings(outcomes, monkeypatch):
    for part in ("picture", "lettering"):
        monkeypatch.setattr(f"geoplan.maps.pictures.{part}.installed_cjk", lambda: ())
    outcome = outcomes.make_outcome("zh", (outcomes.plain_indicator(),))
    assert "fonts-noto-cjk" in "".join(Page(report_html(outcome, {})).text)


@pytest.fixture
def opened(browser, tmp_path):
    """Open a page offline; what it asked for, and what it complained of, must be nothing."""
    requests, complaints, contexts = [], [], []

    def show(page, **options):
        path = tmp_path / "report.html"
        path.write_text(page, encoding="utf-8")
        contexts.append(browser.new_context(offline=True, **options))
        tab = contexts[-1].new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(path.as_uri())
        return tab

    yield show
    for context in contexts:
        context.close()
    outside = [url for url in requests if not url.startswith(("file:", "data:", "about:"))]
    assert (outside, complaints) == ([], [])


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_report_fits_its_window(outcomes, opened, lang, width):
    page = build(outcomes.make_outcome(lang))
    tab = opened(page, viewport={"width": width, "height": 844})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_a_map_starts_when_it_is_seen_and_with_a_size(outcomes, opened):
    tab = opened(build(outcomes.make_outcome("en")), viewport={"width": 1440, "height": 900})
    last = tab.locator("iframe").last
    frame = last.element_handle().content_frame()
    waiting = frame.evaluate("document.getElementById('p')")
    last.scroll_into_view_if_needed()
    frame.wait_for_selector("#p")
    running = frame.evaluate("document.getElementById('p').textContent")
    assert waiting is None
    assert int(running.rsplit(" ", 1)[1]) > 800


@pytest.mark.browser
def test_hostile_texts_run_nothing_in_a_browser(outcomes, opened):
    outcome = outcomes.hostile_outcome()
    tab = opened(build(outcome))
    assert tab.title().startswith("</script><script>document.title='hit'</script>")
    assert outcomes.HOSTILE[3] in tab.inner_text("main")


@pytest.mark.browser
def test_the_picture_can_be_chosen_in_place_of_the_map(outcomes, opened):
    tab = opened(build(outcomes.make_outcome("en")))
    tab.get_by_text("Picture", exact=True).first.click()
    assert tab.locator("img.picture").first.is_visible()
    assert not tab.locator("iframe").first.is_visible()


@pytest.mark.browser
def test_without_script_the_pictures_stand_in_for_the_maps(outcomes, opened):
    tab = opened(build(outcomes.make_outcome("en")), java_script_enabled=False)
    assert tab.locator("img.picture").first.is_visible()
    assert not tab.locator("iframe").first.is_visible()


@pytest.mark.browser
def test_print_shows_pictures_and_no_frames(outcomes, opened):
    tab = opened(build(outcomes.make_outcome("en")))
    tab.emulate_media(media="print")
    assert tab.locator("img.picture").first.is_visible()
    assert not tab.locator("iframe").first.is_visible()
    assert tab.pdf(prefer_css_page_size=True).startswith(b"%PDF")
