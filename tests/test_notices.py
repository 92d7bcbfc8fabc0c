"""Every fact has its line and its words; every mailed fact has its e-mail, and no e-mail is without a fact."""

import re
from pathlib import Path

import pytest

from review_app.notices import HEADLINES, NOTICES, Told, headline
from workflows.cycle import CYCLE
from workflows.periodic_report import PERIODIC_REPORT

ROOT = Path(__file__).resolve().parents[1]
EMAILS = ROOT / "templates" / "emails"

# The list of the specification: who must know by mail.
MAILED = {
    "person.invited", "person.reset_requested", "report.submitted", "report.withdrawn", "report.taken_over",
    "report.returned", "report.resubmitted", "report.published", "report.extended", "report.due_in_30_days",
    "report.overdue", "report.reminded", "file.refused", "contribution.asked", "contribution.received",
    "person.lead_handed_over", "declaration.asked", "declaration.made",
}  # fmt: skip


def test_every_fact_has_a_line_and_words():
    assert set(HEADLINES) == set(NOTICES)
    steps = {step.fact for workflow in (PERIODIC_REPORT, CYCLE) for step in workflow.steps}
    assert steps <= set(NOTICES)


def test_every_fact_has_a_name_in_the_journal(shared_app):
    with shared_app.test_request_context("/fr/"):
        page = shared_app.jinja_env.get_template("pages/macros/journal.html").module
        assert [fact for fact in NOTICES if str(page.fact_name(fact)) == fact] == []


def test_every_fact_that_operations_state_has_a_line():
    stated = set()
    for source in (ROOT / "review_app" / "operations").glob("*.py"):
        stated |= set(re.findall(r'record\(\s*"([a-z0-9_.]+)"', source.read_text(encoding="utf-8")))
    assert stated <= set(NOTICES), f"add to review_app/notices.py: {sorted(stated - set(NOTICES))}"


def test_the_mailed_facts():
    assert {fact for fact, told in NOTICES.items() if told.mail} == MAILED


@pytest.mark.parametrize("kind", ["txt", "html"])
def test_each_mailed_fact_has_its_template_and_no_template_is_left_over(kind):
    names = {path.stem for path in EMAILS.glob(f"[!_]*.{kind}")} - {"base"}  # with `_`: a part of several
    assert names == {fact.replace(".", "_") for fact in MAILED}


@pytest.mark.parametrize("path", sorted(EMAILS.glob("*.txt")), ids=lambda path: path.stem)
def test_both_forms_of_an_email_say_the_same(path):
    sentences = [set(re.findall(r"_\('((?:[^'\\]|\\.)*)'", p.read_text("utf-8"))) for p in (path, path.with_suffix(".html"))]
    only_html = {"If the button does not work, copy this address into your browser:"} if path.stem == "base" else set()
    assert sentences[1] - sentences[0] == only_html
    assert sentences[0] <= sentences[1]


def test_only_a_return_can_be_taken_back():
    assert [fact for fact, told in NOTICES.items() if told.delay == "recall"] == ["report.returned"]


def test_a_line_with_a_fault_is_refused():
    for audience, channels in ((("everybody",), ("mail",)), (("team",), ("pigeon",)), (("team",), ()), ((), ("mail",))):
        with pytest.raises(ValueError):
            Told(audience, channels)


def test_words_of_a_fact():
    assert str(headline("report.published", report="Chile, 2027")) == "Chile, 2027: the report is public"
    assert str(headline("person.password_changed")) == "Your password was changed"
