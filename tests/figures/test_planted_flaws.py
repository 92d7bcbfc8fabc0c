"""Known flaws, planted in copies of the sources: the suite finds each of them.

Two copies carry half of the flaws each. All the tests run in both, so that each fails where its flaw is and passes where it
is not.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.figures.conftest import Figure

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "docs", "*.egg-info")


@dataclass(frozen=True)
class Flaw:
    """`right` stands in `file` exactly once; `wrong` in its place is the flaw, and the assertion of `test` says `words`."""

    kind: str
    file: str
    right: str
    wrong: str
    test: str
    words: str


MATRIX = "tests/figures/test_matrix.py::"
FLAWS = (
    Flaw(
        "compare: a text of another report", "review_app/queries/answers.py",
        "select(Save).where(Save.id == save_id, Save.report_id == report.id)", "select(Save).where(Save.id == save_id)",
        MATRIX + "test_ids_in_queries_and_forms_show_and_reach_nothing", "a text of another report is there to compare",
    ),
    Flaw(
        "mass assignment", "review_app/web/auth.py",
        "    accounts.change_account(\n",
        "    person.email = request.form.get('email', person.email)\n    accounts.change_account(\n",
        "tests/test_auth.py::test_fields_that_a_form_does_not_show_change_nothing", "a field that the form does not show",
    ),
    Flaw(
        "history: an older version of another report", "review_app/queries/public.py",
        '.where(publication_table.c.slug == bindparam("report"), item_table.c.slug == bindparam("entry"))',
        '.where(item_table.c.slug == bindparam("entry"))',
        MATRIX + "test_public_addresses_of_two_reports_meet_nothing", "an entry stands under the address of another report",
    ),
    Flaw(
        "publication: what is confidential", "review_app/operations/publications.py",
        "    dirty = _without_confidential(said)\n", "    dirty = said\n",
        "tests/test_blanks.py::test_reviewers_and_the_public_read_why_and_nobody_learns_what_is_confidential",
        "/publish answered 500",  # the table of what is published refuses it
    ),
    Flaw(
        "open redirect", "review_app/web/auth.py",
        "    return is_path and not parts.scheme and not parts.netloc", '    return target.startswith("/") and not parts.scheme',
        "tests/test_auth.py::test_next_leads_nowhere_else[//evil.example]", "leads away from the site",
    ),
    Flaw(
        "copy: the frozen copy of another report", "review_app/queries/reports.py",
        "select(Snapshot).where(Snapshot.report_id == report.id, Snapshot.number == number)",
        "select(Snapshot).where(Snapshot.number == number)",
        MATRIX + "test_a_frozen_copy_belongs_to_its_report", "a draft shows the frozen copy of another report",
    ),
    Flaw(
        "stored script", "review_app/prose.py",
        "    return Markup(clean.strip())", "    return Markup(text)",
        "tests/test_public.py::test_what_was_typed_stays_text", "an inline <script>",
    ),
    Flaw(
        "export: anybody's form by its number", "review_app/web/desk/paper.py",
        '@access.report("report.read_answers")\ndef download(report: Report, what: str, kind: str) -> Response:\n',
        "@access.signed_in\ndef download(report_id: int, what: str, kind: str) -> Response:\n"
        "    from review_app.extensions import db\n    report = db.session.get_one(Report, report_id)\n",
        "tests/desk/test_at_the_door.py::test_a_strangers_report_is_nowhere", "/paper/",
    ),
    Flaw(
        "attachment: anybody's file by its id", "review_app/queries/attachments.py",
        "select(Attachment).where(Attachment.id == file_id, Attachment.report_id == report.id)",
        "select(Attachment).where(Attachment.id == file_id)",
        "tests/test_attachments.py::test_a_file_of_another_report_cannot_be_named", "answered 200, not 404",
    ),
    Flaw(
        "header injection", "review_app/mailing.py",
        """    return " ".join("".join(c if c.isprintable() else " " for c in words).split())""", "    return words",
        "tests/test_mailing.py::test_what_people_type_opens_no_header_and_no_tag", "CR or LF",
    ),
    Flaw(
        "search: the queue of a reviewer shows their own country", "review_app/queries/review.py",
        "and_(visible, Report.party_code.not_in(own), Report.state.in_(SUBMITTED))", "and_(visible, Report.state.in_(SUBMITTED))",
        "tests/review/test_queue.py::test_the_reviewer_of_a_party_never_sees_its_reports", "a report of the reviewer's own country",
    ),
    Flaw(
        "enqueue before commit", "review_app/transaction.py",
        "            session.flush()\n            if not is_held:\n",
        "            session.flush()\n            _ring_all(session)\n            if not is_held:\n",
        "tests/test_tasks.py::test_the_doorbell_rings_after_the_commit", "the doorbell rang before the commit",
    ),
    Flaw(
        "link: answers it does not name", "review_app/queries/contributions.py",
        "    existing = (sheet or sheet_of_page(report, groups=groups)) if link.shows_answers else None\n",
        "    existing = sheet or sheet_of_page(report, groups=groups)\n",
        "tests/contributions/test_behind_the_link.py::test_a_link_shows_nothing_but_what_it_names", "Secret",
    ),
    Flaw(
        "lost update", "review_app/operations/answers.py",
        "    if version != line.seen:\n", "    if version < line.seen:\n",
        "tests/desk/test_two_people.py::test_two_texts_for_one_answer_are_both_kept_and_merged",
        "the second text took the place of the first",
    ),
    Flaw(
        "imports: into the report of another party", "review_app/operations/importing.py",
        "            Report.cycle_id == batch.cycle_id, Report.party_code == party_code, Report.subject == subject\n",
        "            Report.cycle_id == batch.cycle_id, Report.subject == subject\n",
        "tests/imports/test_into_reports.py::test_texts_of_two_parties_go_into_a_report_each",
        "a text was brought into a report of another party or cycle",
    ),
    Flaw(
        "rules: switched off, and no report is checked again", "review_app/operations/rules.py",
        "    return _recheck([rule.id], cycle=cycle, now=now)\n",
        '    return _recheck([rule.id], cycle=cycle, now=now) if setting != "off" else None\n',
        "tests/rules/test_settings.py::test_a_rule_switched_off_for_a_cycle_is_silent_there",
        "a finding is open of a rule that its cycle has switched off, and nobody is to look",
    ),
    Flaw(
        "paper forms: one of another report", "review_app/queries/filled_forms.py",
        "where(FilledForm.id == form_id, FilledForm.report_id == report.id)", "where(FilledForm.id == form_id)",
        MATRIX + "test_a_form_that_came_back_belongs_to_its_report", "a filled form of another report is shown",
    ),
    Flaw(
        "kept forms: deleted by anybody", "review_app/operations/sent.py",
        "[KeptForm.id == kept_id, KeptForm.person_id == person_id]", "[KeptForm.id == kept_id]",
        MATRIX + "test_what_was_kept_for_one_person_is_deleted_by_nobody_else", "somebody deletes what was kept for carla",
    ),
    Flaw(
        "save: in the name of whoever signed in meanwhile", "review_app/web/errors.py",
        "    if once.is_page_of(person_id):\n", "    if person_id:\n",
        "tests/saving/test_on_the_line.py::test_a_token_is_renewed_for_whose_page_it_is", "== 403",
    ),
    Flaw(
        "fates: by whoever writes another section", "review_app/operations/fates.py",
        '        require(actor, "report.write", report, section=questionnaire.section_of(item.group).code)\n', "",
        "tests/test_fates.py::test_who_writes_another_section_settles_nothing", "answered 200, not 403",
    ),
    Flaw(
        "link: entries of another section", "review_app/queries/contributions.py",
        "found = next((group for group in self.groups if group.code == code), None)",
        "found = self.sheet.questionnaire.question(code)",
        "tests/contributions/test_behind_the_link.py::test_a_link_opens_no_other_section", "answered 200, not 404",
    ),
    Flaw(
        "declaration: counts although the report was changed since", "review_app/queries/declarations.py",
        " or link.declared_sha256 != text_sha256(report, sheet):", ":",
        "tests/test_declarations.py::test_a_change_after_the_declaration_makes_it_count_no_more", "answered 200, not 422",
    ),
)  # fmt: skip
HALVES = (FLAWS[::2], FLAWS[1::2])


def plant(flaws: tuple[Flaw, ...], folder: Path) -> Path:
    """A copy of the sources with these flaws."""
    copy = folder / "copy"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    for flaw in flaws:
        file = copy / flaw.file
        source = file.read_text(encoding="utf-8")
        assert source.count(flaw.right) == 1, f"{flaw.kind}: {flaw.file} does not hold {flaw.right!r} exactly once"
        file.write_text(source.replace(flaw.right, flaw.wrong), encoding="utf-8")
    return copy


def failures(copy: Path) -> dict[str, str]:
    """The tests of all flaws that fail in a copy -> what they say."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    report = copy / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "junit_family=xunit1", f"--junit-xml={report}"]
    run = subprocess.run(
        [*command, *(flaw.test for flaw in FLAWS)], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    cases = list(ElementTree.parse(report).iter("testcase"))
    found = dict.fromkeys((f"{case.get('file')}::{case.get('name')}" for case in cases), "")
    assert set(found) == {flaw.test for flaw in FLAWS}, run.stdout
    for case in cases:  # two where the test fails, and the invariants after it
        found[f"{case.get('file')}::{case.get('name')}"] += "\n".join(
            str(said.get("message")) for said in case if said.tag in ("failure", "error")
        )
    return {test: words for test, words in found.items() if words}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("flaws", HALVES, ids=["one half", "the other half"])
def test_the_suite_finds_each_planted_flaw(flaws: tuple[Flaw, ...], tmp_path: Path, figure: Figure) -> None:
    said = failures(plant(flaws, tmp_path))
    assert {test: said[test] for test in set(said) - {flaw.test for flaw in flaws}} == {}, "a test failed without its flaw"
    found = [flaw.kind for flaw in flaws if flaw.words in said.get(flaw.test, "")]
    assert {flaw.kind: said.get(flaw.test, "it passed") for flaw in flaws if flaw.kind not in found} == {}
    kinds = ", ".join(flaw.kind.split(":")[0] for flaw in flaws)
    figure(f"planted flaws that the suite finds ({kinds})", len(found), exactly=len(flaws))
