"""200 generated pictures, and what `pdqhash` says of their pixels: 25 drawings, each in eight versions.

`pdqhash` 0.2.8 comes as source only: it wants a C++ compiler, NumPy and Cython on the machine that installs it, so it
is not among the packages of the tests. What it said stands in `tests/data/pdq.json` beside a digest of the pixels it
was asked about. Where it is installed, `python -m tests.pdq_pictures` asks it again and writes the file anew.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

ANSWERS = Path(__file__).resolve().parent / "data" / "pdq.json"
DRAWINGS = 25
SIZES = ((320, 240), (233, 377), (128, 128), (500, 180), (64, 64), (401, 299), (90, 160))


@dataclass(frozen=True)
class Answer:
    """What `pdqhash` said of a picture: 64 hex digits, and the quality from 0 to 100; `pixels` is their SHA-256."""

    pixels: str
    pdq: str
    quality: int


def draw(seed: int) -> Image.Image:
    """Shapes and grain over a slope of light, always the same for a seed. Every fifth is very faint."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    width, height = SIZES[seed % len(SIZES)]
    colours = [tuple(chance.randrange(256) for _channel in range(3)) for _each in range(14)]
    slope = Image.linear_gradient("L").rotate(90 * chance.randrange(4)).resize((width, height))
    picture = Image.composite(Image.new("RGB", slope.size, colours[0]), Image.new("RGB", slope.size, colours[1]), slope)
    pen = ImageDraw.Draw(picture)
    for colour in colours[2:]:
        x, y = chance.randrange(-width // 3, width), chance.randrange(-height // 3, height)
        box = (x, y, x + chance.randrange(4, width), y + chance.randrange(4, height))
        (pen.ellipse if chance.random() < 0.6 else pen.rectangle)(box, fill=colour)
    grain = Image.frombytes("RGB", picture.size, chance.randbytes(width * height * 3))
    picture = Image.blend(picture, grain, 0.08)
    return Image.blend(picture, Image.new("RGB", picture.size, colours[0]), 0.97) if seed % 5 == 4 else picture


def list_versions(picture: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """As it is, two crops, three other sizes, and two that were saved again with loss."""
    width, height = picture.size
    yield "as drawn", picture
    yield "a corner cut off", picture.crop((0, 0, width * 9 // 10, height * 9 // 10))
    yield "the middle", picture.crop((width // 4, height // 4, width * 3 // 4, height * 3 // 4))
    yield "half as large", picture.resize((max(1, width // 2), max(1, height // 2)), Image.Resampling.LANCZOS)
    yield "larger", picture.resize((width * 8 // 5, height * 8 // 5), Image.Resampling.BICUBIC)
    yield "a narrow strip", picture.resize((width, 9), Image.Resampling.BOX)
    for quality in (90, 40):
        saved = BytesIO()
        picture.save(saved, "JPEG", quality=quality)
        yield f"saved again at {quality}", Image.open(BytesIO(saved.getvalue())).convert("RGB")


@cache
def list_pictures() -> dict[str, Image.Image]:
    """All of them by name."""
    return {f"{seed} {name}": version for seed in range(DRAWINGS) for name, version in list_versions(draw(seed))}


def list_answers() -> dict[str, Answer]:
    """What `pdqhash` said, by the picture's name."""
    return {name: Answer(**answer) for name, answer in json.loads(ANSWERS.read_text()).items()}


def digest_pixels(picture: Image.Image) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()


def count_different_bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def ask_anew() -> None:
    """Ask `pdqhash` about every picture. Raises ImportError where it is not installed."""
    numpy, pdqhash = importlib.import_module("numpy"), importlib.import_module("pdqhash")
    answers = {}
    for name, picture in list_pictures().items():
        bits, quality = pdqhash.compute(numpy.asarray(picture))
        text = f"{int(''.join(str(bit) for bit in bits), 2):064x}"
        answers[name] = {"pixels": digest_pixels(picture), "pdq": text, "quality": int(quality)}
    ANSWERS.write_text(json.dumps(answers, indent=0) + "\n")


if __name__ == "__main__":
    ask_anew()
