"""The files that people of the demo send along: a page as PDF and a picture, both drawn here."""

import io
import json

import typst
from PIL import Image, ImageDraw

from review_app.exports.pdf import DOCUMENTS
from seeds.reference import DATA

WIDE, HIGH = 960, 540
SKY, HILLS, LAMP = "#f3e9dc", ("#6fa3a8", "#3c7f88", "#0b5563"), "#d98a4e"


def leaflet(title: str, text: str) -> bytes:
    """One page of PDF."""
    told = json.dumps({"title": title, "text": text})
    fonts = [DOCUMENTS / "fonts"]
    return typst.compile(DATA / "leaflet.typ", sys_inputs={"told": told}, font_paths=fonts, ignore_system_fonts=True)


def picture() -> bytes:
    """A PNG: three hills below a low sun."""
    image = Image.new("RGB", (WIDE, HIGH), SKY)
    pen = ImageDraw.Draw(image)
    pen.ellipse((600, 120, 780, 300), fill=LAMP)
    for step, colour in enumerate(HILLS):
        low = 260 + step * 80
        pen.polygon([(0, HIGH), (0, low + 40), (240 + 160 * step, low - 60), (WIDE, low + 90), (WIDE, HIGH)], fill=colour)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()
