"""An answer left blank with a reason: nothing is missing there, reviewers and the public read why, and confidential stays so."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from docx import Document
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from review_app.extensions import db as database
from review_app.models import Report, Save
from review_app.operations import cycles
from review_app.permissions import SYSTEM
from review_app.queries.invariants import broken
from tests import steps_http as steps
from tests.museums import ASKED, LEFT, Desk, desk_of_museums, missing, survey_of_museums
from tests.people import sign_in

__all__ = ["desk_of_museums", "survey_of_museums"]  # fixtures


def test_a_reason_is_all_that_was_missing(desk: Desk) -> None:
    page = desk.carla.get(desk.facts)
    assert [box["name"] for box in page.select("select[name^=blank-]")] == [f"blank-{code}" for code, _ in ASKED]
    assert len(missing(desk.carla.get(f"{desk.home}/completeness"))) == 6

    page.fill(LEFT).press("Save and come back later")
    assert desk.blank("was_evaluated") == {"reason": "planned", "until": "2028-06-30"}
    assert desk.carla.get(desk.home).has("6 of 6 needed answers", "5 blank, with a reason", "Completed")
    page = desk.carla.get(f"{desk.home}/completeness")
    assert missing(page) == []
    assert page.has("Blank, with a reason (5)", "Planned by 30 June 2028", "Not applicable", "No data", "Confidential")
    # It is told in the reader's language, and stands in the form as it was chosen.
    assert desk.carla.get(f"{desk.home}/read".replace("/en/", "/fr/")).has("Prévu pour le 30 juin 2028", "Sans objet")
    assert desk.carla.get(desk.facts).value("blank-law") == "not_applicable"

    # Taken back, the question is open again.
    desk.carla.get(desk.facts).fill({"blank-law": ""}).press("Save and come back later")
    assert missing(desk.carla.get(f"{desk.home}/completeness")) == ["Facts: Law"]


def test_what_is_empty_stands_together_with_a_way_to_each_field(desk: Desk) -> None:
    page = desk.carla.get(f"{desk.home}/completeness")
    title, together = page.select(".finding--error")  # what may not be left blank takes a reason on the page itself
    assert "“Overview” has no answer" in title.get_text() and title.select("textarea")
    assert together.select("h3 a")[0].get_text() == "Facts" and not together.select("textarea")
    assert "5 questions have no answer: answer them, or leave them blank with a reason." in together.get_text()
    assert page.select("h2#error")[0].get_text().endswith("(6)")
    links = together.select(":scope > ul a")
    assert [link.get_text() for link in links] == [code.capitalize() for code, _ in ASKED]
    form = desk.carla.get(desk.facts)
    assert all(form.select(f"[id='{str(link['href']).partition('#')[2]}']") for link in links)
    # The empty ones of an entry stand under its name; a single one says for itself what it is.
    desk.add_house("National museum", "")
    assert missing(desk.carla.get(f"{desk.home}/completeness"))[-1:] == ["Museums: National museum: What it shows"]


def test_reviewers_and_the_public_read_why_and_nobody_learns_what_is_confidential(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    desk.add_house("National museum", "not_applicable")
    desk.add_house("Secret museum", "confidential")
    # A text that somebody marked confidential as well may not go out either, whatever reason is given for it.
    steps.write(desk.carla, desk.facts, {"budget": "USD 77,777 (2026)"})
    page = desk.carla.get(f"{desk.home}/completeness")
    assert missing(page) == ["Facts: Budget"] and page.has("There is an answer, and a reason to leave it blank")
    page.fill({str(page.select("textarea")[0]["name"]): "For reviewers only."}).press("Save the reason")
    steps.submit(desk.carla, desk.report_id)

    steps.take(desk.rita, desk.report_id)
    page = desk.rita.get(f"/en/review/reports/{desk.report_id}/sections/facts")
    assert page.has("Left blank: No data", "Left blank: Confidential", "Left blank: Planned by 30 June 2028", "77,777")
    steps.publish(desk.rita, desk.report_id)

    everybody = desk.new_client()
    page = everybody.get("/en/published/chile-museums-cycle")
    assert [fact.get_text(" ", strip=True) for fact in page.select(".facts__row, .told")] == [
        "Overview Forty museums.", "Staff Left blank: No data", "Budget Not provided",
        "Was_evaluated Left blank: Planned by 30 June 2028", "Law Left blank: Not applicable",
    ]  # fmt: skip
    assert page.follow("National museum").has("Left blank: Not applicable")
    everybody.get("/en/published/chile-museums-cycle")
    assert "Left blank" not in everybody.get("/en/published/chile-museums-cycle").follow("Secret museum").main
    with desk.app.app_context():
        rows = "\n".join(database.session.scalars(text("select value::text from published.answer")))
        assert "onfidential" not in rows and "77,777" not in rows, "published.answer tells what is confidential"
        assert broken() == {}


def test_what_does_not_fit_together_is_kept_and_said(desk: Desk) -> None:
    sent = {"staff": "12", "blank-staff": "no_data", "blank-law": "planned", "until-law": "soon", "until-was_evaluated": "2028"}
    page = desk.carla.get(desk.facts).fill(sent).press("Save and continue")
    assert page.has("There is an answer, and a reason to leave it blank: take one of them away.",
                    "What is planned needs the day, up to 2100, by which it will be there",
                    "There is a day by which it is planned")  # fmt: skip
    assert [page.value(name) for name in sent] == list(sent.values())
    assert {"Facts: Staff", "Facts: Law", "Facts: Was_evaluated"} <= set(missing(desk.carla.get(f"{desk.home}/completeness")))


def test_two_people_and_the_history(desk: Desk) -> None:
    caspar = sign_in(desk.new_client(), "caspar")
    hers, his = desk.carla.get(desk.facts), caspar.get(desk.facts)
    hers.fill({"blank-law": "planned", "until-law": "2028-06-30"}).press("Save and come back later")
    page = his.fill({"law": "A law of 2021."}).press("Save and come back later")
    assert page.h1 == "Two versions of one answer" and page.has("Left blank: Planned by 30 June 2028", "A law of 2021.")
    page.press("Save this text")
    assert desk.blank("law") is None

    page = desk.carla.get(f"{desk.home}/history/law")
    assert page.has("A law of 2021.", "Left blank: Planned by 30 June 2028")
    told = next(line for line in page.select(".journal li") if "Left blank" in line.get_text())
    page = desk.carla.get(str(told.select("a")[0]["href"]))
    assert (page.value("law"), page.value("blank-law"), page.value("until-law")) == ("", "planned", "2028-06-30")
    page.press("Save this text")
    assert desk.blank("law") == {"reason": "planned", "until": "2028-06-30"}
    # A page that her colleague left alone does not fight with the reason.
    his.fill({"law": "", "staff": "3"})
    assert caspar.get(desk.facts).fill({"staff": "3"}).press("Save and come back later").h1 == "The reports of this year"


def test_a_form_on_paper_says_it_and_comes_back_without_losing_it(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    word = desk.carla.get(f"{desk.home}/paper/draft.docx").response.data
    told = [paragraph.text for table in Document(BytesIO(word)).tables for paragraph in table.cell(0, 0).paragraphs]
    assert [line for line in told if line.startswith("Left blank")] == [
        "Left blank: No data", "Left blank: Confidential", "Left blank: Planned by 30 June 2028", "Left blank: Not applicable",
        "Left blank: Confidential",
    ]  # fmt: skip
    for kind in ("docx", "xlsx"):
        file = desk.carla.get(f"{desk.home}/paper/draft.{kind}").response.data
        page = desk.carla.get(f"{desk.home}/paper")
        fields = {str(box["name"]): str(box["value"]) for box in page.select("form[enctype] input[type=hidden]")}
        page = desk.carla.post(f"{desk.home}/paper", {**fields, "file": (BytesIO(file), f"form.{kind}")})
        page.press("Put the file away")
    assert desk.blank("staff") == {"reason": "no_data", "until": ""}
    assert desk.carla.get(f"{desk.home}/paper/draft.pdf").response.data.startswith(b"%PDF")


def test_the_next_report_begins_with_the_reasons_and_each_is_confirmed(desk: Desk) -> None:
    desk.carla.get(desk.facts).fill(LEFT).press("Save and come back later")
    desk.publish()
    with desk.app.app_context():
        now = datetime.now(UTC)
        following = cycles.plan_cycle(
            SYSTEM, slug="next", titles={"en": "The next"}, questionnaire="museums", edition="1", now=now,
            starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31), due_on=steps.ahead(400), expected=[("CL", "")],
            carries=True,
        )  # fmt: skip
        cycles.move_cycle(SYSTEM, following.id, "open", seen=following.row_version, now=now)
        desk.report_id = database.session.scalars(select(Report.id).where(Report.cycle_id == following.id)).one()
    page = desk.carla.get(f"{desk.home}/completeness")
    assert missing(page) == [f"Facts: {label}" for label in ("Overview", *(code.capitalize() for code, _ in ASKED))]
    assert page.has("6 answers come from the last report: confirm them, change them or empty them.")
    desk.carla.get(desk.facts).press("Save: everything here still holds")
    assert missing(desk.carla.get(f"{desk.home}/completeness")) == []
    assert desk.blank("was_evaluated") == {"reason": "planned", "until": "2028-06-30"}


@pytest.mark.parametrize(
    "blank", [{"reason": "lazy", "until": ""}, {"reason": "", "until": ""}, {"until": "2028-06-30"}], ids=str
)
def test_the_database_knows_the_reasons(desk: Desk, blank: dict[str, str]) -> None:
    with desk.app.app_context():
        database.session.add(Save(
            report_id=desk.report_id, question="law", value={"raw": "", "value": None, "blank": blank}, seen_version=0,
            outcome="refused", actor_kind="system", created_at=datetime.now(UTC),
        ))  # fmt: skip
        with pytest.raises(IntegrityError, match="blank_has_reason"):
            database.session.flush()
