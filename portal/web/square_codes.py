"""A square code for a phone's camera, drawn as SVG into the page: black on white, which cameras read."""

from __future__ import annotations

import io

import segno
from markupsafe import Markup


def draw_code(text: str) -> Markup:
    """The SVG of a QR code, without any style or script of its own."""
    stream = io.BytesIO()
    segno.make(text, error="m").save(
        stream,
        kind="svg",
        xmldecl=False,
        svgns=True,
        scale=4,
        dark="#000",
        light="#fff",
        svgclass="square-code",
        lineclass=None,
    )
    return Markup(stream.getvalue().decode())  # noqa: S704 - drawn by segno from modules, not from text
