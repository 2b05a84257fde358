"""The reader of e-mails: words, headers and the names of what is attached, whatever the file is made of."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest

from portal.adapters.readers.charsets import decode_bytes
from portal.adapters.readers.mail_reader import MOST_PARTS, read_mail, write_mail
from portal.adapters.readers.page_words import page_to_text


def make_mail(body: str = "Words.", **headers: str) -> bytes:
    rows = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"From: a@example.org\r\n{rows}\r\n{body}".encode("utf-8", "surrogateescape")


def many(*parts: str, kind: str = "mixed", boundary: str = "b") -> dict[str, str]:
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    return {"body": body, "Content_Type": f'multipart/{kind}; boundary="{boundary}"'}


PLAIN = "Content-Type: text/plain\r\n\r\nPlain words."
PAGE = "Content-Type: text/html\r\n\r\n<p>Words of a page.</p>"


def test_the_headers_are_read_in_any_encoding() -> None:
    mail = read_mail(
        make_mail(
            Subject="=?iso-8859-1?Q?Gel=F6scht?= =?utf-8?b?4oCT?=\r\n =?utf-8?q?_ja?=",
            To="=?utf-8?q?Ana?= <ana@example.net>",
            Cc="team@example.org",
            Date="Mon, 23 Nov 2026 10:00:00 +1300",
            Message_ID="<1@example.org>",
        )
    )
    assert mail.subject == "Gelöscht– ja"
    assert mail.to == "Ana <ana@example.net>, team@example.org"
    assert mail.sent_at == datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    assert mail.message_id == "<1@example.org>"
    assert mail.text == "Words."


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Mon, 99 Nov 2026 10:00:00 +0000", "Fri, 31 Dec 9999 23:59:59 -2359"],
)
def test_a_date_that_is_none_stays_as_it_stands(date: str) -> None:
    mail = read_mail(make_mail(Date=date))
    assert (mail.date, mail.sent_at) == (date, None)


def test_of_two_forms_of_the_same_words_the_plain_one_is_kept() -> None:
    assert read_mail(make_mail(**many(PLAIN, PAGE, kind="alternative"))).text == "Plain words."
    assert read_mail(make_mail(**many(PLAIN, PAGE))).text == "Plain words.\n\nWords of a page."
    empty = "Content-Type: text/plain\r\n\r\n  "
    assert read_mail(make_mail(**many(empty, PAGE, kind="alternative"))).text == "Words of a page."


def test_alternatives_with_a_page_and_its_pictures_keep_the_plain_one() -> None:
    inner = many(PAGE, "Content-Type: image/png\r\n\r\nzz", kind="related", boundary="inner")
    related = f"Content-Type: {inner['Content_Type']}\r\n\r\n{inner['body']}"
    mail = read_mail(make_mail(**many(PLAIN, related, kind="alternative")))
    assert mail.text == "Plain words."
    assert mail.attachments == ("image/png",)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ('Content-Type: image/png; name="a.png"\r\n\r\nzz', "a.png"),
        (
            "Content-Type: application/pdf\r\nContent-Disposition: inline; filename*=utf-8''Gr%C3%BCn.pdf\r\n\r\nzz",
            "Grün.pdf",
        ),
        ('Content-Type: a/b; name*0="long"; name*1=".bin"\r\n\r\nzz', "long.bin"),
        ('Content-Type: image/png; name="../../etc/passwd"\r\n\r\nzz', "../../etc/passwd"),
        ('Content-Type: image/png; name="\u202egnp.exe"\r\n\r\nzz', "\N{REPLACEMENT CHARACTER}gnp.exe"),
    ],
)
def test_what_is_attached_is_named_and_not_opened(part: str, name: str) -> None:
    mail = read_mail(make_mail(**many(PLAIN, part)))
    assert mail.attachments == (name,)
    assert mail.text == "Plain words."
    assert "zz" not in write_mail(mail)


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("utf-8", "ā".encode(), "ā"),
        ("GB2312", "图片".encode("gb2312"), "图片"),
        ("windows-1252", b"\x93no\x94", "“no”"),
        ("ks_c_5601-1987", "삭제".encode("euc-kr"), "삭제"),
        ("x-unknown", "ā".encode(), "ā"),
        ("utf-8", b"gel\xf6scht", "gelöscht"),
        ("unicode_escape", rb"\x41", r"\x41"),
        ("zlib", b"x", "x"),
        ("", b"", ""),
        ("utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-"),
    ],
)
def test_every_charset_gives_words_or_marks(charset: str, raw: bytes, text: str) -> None:
    assert decode_bytes(raw, charset) == text
    coded = base64.b64encode(raw).decode()
    mail = read_mail(
        make_mail(coded, Content_Type=f"text/plain; charset={charset}", Content_Transfer_Encoding="base64")
    )
    assert mail.text == text


def test_characters_that_hide_something_are_marked() -> None:
    mail = read_mail(make_mail("picture\u202egpj.exe \0 \x1b[31m", Subject="a\u2066b\u2069"))
    assert mail.text == "picture�gpj.exe � �[31m"
    assert mail.subject == "a�b�"


def test_a_page_becomes_words_and_runs_nothing() -> None:
    page = (
        "<html><head><title>t</title><style>p{background:url(https://x)}</style></head><body>"
        "<p>We <b>removed</b> it.<br><script>alert(1)</script><img src='https://tracker.example/1.gif'>"
        "<a href='https://platform.example/a?b=1'>Appeal</a> <a href='javascript:alert(1)'>here</a> "
        "&lt;b&gt; &#0; </p></body></html>"
    )
    text = page_to_text(page)
    assert text.startswith("We removed it.\nAppeal <https://platform.example/a?b=1> here <b>")
    assert "alert" not in text
    assert "tracker" not in text


@pytest.mark.parametrize(
    "page",
    ["", "<![bad", "<!DOCTYPE", "<a href=", "<script>", "&#xffffffff;", "<p " + "a " * 5000, "</" * 1000, "<svg><p>x"],
)
def test_a_page_that_is_no_page_is_read_as_far_as_it_goes(page: str) -> None:
    assert "<script" not in page_to_text(page)


def test_a_forged_header_in_a_word_stays_in_its_line() -> None:
    mail = read_mail(make_mail(Subject="=?utf-8?q?Hello=0D=0AFrom:_forged@example.org=0A=0Abody?="))
    assert mail.subject == "Hello From: forged@example.org body"
    assert mail.sender == "a@example.org"
    assert write_mail(mail).count("\nFrom:") == 0


def test_too_much_is_cut_and_says_so() -> None:
    parts = [f"Content-Type: image/png; name={number}\r\n\r\nz" for number in range(MOST_PARTS + 50)]
    mail = read_mail(make_mail(**many(*parts)))
    assert mail.is_cut
    assert len(mail.attachments) <= MOST_PARTS
    assert "[there was more, which is not kept]" in write_mail(mail)


def test_parts_within_parts_end_at_a_depth() -> None:
    body = "deepest"
    for level in range(500):
        body = f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n{body}\r\n--b{level}--'
    mail = read_mail(f"From: a\r\n{body}".encode())
    assert mail.is_cut
    assert "deepest" not in mail.text


@pytest.mark.parametrize(
    "content",
    [
        b"Subject: " + b"=?utf-8?q?a?= " * 200_000,
        b"Subject:" + b"\r\n x" * 400_000,
        b"Content-Type: text/plain" + b"; a=b" * 400_000 + b"\r\n\r\nx",
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n" * 400_000,
        b"Content-Type: text/html\r\n\r\n" + b"<a " * 400_000,
        b"Content-Type: text/html\r\n\r\n" + b"<!--" * 400_000,
        b"A:" * 1_000_000,
        b"=" * 2_000_000,
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=\r" * 1_000_000,
    ],
    ids=range(9),
)
def test_no_email_takes_long(content: bytes) -> None:
    before = time.process_time()
    read_mail(content)
    assert time.process_time() - before < 5


INNER = "From: team@platform.example\r\nSubject: Case 4711\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n\r\nWe refuse."


@pytest.mark.parametrize("coding", ["", "base64", "quoted-printable"])
@pytest.mark.parametrize("kind", ["message/rfc822", "message/global", "application/octet-stream; name=a.eml"])
def test_of_an_email_passed_on_as_a_file_the_words_are_read(kind: str, coding: str) -> None:
    body = base64.b64encode(INNER.encode()).decode() if coding == "base64" else INNER
    part = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n{body}"
    mail = read_mail(make_mail(**many(PLAIN, part)))
    assert mail.text.startswith("Plain words.\n\n[another e-mail]\nFrom: team@platform.example\n")
    assert "Subject: Case 4711" in mail.text
    assert mail.text.endswith("We refuse.")
    assert (mail.attachments, mail.has_words) == ((), True)


def test_of_a_mailbox_all_mails_are_read() -> None:
    line = "From a@b.example Mon Nov 23 10:00:00 2026\r\n"
    mail = read_mail((line + INNER + "\r\n\r\n" + line + INNER.replace("refuse", "removed it")).encode())
    assert "We refuse." in mail.text
    assert "We removed it." in mail.text
    assert mail.subject == "Case 4711"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain; name=message.txt", "text/enriched", "text/richtext", "text/markdown", "text/calendar", "text",
        "text/rfc822-headers", "message/delivery-status", "message/disposition-notification",
        "message/feedback-report", "application/xhtml+xml",
    ],
)  # fmt: skip
@pytest.mark.parametrize("placed", ["", "Content-Disposition: attachment; filename=a\r\n"])
def test_all_that_is_words_is_read_as_words(kind: str, placed: str) -> None:
    mail = read_mail(make_mail(**many(f"Content-Type: {kind}\r\n{placed}\r\nno such user")))
    assert "no such user" in mail.text
    assert mail.has_words


@pytest.mark.parametrize(
    "kind", ["application/ms-tnef", "application/pkcs7-mime", "image/png", "application/pdf", "text/rtf"]
)
def test_an_email_without_words_says_so(kind: str) -> None:
    assert not read_mail(make_mail("zz", Content_Type=kind)).has_words
    assert not read_mail(make_mail(**many(f"Content-Type: {kind}\r\n\r\nzz"))).has_words
    inner = f"Content-Type: message/rfc822\r\n\r\nSubject: x\r\nContent-Type: {kind}\r\n\r\nzz"
    assert not read_mail(make_mail(**many(inner))).has_words


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("base-64", "V2UgcmVtb3ZlZCBpdA=="),
        ("BASE64;", "V2UgcmVtb3ZlZCBpdA=="),
        ('"base64"', "V2UgcmVtb3ZlZCBpdA=="),
        ("base64 (x)", "V2Ugcm\r\nVtb3ZlZCBpdA==\r\n"),
        ("base64", "V2UgcmVtb3ZlZCBpdA==\r\n-- \r\nA list of people\r\n"),
        ("base64", "We removed it, as we said before."),
        ("quoted_printable", "We removed=20it"),
        ("quoted-printable (x)", "We remo=\r\nved it"),
        ("x-uuencode", 'begin 644 a.txt\r\n-5V4@<F5M;W9E9"!I=```\r\n`\r\nend\r\n'),
        ("unknown", "V2UgcmVtb3ZlZCBpdA=="),
        ("7-bit", "We removed it"),
        ("eight", "We removed it"),
    ],
)
def test_the_way_a_part_is_packed_is_read_as_people_write_it(coding: str, body: str) -> None:
    assert read_mail(make_mail(body, Content_Transfer_Encoding=coding)).text.startswith("We removed it")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("utf-8", "Удалено содержимое"),
        ("gb18030", "内容已删除谢谢"),
        ("shift_jis", "削除しました"),
        ("utf-8", "😀 ok 😀"),
    ],
)
def test_a_subject_cut_within_its_letters_is_joined_first(charset: str, words: str, size: int) -> None:
    raw = words.encode(charset)
    coded = [base64.b64encode(raw[at : at + size]).decode() for at in range(0, len(raw), size)]
    assert read_mail(make_mail(Subject="\r\n ".join(f"=?{charset}?B?{each}?=" for each in coded))).subject == words
    quoted = ["".join(f"={byte:02X}" for byte in raw[at : at + size]) for at in range(0, len(raw), size)]
    assert read_mail(make_mail(Subject="\r\n ".join(f"=?{charset}?Q?{each}?=" for each in quoted))).subject == words


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("iso2022_jp", "削除しました"),
        ("koi8-r", "Содержимое удалено"),
        ("cp1252", "Gelöscht"),
        ("gb18030", "内容已删除谢谢"),
    ],
)
def test_a_subject_that_is_not_encoded_at_all_is_read(charset: str, words: str) -> None:
    mail = read_mail(b"From: a@b.example\r\nSubject: " + words.encode(charset) + b"\r\n\r\nx")
    assert mail.subject == words


@pytest.mark.parametrize(
    "header",
    [
        'multipart/mixed;\r\nboundary="b"',
        "multipart/mixed; differences=Content-Type;\r\nboundary=b",
        "multipart/mixed",
        "multipart/mixed; boundary=other",
        "multipart/mixed; boundary=",
    ],
)
def test_a_boundary_that_is_damaged_is_found_by_its_look(header: str) -> None:
    body = many(PLAIN, "Content-Type: image/png\r\n\r\nzz")["body"]
    mail = read_mail(f"From: a@b.example\r\nContent-Type: {header}\r\n\r\n{body}".encode())
    assert mail.text == "Plain words."
    assert mail.attachments == ("image/png",)


def test_a_plain_form_that_says_less_does_not_hide_the_page() -> None:
    page = "Content-Type: text/html\r\n\r\n<p>" + "We refuse, and this is why. " * 30 + "</p>"
    stub = "Content-Type: text/plain\r\n\r\nOpen this e-mail in a browser."
    text = read_mail(make_mail(**many(stub, page, kind="alternative"))).text
    assert "We refuse, and this is why." in text


def test_the_parts_of_a_digest_are_emails() -> None:
    mail = read_mail(make_mail(**many("\r\n" + INNER, "\r\n" + INNER.replace("refuse", "waited"), kind="digest")))
    assert mail.text.count("[another e-mail]") == 2
    assert "We waited." in mail.text


@pytest.mark.parametrize("pointer", ["Please view this in HTML.", "Open this message in a browser: https://a.example"])
def test_a_plain_form_that_only_points_to_the_page_does_not_hide_it(pointer: str) -> None:
    plain = f"Content-Type: text/plain\r\n\r\n{pointer}"
    assert "Words of a page." in read_mail(make_mail(**many(plain, PAGE, kind="alternative"))).text


def test_a_page_that_says_something_else_is_kept_beside_the_plain_words() -> None:
    said = "We removed two of your links and kept the third, because it shows a statue."
    page = f"Content-Type: text/html\r\n\r\n<p>{said}</p>"
    assert said in read_mail(make_mail(**many(PLAIN, page, kind="alternative"))).text


def test_base64_with_blanks_between_is_read() -> None:
    assert (
        read_mail(make_mail("V2Ug cmVt b3Zl ZCBp dCBu b3c=", Content_Transfer_Encoding="base64")).text
        == "We removed it now"
    )


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/json", '{"state": "removed"}'), ("message/partial; number=1; total=2", "It was removed.")],
)
def test_answers_in_other_forms_of_text_are_words(kind: str, body: str) -> None:
    mail = read_mail(make_mail(body, Content_Type=kind))
    assert mail.has_words
    assert mail.text == body


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ('<img alt="We removed it" src="x.png">', "We removed it"),
        (
            '<form action="https://a.example/appeal"><button>Appeal</button></form>',
            "<https://a.example/appeal>\nAppeal",
        ),
        ('<map><area href="https://a.example/appeal" alt="Appeal"></map>', "Appeal <https://a.example/appeal>"),
        ("<pre>one\ntwo</pre><p>three\nfour</p>", "one\ntwo\n\nthree four"),
        ('<img alt="" src="x.png"><form action="javascript:x()">a</form>', "a"),
    ],
)
def test_words_that_stand_for_pictures_and_ways_that_forms_lead_are_kept(page: str, words: str) -> None:
    assert page_to_text(page) == words


def test_capitals_of_russian_are_not_taken_for_serbian_letters() -> None:
    said = "Мы удалили содержимое и закрыли ваше обращение"
    assert decode_bytes(said.encode("cp1251")) == said
