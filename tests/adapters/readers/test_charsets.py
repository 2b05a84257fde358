"""Letters of bytes whose charset is named rightly, wrongly or not at all."""

from __future__ import annotations

from portal.adapters.readers.charsets import CHARSETS, decode_bytes
from tests.cases import for_each

WORDS = {
    "cp1252": "Wir haben den Inhalt gelöscht. Für Rückfragen “stehen” – wir.",
    "latin-1": "Votre contenu a été supprimé dès hier, à Noël.",
    "koi8-r": "Мы удалили содержимое по вашему запросу. Дело закрыто.",
    "cp1251": "Удалено",
    "iso8859-5": "Мы удалили содержимое по вашему запросу.",
    "cp866": "Мы удалили содержимое по вашему запросу.",
    "mac-cyrillic": "Мы удалили содержимое по вашему запросу.",
    "koi8-u": "Ми видалили вміст за вашим запитом",
    "shift_jis": "コンテンツを削除しました。ご連絡ありがとうございます。",
    "euc-jp": "削除しました",
    "iso2022_jp": "削除しました",
    "gb18030": "我们已经删除了您举报的内容，谢谢。",
    "gb2312": "内容已删除",
    "big5": "我們已經刪除了您檢舉的內容，謝謝。",
    "euc-kr": "신고하신 콘텐츠를 삭제했습니다. 감사합니다.",
    "iso2022_kr": "삭제했습니다",
    "utf-8": "Ngā mihi – “спасибо”",
}


@for_each("named", ["", "utf-8", "us-ascii", "x-unknown"])
@for_each("charset", WORDS)
def test_words_are_read_where_the_charset_is_wrong_or_missing(charset: str, named: str) -> None:
    raw = WORDS[charset].encode(charset)
    assert decode_bytes(raw, named) == WORDS[charset]
    if charset != "iso2022_kr":  # which begins with its own mark
        assert decode_bytes(b"Hello, your report 4711: " + raw, named) == f"Hello, your report 4711: {WORDS[charset]}"


@for_each("charset", WORDS)
def test_words_are_read_where_the_charset_is_right(charset: str) -> None:
    assert decode_bytes(WORDS[charset].encode(charset), charset) == WORDS[charset]


@for_each("named", ["iso-8859-1", "windows-1252"])
@for_each("charset", ["utf-8", "koi8-r", "gb18030", "iso2022_jp", "cp1252"])
def test_what_cannot_be_western_is_not_read_as_that(charset: str, named: str) -> None:
    assert decode_bytes(WORDS[charset].encode(charset), named) == WORDS[charset]


@for_each("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
@for_each("named", ["", "utf-8", "iso-8859-1"])
def test_wide_text_is_seen_with_and_without_its_mark(codec: str, named: str) -> None:
    words = "We removed it – удалено, case 4711.\r\n"
    assert decode_bytes(words.encode(codec), named) == words


def test_a_text_that_was_cut_within_a_letter_keeps_all_the_others() -> None:
    assert decode_bytes("Inhalt gelöscht für Sie ü".encode()[:-1], "utf-8") == "Inhalt gelöscht für Sie �"


@for_each("charset", [*CHARSETS, "", "zlib", "unicode_escape", "punycode"])
def test_no_bytes_raise(charset: str) -> None:
    for raw in (b"", b"\xff", bytes(range(256)), b"\x1b$B\xff", b"\xfe\xff\xd8", b"\0" * 7, b"\xff\xfe\0\0a"):
        assert isinstance(decode_bytes(raw, charset), str)
