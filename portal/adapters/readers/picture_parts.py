"""What a compressed picture tells beside its points, taken out without decoding or compressing it again.

A PDF keeps a photo as the camera wrote it: with place, time, camera and a small second picture. Every function here
takes and gives whole files, leaves each point as it is, and raises ValueError where the parts do not add up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_JPEG_START, _JPEG_END, _JPEG_SCAN = 0xD8, 0xD9, 0xDA
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
# Frames, tables, scans and their lines. All others are comments, what programs add, or kept free by the standard.
_JPEG_POINTS = frozenset({*range(0xC0, 0xC8), *range(0xC9, 0xD0), *range(0xDA, 0xE0), *_JPEG_BARE})
# Within a scan 0xFF stands before 0x00 for itself, and before D0 to D7 as a mark to begin again.
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_JP2_SIGN = b"\x00\x00\x00\x0cjP  "
_JP2_KEPT = frozenset({b"jP  ", b"ftyp", b"rreq", b"jp2h", b"jp2c"})
_JP2_HEADER_KEPT = frozenset({b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"res "})
_J2K_SIGN = b"\xff\x4f\xff\x51"


def strip_jpeg(content: bytes) -> bytes:
    """The JPEG without APP segments, but for the ones that say how its colours are meant, and without comments."""
    if content[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    kept = [content[:2]]
    at = 2
    while (at := content.find(b"\xff", at)) >= 0:
        marker = content[at + 1 : at + 2]
        if marker in {b"\xff", b"\x00"}:
            at += 1
            continue
        if not marker or marker[0] == _JPEG_END:
            break
        end = _end_of_jpeg_part(content, at, marker[0])
        kept.append(_bare_jpeg_part(content[at:end], marker[0]))
        at = end
    return b"".join((*kept, b"\xff\xd9"))


def _end_of_jpeg_part(content: bytes, at: int, marker: int) -> int:
    """Where the segment ends that begins at `at`; of a scan, with the points that follow it."""
    if marker in _JPEG_BARE:
        return at + 2
    if marker == _JPEG_START:
        raise ValueError("a picture within the picture")
    length = int.from_bytes(content[at + 2 : at + 4], "big")
    end = at + 2 + length
    if length < 2 or end > len(content):
        raise ValueError("a segment that does not fit")
    if marker != _JPEG_SCAN:
        return end
    after = _AFTER_SCAN.search(content, end)
    return after.start() if after else len(content)


def _bare_jpeg_part(part: bytes, marker: int) -> bytes:
    """The segment as it is kept: empty, shortened, or as it was."""
    about = part[4:]
    if marker == 0xE0 and about.startswith(b"JFIF\0") and len(about) >= 14:
        return part[:2] + (16).to_bytes(2, "big") + about[:12] + b"\0\0"  # without its small picture
    if marker == 0xE2 and about.startswith(b"ICC_PROFILE\0"):
        return part
    if marker == 0xEE and about.startswith(b"Adobe") and len(about) >= 12:
        return part[:2] + (14).to_bytes(2, "big") + about[:12]
    return part if marker in _JPEG_POINTS else b""


def strip_jpeg2000(content: bytes) -> bytes:
    """The JPEG 2000 file without boxes that describe it, and with blanks where its points had comments."""
    if content.startswith(_J2K_SIGN):
        return _blank_comments(content)
    if not content.startswith(_JP2_SIGN):
        raise ValueError("no JPEG 2000")
    return b"".join(_kept_boxes(content))


def _kept_boxes(content: bytes) -> Iterator[bytes]:
    for kind, body in _boxes(content):
        if kind == b"jp2h":
            inside = b"".join(_box(name, inner) for name, inner in _boxes(body) if name in _JP2_HEADER_KEPT)
            yield _box(kind, inside)
        elif kind == b"jp2c":
            yield _box(kind, _blank_comments(body))
        elif kind in _JP2_KEPT:
            yield _box(kind, body)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each box. Length 1 means that the true one follows, 0 that the box is the last."""
    at = 0
    while at < len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        head = 8
        if length == 1:
            length, head = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        elif length == 0:
            length = len(content) - at
        if length < head or at + length > len(content):
            raise ValueError("a box that does not fit")
        yield kind, content[at + head : at + length]
        at += length


def _box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def _blank_comments(stream: bytes) -> bytes:
    """The code stream with zeros for each comment, since other parts of it count its bytes."""
    if not stream.startswith(_J2K_SIGN):
        raise ValueError("no JPEG 2000 code stream")
    made = bytearray(stream)
    at, tile_end = 2, 0
    while at < len(stream) and stream[at : at + 2] != b"\xff\xd9":
        if stream[at : at + 2] == b"\xff\x93" and tile_end > at:
            at = tile_end  # past the points
            continue
        marker, end = stream[at : at + 2], at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
        if marker[0] != 0xFF or end < at + 4 or end > len(stream):
            raise ValueError("a part that does not fit")
        if marker == b"\xff\x90":
            length = int.from_bytes(stream[at + 6 : at + 10], "big")
            tile_end = at + length if length else _end_of_last_tile(stream)
            if tile_end > len(stream):
                raise ValueError("a tile that does not fit")
        elif marker == b"\xff\x64":
            made[at + 6 : end] = bytes(max(end - at - 6, 0))
        at = end
    return bytes(made[:at]) + b"\xff\xd9"


def _end_of_last_tile(stream: bytes) -> int:
    return len(stream) - 2 if stream.endswith(b"\xff\xd9") else len(stream)
