"""A report as a tagged PDF (PDF/UA-1), typeset by typst from templates/documents/report.typ. Its words go in as data only."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import typst
from flask_babel import gettext

from review_app.exports.outline import Cover, Entries, Line, Part, files_note, left_blank
from review_app.forms.languages import direction
from review_app.forms.questions import CONTACT_PARTS
from review_app.questionnaire.paper import offered
from review_app.readers.filled import is_empty

ROWS, LOW, TALL = 4, 0.9, 5  # rows of an empty table; centimetres of room for a short and for a long answer
DOCUMENTS = Path(__file__).resolve().parents[2] / "templates" / "documents"


def write_pdf(
    cover: Cover, parts: Sequence[Part], *, party: str, facts: Sequence[str] = (), is_form: bool = False
) -> bytes:
    """The report in reading order, or a form to write on by hand: room where there is no answer, options to tick.

    `facts`: lines below the title; `cover.note` stands at the foot of every page.
    """
    told = {
        "title": cover.title, "subtitle": cover.subtitle, "party": party, "facts": list(facts), "footer": cover.note,
        "lang": cover.language, "contents": gettext("Contents"),
        "parts": [
            {"title": part.section.title.within(cover.language), "blocks": list(_blocks(part, cover.language, is_form))}
            for part in parts
        ],
    }  # fmt: skip
    return typst.compile(
        DOCUMENTS / "report.typ", sys_inputs={"report": json.dumps(told)}, pdf_standards=["ua-1"],
        font_paths=[DOCUMENTS / "fonts"], ignore_system_fonts=True,
    )  # fmt: skip


def _blocks(part: Part, language: str, is_form: bool) -> Iterator[dict[str, Any]]:
    for block in part.blocks:
        if isinstance(block, Entries):
            name = (block.group.item_label or block.group.label).within(language)
            yield {"kind": "entries", "entries": [
                {
                    "title": entry.title or f"{name} {entry.number}", "lang": entry.lang or language,
                    "dir": direction(entry.lang or language),
                    "answers": [_answer(line, language, is_form) for line in entry.lines],
                }
                for entry in block.entries
            ]}  # fmt: skip
        else:
            yield _answer(block, language, is_form)


def _answer(line: Line, language: str, is_form: bool) -> dict[str, Any]:
    question, lang = line.question, line.lang or language
    about = {"label": question.label.within(language), "lang": lang, "dir": direction(lang)}
    if is_empty(line.words) and is_form:
        return {**about, **_room(line, language)}
    if is_empty(line.words):
        return {**about, "kind": "blank", "words": left_blank(line) or gettext("Not provided")}
    match line.words:
        case tuple() as chosen:
            return {**about, "kind": "list", "items": list(chosen)}
        case list() as rows:
            codes = [column.code for column in question.columns]
            head = [column.label.within(language) for column in question.columns]
            return {**about, "kind": "table", "head": head, "rows": [[row.get(code, "") for code in codes] for row in rows]}
        case dict() as fields:
            names: dict[str, Any] = dict(CONTACT_PARTS)
            said = "\n".join(f"{names[field]}: {words}" for field, words in fields.items())
            return {**about, "kind": "words", "words": said}
        case words:
            return {**about, "kind": "words", "words": words}


def _room(line: Line, language: str) -> dict[str, Any]:
    """Where somebody writes by hand: boxes to tick, an empty table, or lines."""
    question = line.question
    hint = "\n".join(text.within(language) for text in (question.hint, question.guidance) if text)
    if choices := offered(question, language):
        return {"kind": "ticks", "items": choices, "hint": hint}
    if question.type == "table":
        head = [column.label.within(language) for column in question.columns]
        return {"kind": "table", "head": head, "rows": [[" "] * len(head)] * ROWS, "hint": hint}
    if question.type == "file":
        return {"kind": "words", "words": files_note()}
    if question.type == "contact":
        return {"kind": "lines", "items": [str(label) for _, label in CONTACT_PARTS], "hint": hint}
    return {"kind": "room", "height": TALL if question.type == "longtext" else LOW, "hint": hint}
