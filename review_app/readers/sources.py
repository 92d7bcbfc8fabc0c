"""What a text shows around its answers: captions without a value, where it breaks off, headers and addresses that are no answer."""

import re

from review_app.checks import spam
from review_app.checks.found import Source
from review_app.readers.captions import CAPTIONS, Caption
from review_app.readers.furniture import is_furniture
from review_app.readers.letters import squeezed
from review_app.readers.reading import Reading

VALUES = {
    "title": "title", "agency": "agency", "website": "website", "features": "features", "results": "results",
    "money": "financial_resources_text", "partners": "partners", "evaluated": "evaluated", "conclusions": "evaluation",
    "goals": "goals", "domains": "domains", "priorities": "priorities",
}  # fmt: skip
"""Role -> the attribute of a Reading that holds what was read, in the order of the form."""

_ROLES = {"name": "title", "who": "agency", "finance": "money", "partner_header": "partners"}
_ROLE_OF_PLACE = {"financial_resources_text": "money", "evaluation": "conclusions"}
_Said = list[tuple[str, str]]
_OLDER = frozenset({"objectives", "scope", "nature", "context"})
_WITHOUT_AN_END = frozenset({"captions", "raw", "goals", "priorities", "title", "agency", "website"})
_ENDS = re.compile(r"(?:[.!?…;:)\]»”\"']|https?://\S+|\d)\s*$")
_GLUED = re.compile(r"[A-Z](?<=[a-zà-ÿ)].)")


def source_of(reading: Reading) -> Source:
    """The text behind the answers, as far as a rule has to know of it."""
    captions, furniture, glued, stray = _around(reading)
    roles = frozenset(map(_role, captions))
    blank = frozenset(role for role in roles if role in VALUES and getattr(reading, VALUES[role]) in (None, "", ()))
    spoken = {min(one.languages) for one in captions}
    return Source(
        captions=roles, blank=blank, cut=_cut(reading), is_older=bool(_OLDER & roles) or (reading.year is not None and reading.year < 2019),
        languages=tuple(sorted(spoken)) if reading.heading_language == "mixed" else (),
        furniture=tuple(furniture), glued=tuple(glued), stray=tuple(stray),
    )


def _role(caption: Caption) -> str:
    return _ROLES.get(caption.field, caption.field)


def _around(reading: Reading) -> tuple[list[Caption], _Said, _Said, _Said]:
    """The captions; furniture, headers glued together and strange addresses, each with the role of the caption above it."""
    captions: list[Caption] = []
    furniture, glued, stray = _Said(), _Said(), _Said()
    role = "title"
    for piece in reading.pieces:
        if piece.place not in ("captions", "junk"):
            continue
        words = reading.text[piece.start:piece.end]
        if piece.place == "captions":
            if caption := CAPTIONS.get(squeezed(words)):
                captions.append(caption)
                role = _role(caption)
            if _GLUED.search(words):
                glued.append((role, words))
        elif is_furniture(words):
            furniture.append((role, words))
        elif spam.spans(words):
            stray.append((role, words))
    return captions, furniture, glued, stray


def _cut(reading: Reading) -> str | None:
    """The role of the answer in which the text breaks off; None when it seems whole."""
    pieces = [piece for piece in reading.pieces if piece.place != "junk"]
    if reading.is_cut_in_caption:
        return "unplaced"
    if not pieces:
        return None
    last = pieces[-1]
    if last.place == "partner":
        return "partners"
    if reading.pieces[-1].place == "junk" or last.place in _WITHOUT_AN_END or _ENDS.search(reading.text[last.start:last.end].split()[-1]):
        return None
    return _ROLE_OF_PLACE.get(last.place, last.place)
