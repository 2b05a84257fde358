"""Fingerprints at a real browser: the right digits, and not one byte that leaves the page."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, request, request_started
from PIL import Image
from playwright.sync_api import FilePayload, expect

from portal.domain.report import YesNo
from tests.browser.conftest import Admit
from tests.browser.looks import look_at
from tests.browser.scenes import hold_open
from tests.browser.site import Site, serve
from tests.browser.visitor import Visitor
from tests.pdq_pictures import count_different_bits, digest_pixels, draw, list_answers, list_pictures
from tests.services.factories import make_case

ALLOWED_BITS = 4
PATIENCE_MS = 120_000
# A short film in two halves, dark and light, recorded by the browser itself on a page that has no policy.
RECORD = """async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 });
    const pen = canvas.getContext("2d");
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm;codecs=vp8" });
    const pieces = [];
    recorder.ondataavailable = (event) => pieces.push(event.data);
    const over = new Promise((done) => { recorder.onstop = done; });
    recorder.start();
    for (let frame = 0; frame < 50; frame += 1) {
        pen.fillStyle = frame < 25 ? "black" : "white";
        pen.fillRect(0, 0, 160, 120);
        pen.fillStyle = "red";
        pen.fillRect(frame < 25 ? 10 : 90, 20 + frame, 50, 40);
        await new Promise((done) => setTimeout(done, 50));
    }
    recorder.stop();
    await over;
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""
# Every way a script has to speak to somebody, from the page and from a worker of the page's own.
SPEAK = """async (elsewhere) => {
    const refused = {};
    const blocked = new Set();
    document.addEventListener("securitypolicyviolation", (event) => blocked.add(event.effectiveDirective));
    const attempt = async (name, act) => {
        try { await act(); refused[name] = false; } catch { refused[name] = true; }
    };
    for (const [name, address] of [["elsewhere", elsewhere], ["home", location.origin]]) {
        await attempt(`fetch ${name}`, () => fetch(`${address}/?told=1`));
        await attempt(`request ${name}`, () => new Promise((done, fail) => {
            const request = new XMLHttpRequest();
            request.onload = done;
            request.onerror = fail;
            request.open("POST", `${address}/?told=2`);
            request.send("told");
        }));
        await attempt(`events ${name}`, () => new Promise((done, fail) => {
            const source = new EventSource(`${address}/?told=3`);
            source.onopen = done;
            source.onerror = fail;
        }));
        await attempt(`socket ${name}`, () => new Promise((done, fail) => {
            const socket = new WebSocket(`${address.replace("http", "ws")}/?told=4`);
            socket.onopen = done;
            socket.onerror = fail;
        }));
        navigator.sendBeacon(`${address}/?told=5`, "told");
    }
    await new Promise((done) => setTimeout(done, 300));
    return { refused, blocked: [...blocked] };
}"""


@pytest.fixture
def page(admit: Admit) -> Visitor:
    visitor = admit()
    visitor.open("/fingerprint")
    return visitor


def as_file(name: str, picture: Image.Image, form: str = "PNG", **options: Any) -> FilePayload:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return FilePayload(name=name, mimeType=f"image/{form.lower()}", buffer=out.getvalue())


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def choose_files(visitor: Visitor, files: list[FilePayload]) -> None:
    visitor.page.get_by_label("Choose photos or videos").set_input_files(files)
    expect(visitor.page.locator("[data-fingerprint-bar]")).to_be_hidden(timeout=PATIENCE_MS)
    expect(visitor.page.locator("[data-fingerprint-after]")).to_be_visible(timeout=PATIENCE_MS)


def save_signals(visitor: Visitor) -> list[dict[str, Any]]:
    return json.loads(visitor.download("Save for ThreatExchange (JSON)"))["data"]  # type: ignore[no-any-return]


def read_tags(signal: dict[str, Any]) -> dict[str, str]:
    return dict(tag.split(":") for tag in signal["tags"])


def cut(many: list[FilePayload], size: int) -> Iterator[list[FilePayload]]:
    for start in range(0, len(many), size):
        yield many[start : start + size]


def test_200_pictures_have_the_fingerprints_that_pdqhash_gives_them(page: Visitor) -> None:
    pictures, answers = list_pictures(), list_answers()
    assert len(pictures) == len(answers) == 200
    assert {name: digest_pixels(picture) for name, picture in pictures.items()} == {
        name: answer.pixels for name, answer in answers.items()
    }, "pdqhash was asked about the same pixels"
    files = [as_file(f"{name}.png", picture) for name, picture in pictures.items()]
    for some in cut(files, 50):
        choose_files(page, some)
    signals = save_signals(page)
    digests = {one["indicator"]: read_tags(one)["file"] for one in signals if one["type"] == "HASH_SHA256"}
    found = {read_tags(one)["file"]: one for one in signals if one["type"] == "HASH_PDQ"}
    worst = 0
    for name, file in zip(pictures, files, strict=True):
        made = found[digests[hashlib.sha256(file["buffer"]).hexdigest()]]
        worst = max(worst, count_different_bits(made["indicator"], answers[name].pdq))
        assert abs(int(read_tags(made)["quality"]) - answers[name].quality) <= 1, name
    assert worst <= ALLOWED_BITS


def test_digests_of_files_are_those_of_their_bytes_and_the_same_file_stands_once(page: Visitor) -> None:
    file = as_file("a.jpg", draw(1), "JPEG")
    other = FilePayload(name="b.heic", mimeType="image/heic", buffer=bytes(range(256)) * 40_000)
    choose_files(page, [file, other, FilePayload(name="c.jpg", mimeType="image/jpeg", buffer=file["buffer"])])
    rows = list(csv.DictReader(io.StringIO(page.download("Save as a table (CSV)").decode())))
    by_type = {(row["type"], row["indicator"]) for row in rows}
    for each in (file, other):
        assert ("HASH_SHA256", hashlib.sha256(each["buffer"]).hexdigest()) in by_type
        assert ("HASH_MD5", md5(each["buffer"])) in by_type
    assert len(rows) == 5, "one picture, one that cannot be opened, and one that was there already"
    page.sees("This browser cannot open it.")
    page.sees("This file is on the list already.")
    assert "a.jpg" not in json.dumps(rows), "a name of a file can tell who or when"


def test_digests_taken_in_pieces_are_those_of_the_whole(page: Visitor) -> None:
    """As for files above 64 MB. At every length around the blocks and the padding."""
    with page.page.expect_worker() as started:
        page.page.evaluate("window.kept = new Worker('/static/js/fingerprint-worker.js')")
    for length in (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 5000):
        data = bytes((7 * place + length) % 251 for place in range(length))
        made = started.value.evaluate(
            """([numbers, cut]) => ["md5", "sha256"].map((name) => {
                const digest = FileDigests[name]();
                digest.add(Uint8Array.from(numbers.slice(0, cut)));
                digest.add(Uint8Array.from(numbers.slice(cut)));
                return digest.finish();
            })""",
            [list(data), length // 3],
        )
        assert made == [md5(data), hashlib.sha256(data).hexdigest()], length


def test_a_picture_that_was_taken_sideways_is_read_as_it_is_meant_to_be_seen(page: Visitor) -> None:
    upright = draw(3)
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = upright.transpose(Image.Transpose.ROTATE_90)
    choose_files(page, [as_file("up.png", upright), as_file("side.png", sideways, exif=exif)])
    one, other = (each["indicator"] for each in save_signals(page) if each["type"] == "HASH_PDQ")
    assert count_different_bits(one, other) <= ALLOWED_BITS


def test_a_plain_picture_is_said_to_be_too_plain(page: Visitor) -> None:
    choose_files(page, [as_file("plain.png", Image.new("RGB", (300, 200), (90, 90, 90)))])
    page.sees("Quality 0 of 100: too plain to find changed copies.")


def test_a_video_has_a_fingerprint_for_each_second(page: Visitor) -> None:
    page.page.goto(page.elsewhere)
    film = base64.b64decode(page.page.evaluate(RECORD))
    page.open("/fingerprint")
    choose_files(page, [FilePayload(name="film.webm", mimeType="video/webm", buffer=film)])
    signals = save_signals(page)
    assert [one["type"] for one in signals[:2]] == ["HASH_SHA256", "HASH_VIDEO_MD5"]
    frames = signals[2:]
    assert [one["type"] for one in frames] == ["HASH_PDQ"] * len(frames)
    assert [read_tags(one)["seconds"] for one in frames][:2] == ["0", "1"]
    assert 2 <= len(frames) <= 5
    assert count_different_bits(frames[0]["indicator"], frames[-1]["indicator"]) > 31, "the film changes"


def test_no_byte_leaves_the_page_while_fingerprints_are_made(page: Visitor) -> None:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.page.on("websocket", lambda socket: asked.append(socket.url))
    choose_files(page, [as_file(f"{seed}.png", draw(seed)) for seed in range(6)])
    page.download("Save as a table (CSV)")
    own = {f"GET {page.address}/static/js/{name}.js" for name in ("fingerprint-worker", "pdq", "file-digests")}
    own.add(f"GET {page.address}/static/favicon.svg")  # a browser asks for it when it likes
    assert {each for each in asked if not each.partition(" ")[2].startswith("blob:")} <= own


def test_even_a_script_that_tried_could_not_speak_to_anybody(page: Visitor, site: Site) -> None:
    """Both ends are listened at, ours and a stranger's. At the front page, with the common policy, ours hears."""
    heard: list[str] = []

    def listen(environment: dict[str, Any], start_response: Any) -> list[bytes]:
        heard.append(environment["QUERY_STRING"])
        start_response("200 OK", [])
        return [b""]

    def listen_at_home(_app: Flask, **_more: Any) -> None:
        heard.append(request.query_string.decode())

    with serve(listen) as stranger, request_started.connected_to(listen_at_home, site.app):
        said = page.page.evaluate(SPEAK, stranger)
        assert all(said["refused"].values()), said
        assert said["blocked"] == ["connect-src"]
        assert not [each for each in heard if "told" in each]
        page.open("/")
        page.page.evaluate(SPEAK, stranger)
        assert [each for each in heard if "told" in each], "the ears work"
    page.troubles.clear()  # the browser said that it refuses, as it should


def test_even_a_worker_that_tried_could_not_speak_to_anybody(page: Visitor) -> None:
    """A worker has the policy of its own file, so that is tried in the worker itself."""
    with page.page.expect_worker() as started:
        page.page.evaluate("window.kept = new Worker('/static/js/fingerprint-worker.js')")
    for address in (page.elsewhere, page.address):
        told = started.value.evaluate(
            "(address) => fetch(`${address}/?told=1`).then(() => 'told', () => 'refused')", address
        )
        assert told == "refused"
    page.troubles.clear()


def test_stop_forgets_what_was_under_way_and_the_page_goes_on_working(page: Visitor) -> None:
    big = [as_file(f"{seed}.jpg", draw(seed).resize((3000, 2200)), "JPEG") for seed in range(4)]
    page.page.get_by_label("Choose photos or videos").set_input_files(big)
    page.press("Stop")
    expect(page.page.locator("[data-fingerprint-bar]")).to_be_hidden()
    choose_files(page, [as_file("one.png", draw(9))])
    assert "one.png" in page.text


def test_without_script_the_page_says_what_to_do_instead(admit: Admit) -> None:
    visitor = admit(java_script_enabled=False)
    visitor.open("/fingerprint")
    visitor.sees("This browser cannot make fingerprints here")
    visitor.sees("StopNCII")
    visitor.sees("Take It Down")
    assert not visitor.page.get_by_label("Choose photos or videos").is_visible()


def test_the_page_can_be_used_with_the_keyboard_and_by_a_screen_reader(page: Visitor) -> None:
    choose_files(page, [as_file("a.png", draw(2))])
    for theme in ("light", "dark"):
        page.page.emulate_media(color_scheme=theme)
        found = Axe().run(page.page)
        assert found.response["violations"] == [], found.generate_report()
    page.page.get_by_label("Choose photos or videos").focus()
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.page.keyboard.press("Enter")
    expect(page.page.get_by_text("SHA-256", exact=True)).to_be_visible()
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.textContent") == "Save as a table (CSV)"


@pytest.mark.parametrize("width", [360, 320])
def test_nothing_is_wider_than_a_small_phone(admit: Admit, width: int) -> None:
    visitor = admit(viewport={"width": width, "height": 740})
    visitor.open("/fingerprint")
    choose_files(visitor, [as_file(f"{'a_very_long_name_' * 8}.png", draw(2))])
    visitor.page.locator("summary").first.click()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


def test_in_a_case_they_are_kept_by_a_press_and_go_where_the_person_chooses(admit: Admit, site: Site) -> None:
    visitor = admit()
    enter_case(visitor, site)
    visitor.open("/case/prints")
    sent: list[str] = []
    visitor.context.on("request", lambda asked: sent.append(asked.post_data) if asked.post_data else None)
    file = as_file("my name.png", draw(2))
    choose_files(visitor, [file])
    assert sent == [], "nothing before the press"
    visitor.press("Keep them in my case")
    visitor.sees("We keep the fingerprint of 1 file.")
    assert len(sent) == 1
    assert "name.png" not in sent[0]
    assert hashlib.sha256(file["buffer"]).hexdigest() in sent[0]
    visitor.choose("Instagram")
    visitor.press("Save my choice")
    visitor.sees("Saved. This counts for new letters.")
    assert visitor.page.get_by_label("Instagram", exact=True).is_checked()
    assert look_at(visitor, "case-prints") == []
    visitor.press("Delete these fingerprints")
    visitor.sees("The fingerprints are deleted.")


def test_in_the_case_of_a_child_there_is_no_tool_and_the_page_leads_to_those_who_act(admit: Admit, site: Site) -> None:
    visitor = admit()
    enter_case(visitor, site, under_18=YesNo.YES, country="GB")
    visitor.open("/case/prints")
    visitor.sees("Take It Down")
    visitor.sees("Report Remove")
    assert visitor.page.locator("input[type=file], script[src*=fingerprint]").count() == 0
    assert look_at(visitor, "case-prints-child") == []


def test_the_public_page_is_sound_at_every_width_and_in_the_dark(page: Visitor) -> None:
    choose_files(page, [as_file("a.png", draw(2)), as_file("plain.png", Image.new("RGB", (300, 200), "gray"))])
    assert look_at(page, "fingerprint") == []


def enter_case(visitor: Visitor, site: Site, **answers: Any) -> None:
    """A browser that holds a new case open."""
    with site.parts.sessions.begin() as session:
        opened = make_case(session, site.parts.ports, now=site.clock(), **answers)
        cookie = hold_open(session, opened)
    visitor.context.add_cookies([{"name": "session", "value": cookie, "url": site.address}])
