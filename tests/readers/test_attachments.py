"""What files are taken and what becomes of hostile ones: refused with the reason, or kept without what was hostile in them."""

from collections import Counter
from io import BytesIO

import pytest
from PIL import Image

from review_app.readers.attachments import KINDS, PROBLEMS, looked_into
from review_app.readers.files import FileProblem
from tests.hostile_files import HOSTILE, Hostile, behind_first_line, office, pdf, picture, related, with_member


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.id)
def test_a_hostile_file_is_refused_or_harmless(case: Hostile) -> None:
    content = case.make()
    if case.outcome in PROBLEMS:
        with pytest.raises(FileProblem) as refused:
            looked_into(case.name, content)
        assert refused.value.key == case.outcome
        return
    found = looked_into(case.name, content)
    assert found.name == (case.kept or case.name)
    assert not case.gone or (case.gone in content and case.gone not in found.content)


def test_there_are_three_of_each_way() -> None:
    ways = Counter("macro or external template" if case.way in ("macro", "external template") else case.way for case in HOSTILE)
    assert set(ways) == {
        "polyglot", "zip bomb", "nested archive", "macro or external template", "entity bomb", "renamed type", "path or link",
        "empty", "truncated", "name", "test virus",
    }  # fmt: skip
    assert min(ways.values()) >= 3


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("law.pdf", pdf("A law")),
        ("Law.PDF", pdf("A law")),
        ("minutes.docx", office("docx")),
        ("table.xlsx", office("xlsx")),
        ("minutes.odt", office("odt")),
        ("links.docx", related("docx", "word/document.xml", "hyperlink", "https://www.example.org")),
        ("chart.docx", with_member("docx", "word/embeddings/Microsoft_Excel_Sheet1.xlsx", office("xlsx"))),
        ("forms.pdf", behind_first_line(pdf("x"), b"<</Type /Annot /Subtype /Widget /FT /Tx>>")),
    ],
)
def test_what_people_send_is_taken_byte_for_byte(name: str, content: bytes) -> None:
    found = looked_into(name, content)
    assert (found.name, found.content, found.kind in KINDS) == (name, content, True)


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif"])
def test_a_picture_stays_the_picture(kind: str) -> None:
    sent = picture(kind)
    kept = looked_into(f"a.{'jpg' if kind == 'jpeg' else kind}", sent)
    with Image.open(BytesIO(sent)) as before, Image.open(BytesIO(kept.content)) as after:
        assert (after.format, after.size, after.tobytes()) == (before.format, before.size, before.tobytes())


def test_a_picture_that_moves_is_refused() -> None:
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "gif", save_all=True, append_images=[Image.new("RGB", (4, 4), "blue")])
    with pytest.raises(FileProblem) as refused:
        looked_into("a.gif", out.getvalue())
    assert refused.value.key == "moving"


def test_a_locked_file_is_refused() -> None:
    with pytest.raises(FileProblem) as refused:
        looked_into("a.pdf", behind_first_line(pdf("x"), b"<</Encrypt 9 0 R>>"))
    assert refused.value.key == "locked"
