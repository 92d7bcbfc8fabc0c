"""The office: a cycle from its plan to its reports, people, later dates, and lists that cost the same for 1 and 30 rows."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from review_app.extensions import db as database
from review_app.mailing import compose
from review_app.models import Cycle, CycleParty, Entry, Membership, Notice, Party, Person, Report
from review_app.operations import accounts, contributions, cycles, dispatching
from review_app.permissions import SYSTEM
from review_app.queries import office
from review_app.queries.reports import due_moment
from review_app.questionnaire.library import library
from review_app.transaction import atomic
from tests.browser import Browser
from tests.people import add_parties, make_person, person_named, sign_in
from workflows.engine import Blocked

NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
DUE = date(2027, 6, 30)


@pytest.fixture
def ada(app: Flask, new_client: Callable[[], Browser]) -> Browser:
    """An administrator's browser, with three parties and a coordinator of Chile."""
    with app.app_context():
        add_parties()
        make_person("ada", "administrator")
        make_person("carla", "coordinator", "CL")
    return sign_in(new_client(), "ada")


def planned(slug: str = "qpr-2027", expected: tuple[tuple[str, str], ...] = (("CL", ""), ("PE", ""))) -> Cycle:
    return cycles.plan_cycle(
        SYSTEM, slug=slug, titles={"en": "Reports 2027"}, questionnaire="qpr", edition="2019", now=NOW, due_on=DUE,
        starts_on=date(2023, 1, 1), ends_on=date(2026, 12, 31), expected=expected,
    )


def opened(**more: object) -> Cycle:
    cycle = planned(**more)  # type: ignore[arg-type]
    return cycles.move_cycle(SYSTEM, cycle.id, "open", seen=cycle.row_version, now=NOW)


def test_a_rolling_cycle_has_no_dates_and_may_begin_empty(ada: Browser, app: Flask) -> None:
    page = ada.get("/en/office/cycles/new").follow("Application for recognition")
    assert page.has("It is answered at any time") and not page.select("[name=due_on], [name=starts_on]")
    page = page.fill({"title_en": "Culture points"}).press("Plan the cycle").press("Open the cycle")
    page.fill({"party": "PE", "subject": "Quinta Vista"}).press("Add")
    with app.app_context():
        [report] = database.session.scalars(select(Report))
        assert (report.party_code, report.subject, report.due_on) == ("PE", "Quinta Vista", None)
        with pytest.raises(Blocked) as blocked:
            cycles.plan_cycle(
                SYSTEM, slug="dated", titles={"en": "Dated"}, questionnaire="recognition", edition="2026", now=NOW, due_on=DUE
            )
    assert [str(reason) for reason in blocked.value.reasons] == [
        "This questionnaire is answered at any time. Leave the period and the due date empty."
    ]


@pytest.mark.by_hand("cycle: its questionnaire is installed for this test only", "reports")
def test_an_edition_whose_crosswalk_leaves_out_questions_cannot_open(ada: Browser, settings: Settings, tmp_path: Path) -> None:
    question = "{code: %s, type: text, label: {en: A, fr: A, es: A}}"
    for edition, code in (("1", "old"), ("2", "fresh")):
        (tmp_path / f"{edition}.yaml").write_text(
            f'name: survey\nedition: "{edition}"\ntitle: {{en: Survey {edition}, fr: S, es: S}}\nsections:\n'
            f"  - {{code: only, title: {{en: O, fr: O, es: O}}, questions: [{question % code}]}}\n"
        )
    paths = [*settings.questionnaire_paths, tmp_path]
    try:
        library.configure(paths)
        page = ada.get("/en/office/cycles/new").follow("Survey 2")
        page = page.fill({"title_en": "Second", "due_on": "2027-06-30", "parties": ["CL"]}).press("Plan the cycle")
        page = page.press("Open the cycle", status=422)
        assert page.has("The crosswalk from the edition before leaves out questions: 2, among them “old”. Add a line for each")
        crosswalk = 'questionnaire: survey\nfrom: "1"\nto: "2"\nreport: [{reworded: old, to: fresh}]\n'
        (tmp_path / "1-to-2.yaml").write_text(crosswalk)
        library.configure(paths)
        assert ada.get("/en/office/cycles/second").press("Open the cycle").has("The cycle is open.")
    finally:
        library.configure(settings.questionnaire_paths)


@pytest.mark.parametrize(("language", "shown"), [("en", "1 June 2027"), ("fr", "1er juin 2027"), ("es", "1 de junio de 2027")])
def test_the_first_of_a_month(ada: Browser, app: Flask, language: str, shown: str) -> None:
    with app.app_context():
        cycles.plan_cycle(
            SYSTEM, slug="june", titles={"en": "June"}, questionnaire="qpr", edition="2019", now=NOW, due_on=date(2027, 6, 1)
        )
    assert ada.get(f"/{language}/office/cycles/june").has(shown)


def test_a_cycle_is_planned_opened_closed_and_reopened(ada: Browser, app: Flask) -> None:
    page = ada.get("/en/office/cycles/new").follow("Quadrennial periodic report")
    page.fill({
        "title_en": "Reports of 2027", "starts_on": "2023-01-01", "ends_on": "2026-12-31", "due_on": "2027-06-30",
        "due_zone": "America/Santiago", "parties": ["CL", "PE"],
    })
    page = page.press("Plan the cycle")
    assert page.h1 == "Reports of 2027"
    assert page.has("Planned", "Chile", "Peru", "Not started")
    page = page.press("Open the cycle")
    assert page.has("The cycle is open.")
    with app.app_context():
        assert database.session.query(Report).count() == 2
        assert {report.due_zone for report in database.session.query(Report)} == {"America/Santiago"}
    page = page.press("Close the cycle").press("Open it again")
    assert page.has("The cycle is open again.")

    # The next one of this questionnaire begins with the same parties.
    page = ada.get("/en/office/cycles/new").follow("Quadrennial periodic report")
    assert page.has("Ticked are those of the last cycle of this questionnaire.")
    assert [box["value"] for box in page.select("[name=parties][checked]")] == ["CL", "PE"]


def test_a_cycle_with_subjects_asks_for_a_party_and_a_subject_a_line(ada: Browser) -> None:
    page = ada.get("/en/office/cycles/new?questionnaire=programme-monitoring/2026")
    page.fill({"title_en": "Programmes 2026", "rows-0-party": "CL", "rows-0-subject": "Arts for All", "rows-1-party": "CL",
               "rows-1-subject": "Creative Cities"})
    page = page.press("Plan the cycle")
    assert page.has("Arts for All", "Creative Cities")
    page.fill({"party": "PE", "subject": "Living Culture"})
    assert page.press("Add").has("One more report is expected.", "Living Culture")


def test_a_report_without_its_party_is_asked_for_and_what_was_typed_stays(ada: Browser) -> None:
    page = ada.get("/en/office/cycles/new?questionnaire=programme-monitoring/2026")
    typed = {"title_en": "Programmes 2027", "due_on": DUE.isoformat(), "rows-1-subject": "Living Culture"}
    page = page.fill(typed).press("Plan the cycle", status=422)
    assert page.errors == ["Choose a party"] and page.value("rows-1-subject") == "Living Culture"
    cycle = page.fill({"rows-1-party": "CL"}).press("Plan the cycle")
    refused = cycle.fill({"subject": "Music for All"}).press("Add", status=422)
    assert refused.errors == ["Choose a party"] and refused.value("subject") == "Music for All"
    late = ada.get(cycle.url).press("Open the cycle").fill({"party": "PE", "subject": "Music for All"})
    ada.get(cycle.url).press("Close the cycle")
    late = late.press("Add", status=422)
    assert late.has("This cycle is closed. Reopen it before adding reports.", "What you wrote", "Music for All")


def test_what_was_typed_stays_when_a_cycle_cannot_be_planned(ada: Browser) -> None:
    page = ada.get("/en/office/cycles/new?questionnaire=qpr/2019")
    page.fill({"title_fr": "Rapports", "starts_on": "2026-01-01", "ends_on": "2025-01-01", "due_on": "soon", "parties": ["PE"]})
    page = page.press("Plan the cycle", status=422)
    assert page.errors == [
        "Give the cycle a title.", "The period ends before it starts.", "This is not a date. Write it as in 2027-06-30.",
    ]
    assert page.value("title_fr") == "Rapports"
    assert page.value("due_on") == "soon"
    assert page.value("parties") == ["PE"]


def test_a_cycle_that_expects_nobody_stays_planned_and_says_why(ada: Browser, app: Flask) -> None:
    with app.app_context():
        planned(expected=())
    page = ada.get("/en/office/cycles/qpr-2027").press("Open the cycle", status=422)
    assert page.errors == ["No party is expected. Choose at least one."]


def test_an_old_page_cannot_move_a_cycle(ada: Browser, app: Flask) -> None:
    with app.app_context():
        planned()
    page, old = (ada.get("/en/office/cycles/qpr-2027") for _ in range(2))
    page.press("Open the cycle")
    old.press("Open the cycle", status=409)


@pytest.mark.by_hand("reports are put into each state", "accounts", "published", "reports", "reviews")
def test_the_table_counts_each_status_and_filters_by_it(ada: Browser, app: Flask) -> None:
    with app.app_context():
        cycle = opened(expected=(("CL", ""), ("PE", ""), ("KE", "")))
        _spread(cycle.id)
    page = ada.get("/en/office/cycles/qpr-2027")
    assert page.has("3 Expected", "1 In review", "1 Published")
    page = page.follow("In review")
    assert [row[0] for row in page.rows()] == ["Chile"]
    assert ada.get("/en/office/cycles/qpr-2027?status=overdue").has("No report is in this list")


@atomic
def _spread(cycle_id: int) -> None:
    """Chile in review, Peru published, Kenya untouched."""
    reports = {report.party_code: report for report in database.session.scalars(select(Report).where(Report.cycle_id == cycle_id))}
    for code, state in (("CL", "review"), ("PE", "published")):
        report = reports[code]
        report.round, report.first_submitted_at, report.submitted_at = 1, NOW, NOW
        report.published_at = NOW if state == "published" else None
        setattr(report, "state", state)  # noqa: B010 (a test may put a report where it needs it)


def test_overdue_counts_from_the_end_of_the_day_in_its_zone(db: object) -> None:
    add_parties()
    cycle = opened()
    assert due_moment(DUE, "America/Santiago") == datetime(2027, 7, 1, 4, tzinfo=UTC)
    before, after = datetime(2027, 6, 30, 23, 59, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC)
    assert office.cycle_table(cycle, now=before).counts["overdue"] == 0
    assert office.cycle_table(cycle, now=after).counts["overdue"] == 2


def test_somebody_is_invited_and_deactivated_and_comes_back(ada: Browser, app: Flask) -> None:
    page = ada.get("/en/office/people").follow("Invite somebody")
    page.fill({"name": "Nadia", "email": "Nadia@example.org", "language": "fr", "role": "contributor", "party_code": "PE"})
    page = page.press("Send the invitation")
    assert page.has("An invitation to Nadia is on its way.", "nadia@example.org", "Invited, not joined yet")
    page = page.press("Close the account of Nadia")
    assert page.has("The account of Nadia is closed.")
    assert page.press("Open the account again").has("The account of Nadia is open again.")


def test_an_invitation_for_some_sections(ada: Browser, app: Flask) -> None:
    with app.app_context():
        opened()
    page = ada.get("/en/office/people/invite")
    page.fill({"name": "Nadia", "email": "nadia@example.org", "role": "contributor", "party_code": "PE",
               "sections": ["executive_summary"]})
    assert page.press("Send the invitation").has("1 section")
    with app.app_context():
        scoped = database.session.scalar(select(Membership).where(Membership.party_code == "PE"))
        assert scoped is not None
        assert scoped.sections == ["executive_summary"]


def test_an_invitation_says_what_is_missing_and_keeps_the_rest(ada: Browser) -> None:
    page = ada.get("/en/office/people/invite").fill({"name": "Nadia", "email": "nadia", "role": "coordinator"})
    page = page.press("Send the invitation", status=422)
    assert page.errors == [
        "This is not an e-mail address. Write it as in name@example.org.", "Choose the party this person works for.",
    ]
    assert page.value("name") == "Nadia"


def test_people_are_found_by_the_very_words(ada: Browser, app: Flask) -> None:
    with app.app_context():
        for nick in ("ana_lopez", "ana-lopez"):
            make_person(nick, "contributor", "CL")
    page = ada.get("/en/office/people?words=ANA_L")
    assert page.has("ana_lopez@example.org") and not page.has("ana-lopez@example.org")


def test_parties_stand_in_the_order_of_their_names(ada: Browser, app: Flask) -> None:
    with app.app_context():
        add_two_parties()
        planned(expected=tuple((code, "") for code in ("CH", "CL", "ET", "KE", "PE")))
    order = ["Chili", "Éthiopie", "Kenya", "Pérou", "Suisse"]
    for page in ("people/invite", "cycles/new?questionnaire=qpr/2019", "people"):
        shown = [tag.get_text(strip=True) for tag in ada.get(f"/fr/office/{page}").soup.select("option, label")]
        assert [name for name in shown if name in order] == order
    assert [row[0] for row in ada.get("/fr/office/cycles/qpr-2027").rows()] == order


@atomic
def add_two_parties() -> None:
    names = {"CH": ("Switzerland", "Suisse", "Suiza"), "ET": ("Ethiopia", "Éthiopie", "Etiopía")}
    for code, (en, fr, es) in names.items():
        database.session.add(Party(code=code, names={"en": en, "fr": fr, "es": es}, region="A region"))


def test_a_mail_to_somebody_who_was_asked_by_a_link_names_them(ada: Browser, app: Flask) -> None:
    with app.app_context():
        opened()
        carla = person_named("carla")
        report = database.session.scalars(select(Report).where(Report.party_code == "CL")).one()
        place = ("general_information", None, None)
        asked = contributions.Asked(place, "Museum Service", "museums@example.org", "en", "", DUE)
        contributions.ask(carla, report.id, asked, now=NOW)
        mail = database.session.scalars(select(Notice.id).where(Notice.link_id.is_not(None))).one()
        dispatching.claim_notice(mail, now=NOW)
        dispatching.notice_failed(mail, error="No such mailbox", permanent=True, now=NOW)
        report_id = report.id
    assert ada.get("/en/office").has("Museum Service (museums@example.org)", "No such mailbox")
    assert ada.get(f"/en/office/reports/{report_id}").has("Museum Service", "No such mailbox")


def test_nobody_closes_their_own_account(ada: Browser, app: Flask) -> None:
    with app.app_context():
        own = database.session.scalar(select(Person.id).where(Person.email == "ada@example.org"))
    page = ada.get("/en/office/people")
    token = page.select("input[name=csrf_token]")[0]["value"]
    page = ada.post(f"/en/office/people/{own}/deactivate", {"csrf_token": token}, status=403)
    assert page.errors == ["You cannot deactivate your own account. Another administrator can."]


def test_a_role_is_taken_away_and_given_again(ada: Browser, app: Flask) -> None:
    with app.app_context():
        make_person("rolf", "reviewer")
        make_person("pia", "coordinator", "PE")
    page = ada.get("/en/office/people")
    assert page.press("Take away: Coordinator, Peru", status=403).errors == [
        "This is the team's only coordinator. Invite another one first."
    ]
    page = ada.get("/en/office/people").press("Take away: Reviewer")
    assert page.has("Rolf no longer has this role. Everything they wrote stays.", "No role")
    with app.app_context():
        rolf = person_named("rolf")
        told = select(Entry.fact).join(Notice).where(Notice.person_id == rolf.id, Notice.channel == "inbox")
        assert list(database.session.scalars(told)) == ["person.role_ended"]
        accounts.invite(SYSTEM, email=rolf.email, name="Rolf", language="en", role="reviewer", now=datetime.now(UTC))
        assert rolf.is_reviewer


def test_nobody_gives_up_the_office_of_administrator_alone(ada: Browser, app: Flask) -> None:
    with app.app_context():
        own = database.session.scalars(select(Membership.id).join(Person).where(Person.email == "ada@example.org")).one()
    token = ada.get("/en/office/people").select("input[name=csrf_token]")[0]["value"]
    page = ada.post(f"/en/office/roles/{own}/end", {"csrf_token": token}, status=403)
    assert page.errors == ["You cannot take this role from yourself. Another administrator can."]


def test_a_report_gets_a_later_date_with_a_reason(ada: Browser, app: Flask) -> None:
    with app.app_context():
        opened()
    page = ada.get("/en/office/cycles/qpr-2027").follow("Chile").follow("Give a later date")
    page.fill({"new_due_on": "2027-06-01", "reason": "An earthquake"})
    page = page.press("Give the later date", status=422)
    assert page.has("must be later")
    assert page.value("reason") == "An earthquake"
    page = page.fill({"new_due_on": "2027-09-30"}).press("Give the later date")
    assert page.has("The report has a later date.", "30 September 2027", "An earthquake")
    assert ada.get("/en/office/cycles/qpr-2027").has("extended")


@pytest.mark.by_hand("reports are put into review", "reports", "reviews", "answers")
def test_teams_that_owe_a_report_are_reminded_with_the_offices_own_words(ada: Browser, app: Flask, settings: Settings) -> None:
    with app.app_context():
        opened(expected=(("CL", ""), ("PE", ""), ("KE", "")))
        make_person("petra", "coordinator", "PE")
        _hand_over("PE")
    page = ada.get("/en/office/cycles/qpr-2027")
    assert page.has("1 No coordinator") and [row[0] for row in page.follow("No coordinator").rows()] == ["Kenya"]

    # Peru has handed over, nobody of Kenya would read it.
    page = page.follow("Send a reminder")
    assert [label.get_text().split(" (")[0] for label in page.select(".govuk-checkboxes__label")] == ["Chile"]
    assert page.has("1 party has no coordinator, so nobody would read it")
    assert "Tick:" not in page.text  # there is one
    page = page.fill({"reports": []}).press("Send the reminder", status=422)
    assert page.has("Choose at least one.")
    chile = str(page.select("[name=reports]")[0]["value"])
    page = page.fill({"reports": [chile], "words": "The hall is booked."}).press("Send the reminder")
    assert page.has("1 reminder is on its way.")
    assert page.follow("Chile").has("Reminder by the secretariat : The hall is booked.")

    with app.app_context():
        [entry] = database.session.scalars(select(Entry).where(Entry.fact == "report.reminded"))
        sent = database.session.scalars(select(Notice).where(Notice.entry_id == entry.id, Notice.channel == "mail"))
        [mail] = [compose(notice.id, settings=settings) for notice in sent]
        assert mail is not None
        told = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "It is due on 30 June 2027" in told and "The hall is booked." in told

    # Whoever hands over while the page stands open is left alone.
    page = ada.get("/en/office/cycles/qpr-2027").follow("Not started").follow("Send a reminder")
    with app.app_context():
        _hand_over("CL")
    assert page.press("Send the reminder", status=422).has("There is nobody to remind")


@pytest.mark.by_hand("a report is begun", "reports")
def test_who_is_reminded_is_ticked_by_status(ada: Browser, app: Flask) -> None:
    with app.app_context():
        opened(expected=(("CL", ""), ("PE", "")))
        make_person("petra", "coordinator", "PE")
        peru = _begin("PE")
    page = ada.get("/en/office/cycles/qpr-2027").follow("Send a reminder")
    offered = [name for name in page.links if " (" in name]
    ticked = {name: [box["value"] for box in page.follow(name).select("[name=reports][checked]")] for name in offered}
    everybody = [box["value"] for box in page.select("[name=reports]")]
    assert page.select("[name=reports][checked]") == []
    assert ticked == {
        "All (2)": everybody, "Not started (1)": [one for one in everybody if one != peru], "Started (1)": [peru],
    }  # fmt: skip


@atomic
def _begin(code: str) -> str:
    report = database.session.scalars(select(Report).where(Report.party_code == code)).one()
    report.started_at = NOW
    return str(report.id)


@atomic
def _hand_over(code: str) -> None:
    report = database.session.scalars(select(Report).where(Report.party_code == code)).one()
    report.round, report.first_submitted_at, report.submitted_at = 1, NOW, NOW
    setattr(report, "state", "review")  # noqa: B010 (a test may put a report where it needs it)


def test_only_an_administrator_enters(ada: Browser, app: Flask, new_client: Callable[[], Browser]) -> None:
    with app.app_context():
        report_id = opened().expected[0].id
        make_person("rita", "reviewer")
    for nick in ("rita", "carla"):
        browser = sign_in(new_client(), nick)
        for path in ("", "/cycles/new", "/cycles/qpr-2027", "/people", "/people/invite"):
            browser.get(f"/en/office{path}", status=403)
        assert browser.get(f"/en/office/reports/{report_id}", status=403 if nick == "carla" else 404)


@pytest.mark.parametrize("path", ["", "/cycles/qpr-2027", "/people"])
def test_pages_speak_three_languages(ada: Browser, app: Flask, path: str) -> None:
    with app.app_context():
        opened()
    for language in ("en", "fr", "es"):
        assert ada.get(f"/{language}/office{path}").status == 200


def test_empty_pages_offer_the_first_step(ada: Browser) -> None:
    assert "Plan the first cycle" in ada.get("/en/office").links
    assert ada.get("/en/office/people?words=nobody").has("Nobody fits these filters")


@pytest.mark.by_hand("reports are put into each state", "accounts", "published", "reports", "reviews")
def test_lists_cost_the_same_for_one_row_and_thirty(ada: Browser, app: Flask, cost: Callable[..., list[int]]) -> None:
    pages = ("/en/office", "/en/office/cycles/qpr-2027", "/en/office/cycles/qpr-2027/remind", "/en/office/people")
    with app.app_context():
        opened(expected=(("CL", ""),))
    few = cost(ada, *pages)
    with app.app_context():
        _thirty()
    assert cost(ada, *pages) == few


@atomic
def _thirty() -> None:
    """Thirty more parties that are expected, each with a coordinator and a report under way; and thirty more cycles."""
    cycle = database.session.scalars(select(Cycle)).one()
    for number in range(30):
        code = f"{chr(65 + number % 26)}{number // 26}"
        database.session.add(Party(code=code, names={"en": f"Party {number}"}))
        database.session.flush()
        person = accounts.invite(
            SYSTEM, email=f"c{number}@example.org", name=f"Coordinator {number}", language="en", role="coordinator",
            party_code=code, now=NOW,
        )
        database.session.add(CycleParty(cycle_id=cycle.id, party_code=code))
        database.session.add(Report(
            cycle_id=cycle.id, party_code=code, due_on=DUE, state="review", round=1, started_at=NOW, first_submitted_at=NOW,
            submitted_at=NOW, reviewer_id=person.id, taken_at=NOW,
        ))
        database.session.add(Cycle(slug=f"more-{number}", titles={"en": f"More {number}"}, questionnaire="qpr", edition="2019"))
