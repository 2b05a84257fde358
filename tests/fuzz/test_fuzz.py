"""The readers of foreign input against invented bytes, and against every input that ever broke one of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.inputs import list_found, list_seeds
from tests.fuzz.targets import TARGETS

KEPT = [*list_found(), *list_seeds()]
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
SLOW = settings(QUICK, max_examples=40)

SIGNS = st.sampled_from(list("ab1 .:/@#?&=%-_<>\"'[](){}\n\t\u202e\u200b\0é数🙂\ufeff"))
ADDRESSES = st.sampled_from(
    ["https://", "http://", "hxxp://", "x.com/a", "instagram.com/p/A1/", "[.]", "www.", "@someone", "user:pw@", ":443",
     "xn--", "пример.рф", "127.0.0.1", "[::1]", "?a=b#c", "%2e%2e/", "javascript:", "data:text/html,", "\n"]
)  # fmt: skip
MAIL_PIECES = st.sampled_from(
    ["From: a\r\n", "Subject: =?utf-8?q?=0A?=\r\n", "Content-Type: multipart/mixed; boundary=b\r\n", "\r\n", "--b\r\n",
     "--b--", "Content-Type: text/html; charset=utf-16\r\n", "Content-Transfer-Encoding: base64\r\n", "=?x?b?!?=",
     "<a href='",
     "<!--", "<script>", "&#xfffffffff;", "<![CDATA[", "name*=utf-8''%ff", "\0", "\u2066",
     "Date: Mon, 1 Jan 0000 99:99\r\n"]
)  # fmt: skip
YAML_PIECES = st.sampled_from(
    ["jurisdiction: xx\n", "regimes:\n", "- id: x\n", "  rules: [", "]", "{", "}", "&a ", "*a",
     "!!python/object/apply:os.system ",
     "- ", "? ", ": ", "|\n", "'", "\"", "<<: *a\n", "2026-02-30", "1e999", "0x", "9" * 50, "\0", "---\n", "...\n",
     "%YAML 9.9\n"]
)  # fmt: skip
FORM_PIECES = st.sampled_from(
    ["&", "=", "+", "%00", "%E2%80%AE", "%FF", "version=", "pasted=", "https%3A%2F%2Fx.com%2Fa", "skip=1", "more=1",
     "filer=self", "under_18=yes", "country=US", "found_on-day=", "text-0=", "platform-0=", "remove=0", "9" * 30,
     "team_id="]
)  # fmt: skip


@pytest.mark.parametrize(("target", "name", "data"), KEPT, ids=[f"{target} {name}" for target, name, _data in KEPT])
def test_what_once_broke_a_reader_does_so_no_more(target: str, name: str, data: bytes) -> None:
    TARGETS[target](data)


@QUICK
@given(st.lists(SIGNS | ADDRESSES, max_size=40).map("".join) | st.text(max_size=200))
def test_any_text_is_read_for_links(text: str) -> None:
    TARGETS["links"](text.encode("utf-8", "replace"))


@QUICK
@given(st.lists(MAIL_PIECES, max_size=30).map("".join).map(str.encode) | st.binary(max_size=400))
def test_any_bytes_are_read_as_an_email(data: bytes) -> None:
    TARGETS["mail"](data)


@QUICK
@given(st.lists(YAML_PIECES, max_size=25).map("".join).map(str.encode) | st.binary(max_size=200))
def test_any_bytes_as_a_pack_are_refused_or_read(data: bytes) -> None:
    TARGETS["packs"](data)


@SLOW
@given(
    st.builds(
        bytes.__add__,
        st.binary(min_size=1, max_size=30),
        st.lists(FORM_PIECES, max_size=15).map("".join).map(str.encode),
    )
)
def test_any_answers_lead_on(data: bytes) -> None:
    TARGETS["wizard"](data)
