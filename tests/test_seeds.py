"""The demo world: what it holds, what of it is public, and that it is built once."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from config import Settings, SetupError
from review_app.extensions import db as database
from review_app.models import (
    Attachment,
    ContributionLink,
    Cycle,
    Finding,
    LastingItem,
    Membership,
    Notice,
    Party,
    Person,
    Point,
    Report,
    Snapshot,
)
from review_app.queries.answers import sheet_of
from review_app.queries.contributions import offers, state_of
from review_app.queries.declarations import text_sha256
from review_app.queries.fates import lasting_rows
from review_app.queries.invariants import broken
from seeds.__main__ import fill, main
from seeds.reference import load_parties, read_data
from tests.browser import Browser

SPAM = ("bestbonus.biz", "eokul365.com")
CECREA = "children's participation from the local, with effective impact: the cecrea model"
PUBLISHED = {
    "chile-qpr-2020": [CECREA],
    "peru-qpr-2020": ["Culture Points", "Public Management Meeting on Cultural Industries and Arts", "‘CONECTA’ Meeting"],
}
SUMS = {
    CECREA: "Budget 2020*: clp$2.623.972.000.-/usd $3.365.000.- *annual budget.",
    "Culture Points": "Approximately USD 125,000.00 per year.",
    "Public Management Meeting on Cultural Industries and Arts": "Approximately USD 1,020.00 per year (2019).",
    "‘CONECTA’ Meeting": "As of 2019, an approximate amount of USD 11,782.5 was allocated.",
}


@pytest.fixture
def world(app: Flask, settings: Settings) -> datetime:
    """Built as `python -m seeds` does it; a second time changes nothing."""
    is_demo = replace(settings, is_demo=True)
    assert fill(is_demo) == "The demo world is built."
    assert "nothing was done" in fill(is_demo)
    app.extensions["celery"].set_current()
    return datetime.now(UTC)


def people() -> list[dict[str, Any]]:
    return list(read_data("people"))


def test_the_demo_world(app: Flask, world: datetime, client: Browser) -> None:
    with app.app_context():
        check_people()
        check_states()
        check_the_secretariats_view(world)
        check_what_was_imported()
        check_mail(world)
        check_the_contributions(world)
        check_the_declarations(world)
        check_the_fates()
        check_the_files()
        check_the_lead()
        assert broken() == {}
        database.session.remove()
    check_the_public_site(app, client)
    with app.app_context():
        check_the_past()


def check_people() -> None:
    roles = Counter(m.role for person in database.session.scalars(select(Person)) for m in person.memberships)
    assert roles == {"administrator": 1, "reviewer": 2, "coordinator": 8, "contributor": 5}
    scoped = [m for person in database.session.scalars(select(Person)) for m in person.memberships if m.sections]
    assert [m.sections for m in scoped] == [["cultural_and_creative_sectors"]]
    waiting = database.session.scalars(select(Person).where(Person.password.is_(None))).all()
    assert [person.email for person in waiting] == ["lucia.hernandez@example.org"]
    assert len({person.language for person in database.session.scalars(select(Person))}) == 3


def check_states() -> None:
    """One report of 2027 in each state of its life."""
    rows = database.session.scalars(select(Report).join(Cycle).where(Cycle.slug == "qpr-2027")).all()
    found = {r.party_code: (r.state, r.round, r.is_taken, r.started_at is not None) for r in rows}
    assert found == {
        "CA": ("draft", 0, False, False), "MX": ("draft", 0, False, False), "CL": ("draft", 0, False, True),
        "KE": ("review", 1, False, True), "VN": ("review", 1, True, True), "PE": ("review", 2, False, True),
        "SN": ("revision", 1, True, True), "SI": ("published", 1, True, True),
    }  # fmt: skip
    cycles = {c.slug: c.state for c in database.session.scalars(select(Cycle))}
    assert cycles == {
        "qpr-2020": "archived", "case-studies": "open", "monitoring-trial": "closed", "qpr-2027": "open", "monitoring-2026": "open",
    }
    due = database.session.scalars(select(Cycle).where(Cycle.slug == "qpr-2027")).one()
    assert str(due.due_on) == "2027-06-30"


def check_the_secretariats_view(now: datetime) -> None:
    senegal = database.session.scalars(select(Report).join(Cycle).where(Cycle.slug == "qpr-2027", Report.party_code == "SN")).one()
    assert senegal.notices_leave_at is not None and senegal.notices_leave_at < now
    points = database.session.scalars(select(Point).where(Point.report_id == senegal.id)).all()
    assert Counter((p.weight, p.reply is not None) for p in points) == {("must", False): 1, ("must", True): 1, ("should", True): 2}
    future = database.session.scalar(select(func.count()).select_from(Report).where(Report.submitted_at > now))
    assert future == 0


def check_what_was_imported() -> None:
    """The snapshot keeps what was found, the findings say what is wrong with it."""
    peru = database.session.scalars(select(Report).join(Cycle).where(Cycle.slug == "qpr-2020", Report.party_code == "PE")).one()
    snapshot = database.session.scalars(select(Snapshot).where(Snapshot.report_id == peru.id)).one()
    assert all(token in snapshot.content for token in SPAM)
    rules = set(database.session.scalars(select(Finding.rule).where(Finding.report_id == peru.id)))
    assert {"SPAM-01", "EVAL-01", "EVAL-02", "TAG-01", "PART-01"} <= rules
    chile = database.session.scalars(select(Report).join(Cycle).where(Cycle.slug == "qpr-2020", Report.party_code == "CL")).one()
    rules = set(database.session.scalars(select(Finding.rule).where(Finding.report_id == chile.id)))
    assert {"EVAL-01", "TAG-01"} <= rules and not rules & {"MON-01", "SPAM-01", "FORM-01"}


def check_mail(now: datetime) -> None:
    """A worker that starts now sends a few mails about the last days, and none about last year."""
    waiting = database.session.scalars(select(Notice).where(Notice.channel == "mail", Notice.status == "pending")).all()
    assert 3 <= len(waiting) <= 20
    assert all(notice.not_before > now - timedelta(days=7) for notice in waiting)


def check_the_contributions(now: datetime) -> None:
    """One that came back and waits for Chile's coordinator, and one that was not opened yet."""
    to_write = select(ContributionLink).where(ContributionLink.section.is_not(None)).order_by(ContributionLink.id)
    links = database.session.scalars(to_write).all()
    assert [state_of(link, now) for link in links] == ["answered", "sent"]
    waiting = offers(links[0].report)
    assert [(offer.group, len(offer.texts)) for offer in waiting] == [("cso_measures", 5), (None, 1)]


def check_the_declarations(now: datetime) -> None:
    """One that Senegal waits for, one that Kenya submitted with, one that counts no more as Chile wrote on."""
    links = database.session.scalars(select(ContributionLink).where(ContributionLink.section.is_(None))).all()
    found = {link.report.party_code: (state_of(link, now), is_fresh(link)) for link in links}
    assert found == {"SN": ("sent", False), "KE": ("answered", True), "CL": ("answered", False)}
    signed = database.session.scalars(select(Snapshot).join(Report).where(Report.party_code == "KE")).one().signatory
    assert signed is not None and signed["name"] == "Grace Achieng" and "declared_at" in signed


def is_fresh(link: ContributionLink) -> bool:
    return link.declared_sha256 == text_sha256(link.report, sheet_of(link.report))


def check_the_fates() -> None:
    """In Chile and Senegal one is open; reports that were submitted tell all of theirs."""
    reports = database.session.scalars(select(Report).join(Cycle).where(Cycle.slug == "qpr-2027"))
    found = {report.party_code: sorted(row.item.fate or "" for row in lasting_rows(report) if row.is_carried) for report in reports}
    assert {party: fates for party, fates in found.items() if fates} == {
        "CL": ["open"], "PE": ["continues", "merged", "not_followed_up"], "SI": ["continues", "ended", "renamed"],
        "SN": ["continues", "merged", "open"],
    }  # fmt: skip


def check_the_files() -> None:
    files = database.session.scalars(select(Attachment)).all()
    assert Counter((file.kind, file.status) for file in files) == {("pdf", "ready"): 2, ("png", "ready"): 2}


def check_the_lead() -> None:
    roles = {m.person.name: m.role for m in database.session.scalars(select(Membership).where(Membership.party_code == "SN"))}
    assert roles == {"Aminata Diop": "coordinator", "Ousmane Fall": "contributor", "Moussa Ndiaye": "contributor"}


def check_the_public_site(app: Flask, client: Browser) -> None:
    pages = {slug: client.get(f"/en/published/{slug}").text for slug in PUBLISHED}
    for slug, titles in PUBLISHED.items():
        assert all(title in pages[slug] for title in titles)
    with app.app_context():
        items = {row.title: (row.party_code, row.slug) for row in database.session.scalars(select(LastingItem))}
    for title, words in SUMS.items():
        party, slug = items[title]
        report = "chile-qpr-2020" if party == "CL" else "peru-qpr-2020"
        page = client.get(f"/en/published/{report}/entries/{slug}").text
        assert title in page and words in page
        assert not any(token in page.lower() for token in SPAM)
        pages[slug] = page
    assert "Antenor Orrego Private University (UPAO)" in pages[items["‘CONECTA’ Meeting"][1]]
    case = client.get("/en/published/chile-case-studies-chile-crece-contigo-chcc").text
    facts = ("In 2018, US$ 78.8 million", "Felipe Arriet", "345 municipalities", "Nadie es Perfecto", "Uruguay, Colombia")
    for words in facts:
        assert words in case
    assert "Slovenia" in client.get("/en/").text
    slovenia = client.get("/en/published/slovenia-qpr-2027")
    assert slovenia.has("No data", "Planned by 30 June 2028", "Not applicable", "three-year-contracts.pdf", "a-month-elsewhere.png")
    chapter = client.get("/en/published/slovenia-qpr-2027/entries/a-month-elsewhere")
    assert chapter.has("Planned by 31 March 2028", "Periodic reports 2020: A month elsewhere")
    assert chapter.select('[lang="ar"][dir="rtl"]')
    assert client.get("/en/published/slovenia-qpr-2020/entries/a-bus-to-the-theatre").has("Ended")
    for language in ("en", "fr", "es"):
        for slug in (*PUBLISHED, "slovenia-qpr-2027", "chile-monitoring-trial-chile-crece-contigo"):
            page = client.get(f"/{language}/published/{slug}").text
            assert not any(token in page.lower() for token in SPAM)


def check_the_past() -> None:
    before = database.session.scalar(select(func.count()).select_from(Notice).where(Notice.status == "recalled"))
    assert before and before > 20


def test_the_demo_world_is_built_only_for_a_demo(app: Flask, settings: Settings) -> None:
    with pytest.raises(SetupError, match="--reference"):
        fill(settings)
    assert fill(settings, only_reference=True) == "153 parties are up to date."
    with app.app_context():
        assert database.session.scalar(select(func.count()).select_from(Person)) == 0


def test_the_command_tells_who_may_sign_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["seeds", "--people"])
    main()
    told = capsys.readouterr().out
    assert all(line["email"] in told and line.get("password", "not joined") in told for line in people())
    assert all(line["as"] in told and line["try"] in told for line in read_data("tries"))
    known = {word for line in people() for word in line["name"].split()}
    assert {line["as"] for line in read_data("tries")} <= known | {"anybody"}


def test_every_password_is_long_and_belongs_to_one_person() -> None:
    passwords = [line["password"] for line in people() if "password" in line]
    assert len(set(passwords)) == len(passwords) and min(map(len, passwords)) >= 12
    assert all(line["email"].endswith("@example.org") for line in people())


def test_loading_the_parties_again_corrects_names_and_adds_none(app: Flask) -> None:
    with app.app_context():
        count = load_parties()
        assert count == load_parties() == database.session.scalar(select(func.count()).select_from(Party))
        bolivia = database.session.get(Party, "BO")
        assert bolivia is not None and bolivia.names["en"] == "Bolivia (Plurinational State of)"
        assert all(set(party.names) == {"en", "fr", "es"} for party in database.session.scalars(select(Party)))
        database.session.remove()
