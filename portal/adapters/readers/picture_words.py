"""Pictures and other files that stand in a text as letters: base64, base32, hex, numbers, uuencode, yEnc, `data:`.

No picture is kept, in whatever form it was handed in. What is long and cannot be words is left out without looking what
it would show, and a short one where it begins as a picture does. Every pattern gives nothing back once taken, so that
each text takes time in proportion to its length.
"""

from __future__ import annotations

import html
import quopri
import re
from collections.abc import Callable, Iterable

LEFT_OUT = "[a picture or file was here, not kept]"

_LONG = 200  # letters of base64 in one piece, which no word, address or key is
_LONGEST_DIGEST = 140  # hexadecimal digits of the longest check sum that people quote, and of its name before it
_MOST_NUMBERS = 100
_ROUNDS = 5

_DATA = re.compile(
    r"\bdata:(?:[a-z]++/[\w.+-]++(?:;[^\s,\"'<>()]*+)?|;?base64|[^\s,\"'<>()]{0,99};base64)(?:,|%2c)"
    rf"(?:{re.escape(LEFT_OUT)}|[^\s\"'<>()\]]*+)",
    re.IGNORECASE,
)
_BEGIN = re.compile(
    r"^[ \t>|]*+(?:begin(?:-base64)? [0-7]{3,4} \S[^\n]*+|=ybegin [^\n]*+|=ypart [^\n]*+"
    r"|\(This file must be converted with BinHex[^\n]*+)(?:\n|$)",
    re.MULTILINE | re.IGNORECASE,
)
_END = re.compile(r"^[ \t>|]*+(?:end[ \t]*+|====[ \t]*+|=yend[^\n]*+|[^\n]*+:[ \t]*+)$", re.MULTILINE | re.IGNORECASE)
_LETTER = r"(?:[A-Za-z0-9+/_-]|\\[/nr]|\\u00(?:2[bBfF])|%2[bBfF]|&#(?:43|47|x2[bBfF]);)"
_RUN = re.compile(rf"{_LETTER}{{12,}}+(?:=3[dD]|=|%3[dD]|&#61;|\\u003[dD]){{0,6}}+")
_QUOTING = " \t>|*"  # what mail programs put before a line of somebody else's
_WHOLE_LINE = re.compile(rf"{_LETTER}++(?:=3[dD]|=|%3[dD]){{0,3}}+[ \t\"',;=\\]*+")
# What base64 of pictures, films and files that hold them begins with.
_BEGINNINGS = (
    "iVBORw0KGg", "/9j/", "_9j_", "R0lGOD", "UklGR", "SUkqA", "TU0AK", "JVBERi", "UEsDB", "PHN2Z", "PD94bW", "AAABAA",
    "Qk0", "Qk1", "Qk2", "Qk3", "GkXfo", "H4sIA", "AAAAGGZ0eX", "AAAAHGZ0eX", "AAAAIGZ0eX", "AAAAJGZ0eX", "AAAAFGZ0eX",
    "AAAADGpQ", "1M3GmgAA", "AQAAAGwAAA", "N3q8rycc", "UmFyIR",
)  # fmt: skip
_UNMISTAKABLE = re.compile(r"iVBORw0KGg|R0lGOD[dl]h|UklGR|[/_]9j[/_][A-Za-z0-9+/_-]{16}|Z0eXBoZWlj|Z0eXBhdmlm")
_HEX = re.compile(r"(?:(?:\\x|0x|\\u00|%|\\'|#)?+[0-9A-Fa-f]{2}[\s,:;>|{}\"']{0,4}+){8,}+")
_HEX_NOISE = re.compile(r"\\x|0x|\\u00|[^0-9A-Fa-f]")
_HEX_BEGINNING = re.compile(r"89504e470d|ffd8ff(?:[cde]|fe)|474946383[79]61|52494646.{8}57454250|49492a00|4d4d002a")
_DUMP = re.compile(
    r"(?:^[ \t>|]*+(?:0x)?[0-9a-f]{4,16}:?[ \t]++(?:[0-9a-f]{2,8}[ \t|-]++){4,}+[^\n]*+(?:\n|\Z)){2,}+",
    re.MULTILINE | re.IGNORECASE,
)
_NUMBERS = re.compile(r"(?<![\d.])(?:[0-9]{1,3}(?:[ \t\r\n,;]{1,8}+|(?=[\])}]))){16,}+")
_NUMBER_BEGINNINGS = ([137, 80, 78, 71], [255, 216, 255], [71, 73, 70, 56], [82, 73, 70, 70])
_UNIX_LINES = re.compile(r"(?:^[ \t>|]*+M[ -`]{60}[ \t]*+(?:\n|\Z))++(?:^[ -`]{2,61}(?:\n|\Z)){0,2}+", re.MULTILINE)
_BASE32 = re.compile(r"[A-Z2-7]++={0,6}+")
_ASCII85 = re.compile(r"<~[!-uz\s]{40,}+~?>?")
# Pieces without a blank that are longer than any word, and letters of base64 in groups.
_PIECE = re.compile(r"(?<![!-~])(?!kept\])[!-~]{600,}+")
_GROUPS = re.compile(
    rf"(?:(?!{re.escape(LEFT_OUT[:2])})[A-Za-z0-9+/_-]{{3,76}}+[ \t]++){{20,}}+[A-Za-z0-9+/_-]*+={{0,3}}+"
)
_WORD = re.compile(r"[a-z]{4,}+|[A-Z]{4,}+")
_LEAST_WORDS = (
    0.3  # share of the letters that stand in words; by chance it is half of that, in prose and code the double
)
_HAS_PARTS = re.compile(r"\"|://|data:|%3a|\\", re.IGNORECASE)
_ENTITIES = re.compile(r"(?:&#x?[0-9A-Fa-f]{1,6};){60,}+")
_QUOTED_PRINTABLE = re.compile(r"=[0-9A-F]{2}(?:[!-<>-~ \t\n]{0,16}+(?:=[0-9A-F]{2}|=\n)){60,}+")
_FILE_BYTES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_DRAWING = re.compile(r"<svg[\s>]", re.IGNORECASE)
_DRAWING_END = re.compile(r"</svg\s*+>", re.IGNORECASE)


def leave_out_pictures(text: str) -> tuple[str, int]:
    """The text with a mark for each picture or file that stands in it as letters, and how many there were.

    Where there is one, all ends of lines become LF; else the text is as it was.
    """
    made, count = text.replace("\r\n", "\n").replace("\r", "\n"), 0
    for _ in range(_ROUNDS):  # what is left out can bring together what stood around it
        before = count
        for step in _STEPS:
            made, found = step(made)
            count += found
        if count == before:
            break
    return (made, count) if count else (text, 0)


def _leave_out(text: str, pattern: re.Pattern[str], is_file: Callable[[str], bool]) -> tuple[str, int]:
    count = 0

    def choose(found: re.Match[str]) -> str:
        nonlocal count
        if not is_file(found[0]):
            return found[0]
        count += 1
        return LEFT_OUT + found[0][len(found[0].rstrip()) :]

    return pattern.sub(choose, text), count


def _leave_out_between(text: str, begin: re.Pattern[str], end: re.Pattern[str]) -> tuple[str, int]:
    """Leave out from each beginning to the next end; without an end, all that follows."""
    kept: list[str] = []
    at = 0
    while opened := begin.search(text, at):
        closed = end.search(text, opened.end())
        kept += [text[at : opened.start()], LEFT_OUT]
        at = closed.end() if closed else len(text)
    return "".join((*kept, text[at:])), len(kept) // 2


def _is_unix_file(found: str) -> bool:
    """Several full lines, or one and a shorter one that is as long as its first letter says."""
    lines = found.splitlines()
    lasts = [line for line in lines if line.lstrip(_QUOTING)[:1] != "M"]
    return len(lines) - len(lasts) > 1 or any(
        len(line) == 1 + -(-((ord(line[0]) - 32) & 63) // 3) * 4 for line in lasts if line
    )


def _is_hex_file(found: str) -> bool:
    digits = _HEX_NOISE.sub("", found).lower()
    bare = _HEX_NOISE.sub("", found)
    is_even = bare in {bare.lower(), bare.upper()}  # a key in an address mixes both
    is_long = len(digits) > _LONGEST_DIGEST and not digits.isdecimal()  # numbers of tickets have no letters
    return (is_even and is_long) or bool(_HEX_BEGINNING.search(digits))


def _is_numbers_of_file(found: str) -> bool:
    numbers = [int(each) for each in re.split(r"[^0-9]+", found) if each]
    if max(numbers) > 255:
        return False
    return len(numbers) >= _MOST_NUMBERS or any(numbers[: len(each)] == each for each in _NUMBER_BEGINNINGS)


def _is_wordless(text: str) -> bool:
    """Whether letters, digits and signs are mixed in it as in no language and no program."""
    in_words = sum(len(word) for word in _WORD.findall(text) if len(set(word)) > 2)
    digits = sum(map(str.isdigit, text))
    return _is_mixed(text) and in_words < _LEAST_WORDS * len(text) and digits < len(text) // 2


def _is_wordless_piece(found: str) -> bool:
    """Whole, where nothing in it says that words or an address stand before the file: those are looked at by parts."""
    return not _HAS_PARTS.search(found) and _is_wordless(found)


def _is_wordless_group(found: str) -> bool:
    whole = "".join(found.split())
    return len(whole) >= _LONG and _is_wordless(whole)


def _is_coded_file(found: str) -> bool:
    """Whether signs that were written as numbers of HTML spell a file in base64."""
    return any(len(run) >= _LONG and _is_mixed(run) for run in _RUN.findall(html.unescape(found)))


def _is_binary(found: str) -> bool:
    """Whether quoted-printable decodes to what is no text: a file's beginning, or signs that no text has."""
    raw = quopri.decodestring(found.encode("ascii", "replace"))
    odd = sum(byte < 32 and byte not in b"\t\r\n" for byte in raw)
    return any(each in raw[:40] for each in _FILE_BYTES) or odd * 20 > len(raw)


def _leave_out_base64(text: str) -> tuple[str, int]:
    lines = text.split("\n")
    blocks = _find_blocks(lines)
    kept: list[str] = []
    count = 0
    width = 0  # letters of the last line that was left out to its end; what goes on from there is left out as well
    for place, line in enumerate(lines):
        body = line.lstrip(_QUOTING)
        if place in blocks or (width and _goes_on(body, width)):
            count += not width
            kept += [] if width else [LEFT_OUT]
            width = len(body.rstrip())
            continue
        made, found, is_open = _leave_out_runs(line)
        width = len(body.rstrip()) if is_open else 0
        count += found
        kept.append(made)
    return "\n".join(kept), count


def _goes_on(body: str, width: int) -> bool:
    """Whether a line is more of the file before it. Only its last line is shorter."""
    whole = _WHOLE_LINE.fullmatch(body)
    return bool(whole) and (len(body) >= min(width, 24) or body.rstrip().endswith("=") or _is_mixed(body))


def _find_blocks(lines: list[str]) -> frozenset[int]:
    """The places of lines that are nothing but letters without blanks, several below each other, as in no words."""
    found: set[int] = set()
    block: list[int] = []
    for place, line in enumerate((*lines, "")):
        body = line.lstrip(_QUOTING).rstrip()
        if len(body) >= 20 and _WHOLE_LINE.fullmatch(body):
            block.append(place)
            continue
        if block and _is_block([lines[each] for each in block]):
            found.update(block)
        block = []
    return frozenset(found)


def _is_block(lines: Iterable[str]) -> bool:
    bodies = [line.strip(_QUOTING + "\r") for line in lines]
    least = 2 if len(bodies[0]) >= 40 else 3
    is_even = len({len(body) for body in bodies[:-1]}) == 1
    whole = "".join(bodies)
    is_file = _is_mixed(whole) or whole.startswith(_BEGINNINGS) or _is_base32(whole)
    return len(bodies) >= least and is_even and is_file and len(whole) >= 80


def _leave_out_runs(line: str) -> tuple[str, int, bool]:
    """One line without runs of base64: how many there were, and whether the last of them reaches the line's end."""
    count, end = 0, -1

    def choose(found: re.Match[str]) -> str:
        nonlocal count, end
        run = found[0]
        goes_on = end >= 0 and len(run) >= 16 and not line[end : found.start()].strip(" =") and _is_mixed(run)
        is_file = goes_on or (len(run) >= _LONG and (_is_mixed(run) or _is_base32(run))) or _begins_as_file(run)
        if not is_file and not _UNMISTAKABLE.search(run.replace("\\/", "/")):
            return run
        count, end = count + 1, found.end()
        return LEFT_OUT

    made = _RUN.sub(choose, line)
    return made, count, end >= 0 and not line[end:].strip(" \t\r=\"'\\")


def _begins_as_file(run: str) -> bool:
    bare = run.lstrip("\\nr") if run.startswith("\\") else run
    return len(run) >= 16 and bare.replace("\\/", "/").startswith(_BEGINNINGS) and _is_mixed(run)


def _is_base32(run: str) -> bool:
    """Whether it is a file in the letters of base32, of which no word has so many."""
    return len(run) >= _LONG and bool(_BASE32.fullmatch(run)) and bool(re.search("[2-7]", run))


def _is_mixed(run: str) -> bool:
    """Whether large and small letters and digits or signs are mixed, as in no word of a language."""
    return bool(re.search("[A-Z]", run) and re.search("[a-z]", run) and re.search("[0-9+/]", run))


_STEPS: tuple[Callable[[str], tuple[str, int]], ...] = (
    lambda text: _leave_out_between(text, _DRAWING, _DRAWING_END),
    lambda text: _leave_out_between(text, _BEGIN, _END),
    lambda text: _DUMP.subn(LEFT_OUT + "\n", text),
    lambda text: _leave_out(text, _UNIX_LINES, _is_unix_file),
    lambda text: _leave_out(text, _ENTITIES, _is_coded_file),
    lambda text: _leave_out(text, _QUOTED_PRINTABLE, _is_binary),
    lambda text: _leave_out(text, _GROUPS, _is_wordless_group),
    lambda text: _leave_out(text, _PIECE, _is_wordless_piece),
    _leave_out_base64,
    lambda text: _DATA.subn(LEFT_OUT, text),
    lambda text: _ASCII85.subn(LEFT_OUT, text),
    lambda text: _leave_out(text, _NUMBERS, _is_numbers_of_file),
    lambda text: _leave_out(text, _HEX, _is_hex_file),
)
