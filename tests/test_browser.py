"""Tests that the journeys' browser reports broken scripts, refused content and other machines."""

import pytest


def test_a_page_of_the_server_is_reached_by_its_path_alone(server, page):
    assert page.goto("/healthz").status == 200


def test_a_browser_without_script_runs_none(no_script):
    no_script.set_content("<p id=p>written</p><script>p.textContent = 'changed'</script>")
    assert no_script.inner_text("p") == "written"


def test_axe_names_what_is_wrong_and_never_what_is_written(page, axe):
    page.set_content("<html lang=en><title>T</title><main><h1>A</h1><img></main>")
    with pytest.raises(AssertionError, match="image-alt") as told:
        axe(page)
    assert "<img" not in str(told.value)


def test_axe_searches_again_in_a_page_that_has_become_narrower(page, axe):
    wide = "<style>@media (min-width: 600px) {img {display: none}}</style>"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.set_content(f"<html lang=en><title>T</title>{wide}<main><h1>A</h1><img></main>")
    axe(page)
    page.set_viewport_size({"width": 320, "height": 800})
    with pytest.raises(AssertionError, match="image-alt"):
        axe(page)


def test_axe_works_without_script(no_script, axe):
    written = "<html lang=en><title>T</title><main><h1>A</h1><img><script src=/s.js></script>"
    no_script.route("**/*", lambda route: route.fulfill(body=written, content_type="text/html"))
    no_script.goto("https://localhost/")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(no_script)


def test_a_complaint_of_the_browser_is_heard(page, complaints):
    page.set_content("<script>console.error('wrong')</script>")
    assert complaints.heard == ["console: wrong"]
    complaints.clear()


def test_a_script_that_fails_is_heard(page, complaints):
    page.set_content("<script>nothing.there()</script>")
    assert complaints.heard == ["script: nothing is not defined"]
    complaints.clear()


def test_no_page_reaches_another_machine(page, complaints):
    page.set_content("<img alt='' src='https://example.org/a.png'>")
    assert "asked another machine: https://example.org" in complaints.heard
    complaints.clear()
