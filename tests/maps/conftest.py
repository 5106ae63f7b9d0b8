"""Fixtures for maps: hostile texts, a bundle, and pages opened in a browser without a network."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from geoplan.core.errors import RenderError

HOSTILE = (
    "<img src=x onerror=window.hit=1>",
    "</script><b>bold</b>",
    "</title><script>window.hit=1</script>",
    "{{ 7*7 }}",
    "{% raw %}",
    "{# note #}",
    "${window.hit=1}",
    "`);window.hit=1;//",
    "\"quoted\" & 'single' \\ back\\slash",
    "&lt;already&gt; &amp;",
    "javascript:window.hit=1",
    "<!--<script>",
    "龙岗区 <街道>",
)
"""Names that have to show exactly as typed."""


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest) -> str:
    """Give one harmless text in the form of an attack."""
    return str(request.param)


@pytest.fixture(scope="session")
def hostile_texts() -> tuple[str, ...]:
    """Give all of them."""
    return HOSTILE


@pytest.fixture(scope="session")
def bundle() -> Any:
    """Give the bundle of the page; the test skips where it was never built."""
    from geoplan.maps.page.assets import load_bundle

    try:
        return load_bundle()
    except RenderError as error:
        pytest.skip(str(error))


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """
    Open HTML as a file in a browser that is offline.

    Whatever the test asserts, it also fails if a page asked for anything outside its file, wrote
    an error or warning to the console, or raised one.
    """
    contexts, outside, complaints = [], [], []

    def watch(page: Any) -> None:
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("file:", "data:", "blob:", "about:"))
                else outside.append(request.url)
            ),
        )
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))

    def opened(html: str, width: int = 1200, height: int = 800) -> Any:
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(html, encoding="utf-8", newline="")
        context = browser.new_context(
            viewport={"width": width, "height": height}, offline=True, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert outside == []
    assert complaints == []
