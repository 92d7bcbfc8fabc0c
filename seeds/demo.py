"""The demo world: people for each role and reports in each state, made by calling operations at believable moments."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask_security.utils import hash_password
from sqlalchemy import select

from review_app.checks.engine import check
from review_app.extensions import db
from review_app.models import Cycle, Person, Point, Report
from review_app.operations import (
    accounts,
    answers,
    contributions,
    cycles,
    declarations,
    dispatching,
    findings,
    imports,
    leads,
    notices,
    reviews,
    steps,
)
from review_app.operations.answers import Typed
from review_app.permissions import SYSTEM
from review_app.queries.answers import sheet_of
from review_app.queries.declarations import text_sha256
from review_app.queries.dispatching import due_notices, open_dispatches
from review_app.tasks import REACTIONS
from review_app.transaction import atomic
from seeds import writing
from seeds.reference import load_parties, read_data
from seeds.writing import Page

# Mail about what happened earlier is not sent: nobody wants a mailbox full of news from last year.
MAIL_DAYS = 5
READ_DAYS = 10
QPR_PARTIES = ("CA", "CL", "KE", "MX", "PE", "SI", "SN", "VN")
QPR_DUE = date(2027, 6, 30)


@atomic
def build_world(now: datetime) -> None:
    """Build all of it in one transaction, so that a seeding that was cut off leaves nothing. `now`: aware, in UTC."""
    load_parties()
    world = World(now)
    world.found_the_secretariat()
    world.bring_in_the_past()
    world.run_the_trial_year()
    world.open_the_cycles()
    world.fill_the_reports()
    world.let_the_past_rest()


class World:
    """The demo world while it is built: whom it knows by now, and what time it is for the operations."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people: dict[str, Person] = {}
        self._entries: dict[int, list[UUID]] = {}
        self._lines: dict[str, Page] = {line["key"]: line for line in read_data("people")}

    def ago(self, days: int, hour: int = 9) -> datetime:
        """A moment that many days ago, at an hour of work."""
        return datetime.combine(self.now.date() - timedelta(days=days), time(hour, tzinfo=self.now.tzinfo))

    def found_the_secretariat(self) -> None:
        self.welcome("admin", by=None, at=self.ago(420))
        for reviewer in ("jonas", "claire"):
            self.welcome(reviewer, by="admin", at=self.ago(418))

    def welcome(self, *keys: str, by: str | None, at: datetime) -> None:
        """Invite people, who join on the next day if they have a password."""
        for key in keys:
            line = self._lines[key]
            person = accounts.invite(
                self.people[by] if by else SYSTEM, email=line["email"], name=line["name"], language=line["language"],
                role=line.get("began_as") or line["role"], party_code=line.get("party"), sections=line.get("sections"), now=at,
            )
            self.meet(key, person, joined=at + timedelta(days=1, hours=2))
        self.react(at + timedelta(days=2))

    def meet(self, key: str, person: Person, *, joined: datetime) -> None:
        """From then on they may act, and sign in if they have a password."""
        line = self._lines[key]
        if "password" in line:
            password = str(hash_password(line["password"]))
            accounts.join(person, name=line["name"], password=password, language=line["language"], now=joined)
        self.people[key] = person

    def hand_over(self, leaving: str, key: str, note: str, *, at: datetime) -> None:
        """Somebody gives the lead to a colleague who is new, and stays as a contributor."""
        old, line = self.people[leaving], self._lines[key]
        successor = leads.Successor(line["email"], line["name"], line["language"])
        person = leads.hand_over(old, line["party"], successor, note=note, stays=True, now=at)
        self.meet(key, person, joined=at + timedelta(days=1, hours=2))
        self.react(at)

    def bring_in_the_past(self) -> None:
        admin = self.people["admin"]
        reports = self.plan(
            "qpr-2020", ("Periodic reports 2020", "Rapports périodiques 2020", "Informes periódicos 2020"), ("qpr", "2019"),
            [(code, "") for code in ("CL", "PE", "SI", "SN")], at=self.ago(400), starts_on=date(2016, 1, 1),
            ends_on=date(2019, 12, 31), due_on=date(2020, 4, 30), due_zone="Europe/Paris",
        )  # fmt: skip
        cases = self.plan(
            "case-studies", ("Case studies", "Études de cas", "Estudios de caso"), ("case-study", "2020"),
            [("CL", "Chile Crece Contigo (ChCC)")], at=self.ago(395),
        )  # fmt: skip
        # Into planned cycles, which have no reports yet: what was published elsewhere is never a draft here.
        self.bring_in("imported-chile-2020", reports, at=self.ago(399, 10))
        self.bring_in("imported-peru-2020", reports, at=self.ago(399, 11))
        self.bring_in("imported-slovenia-2020", reports, at=self.ago(399, 12))
        self.bring_in("imported-senegal-2020", reports, at=self.ago(399, 13))
        self.bring_in("imported-chile-crece-contigo", cases, at=self.ago(394))
        for hour, action in enumerate(("open", "close", "archive"), start=10):
            cycles.move_cycle(admin, reports.id, action, seen=reports.row_version, now=self.ago(398, hour))
        cycles.move_cycle(admin, cases.id, "open", seen=cases.row_version, now=self.ago(393))
        self.react(self.ago(392))

    def bring_in(self, name: str, cycle: Cycle, *, at: datetime) -> None:
        page = read_data(name)
        items = [imports.OldItem(item["group"], item["answers"]) for item in page.get("items", ())]
        imports.import_published(
            self.people["admin"], cycle=cycle, party_code=page["party"], subject=page.get("subject", ""), source=page["source"],
            answers=page.get("answers", {}), items=items, lang=page["lang"], now=at,
        )

    def run_the_trial_year(self) -> None:
        """One monitoring report, all the way: written, submitted with reasons for its gaps, taken, published."""
        self.welcome("valentina", by="admin", at=self.ago(330))
        self.welcome("matias", by="valentina", at=self.ago(320))
        cycle = self.plan(
            "monitoring-trial",
            ("Programme monitoring, trial 2018", "Suivi de programmes, essai 2018", "Seguimiento de programas, prueba 2018"),
            ("programme-monitoring", "2026"), [("CL", "Chile Crece Contigo")], at=self.ago(310),
            starts_on=date(2018, 1, 1), ends_on=date(2018, 12, 31), due_on=self.ago(240).date(), due_zone="America/New_York",
        )  # fmt: skip
        self.move(cycle, "open", at=self.ago(309))
        page = read_data("written-chile-crece-contigo-2018")
        report = self.write(page, "matias", at=self.ago(290), submitted=self.ago(270))
        for found in check(sheet_of(report)):
            if found.severity == "error":
                findings.reply(self.people["matias"], report.id, found.fingerprint, reason=page["reason"], now=self.ago(272))
        self.submit(report, "valentina", at=self.ago(270))
        self.step(report, "take", "jonas", at=self.ago(268))
        self.step(report, "publish", "jonas", at=self.ago(261))
        self.move(cycle, "close", at=self.ago(238))

    def open_the_cycles(self) -> None:
        reports = self.plan(
            "qpr-2027", ("Periodic reports 2027", "Rapports périodiques 2027", "Informes periódicos 2027"), ("qpr", "2019"),
            [(code, "") for code in QPR_PARTIES], at=self.ago(121), starts_on=date(2023, 1, 1), ends_on=date(2026, 12, 31),
            due_on=QPR_DUE, due_zone="Europe/Paris", carries=True,
        )  # fmt: skip
        monitoring = self.plan(
            "monitoring-2026",
            ("Programme monitoring 2026", "Suivi de programmes 2026", "Seguimiento de programas 2026"),
            ("programme-monitoring", "2026"), [("CL", "Cecrea"), ("KE", "County creative hubs"), ("PE", "Conecta")],
            at=self.ago(60), starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), due_on=date(2027, 3, 31),
            due_zone="America/New_York",
        )  # fmt: skip
        self.welcome("rosa", "ousmane", "wanjiru", "lan", "maja", "sophie", by="admin", at=self.ago(119))
        self.welcome("diego", by="rosa", at=self.ago(112))
        self.welcome("moussa", by="ousmane", at=self.ago(111))
        self.move(reports, "open", at=self.ago(110))
        self.move(monitoring, "open", at=self.ago(59))

    def fill_the_reports(self) -> None:
        """One report in each state; Canada has not begun, and Mexico's coordinator has not even joined."""
        self.publish_slovenia()
        self.return_senegal()
        self.return_peru_and_back()
        self.review_viet_nam()
        page = read_data("written-kenya-2027")
        kenya = self.write(page, "wanjiru", at=self.ago(40), submitted=self.ago(2))
        self.step(kenya, "submit", "wanjiru", at=self.ago(2, 15), declared_by=self.ask_the_official(kenya, page, "wanjiru"))
        self.draft_chile()
        self.welcome("lucia", by="admin", at=self.ago(3, 10))
        cycles.extend_due(
            self.people["admin"], self.report("qpr-2027", "MX").id, reason="A new coordinator has just been named.",
            new_due_on=max(QPR_DUE, self.now.date()) + timedelta(days=30), now=self.ago(1, 16),
        )

    def publish_slovenia(self) -> None:
        report = self.write(read_data("written-slovenia-2027"), "maja", at=self.ago(88), submitted=self.ago(65))
        self.submit(report, "maja", at=self.ago(65))
        self.step(report, "take", "jonas", at=self.ago(64, 8))
        self.step(report, "publish", "jonas", at=self.ago(58, 14))

    def return_senegal(self) -> None:
        page = read_data("written-senegal-2027")
        report = self.write(page, "moussa", at=self.ago(80), submitted=self.ago(52))
        self.submit(report, "ousmane", at=self.ago(52))
        self.step(report, "take", "claire", at=self.ago(50))
        self.send_back(report, page, "claire", at=self.ago(21))
        self.settle(report, page, "moussa", at=self.ago(9))
        self.hand_over("ousmane", "aminata", page["hand_over"], at=self.ago(4))
        self.ask_the_official(report, page, "aminata")

    def return_peru_and_back(self) -> None:
        page = read_data("written-peru-2027")
        report = self.write(page, "diego", at=self.ago(78), submitted=self.ago(48))
        self.submit(report, "rosa", at=self.ago(48))
        self.step(report, "take", "claire", at=self.ago(46))
        self.send_back(report, page, "claire", at=self.ago(44))
        self.settle(report, page, "diego", at=self.ago(30))
        self.submit(report, "rosa", "resubmit", at=self.ago(3, 14))

    def review_viet_nam(self) -> None:
        page = read_data("written-viet-nam-2027")
        report = self.write(page, "lan", at=self.ago(62), submitted=self.ago(33))
        self.submit(report, "lan", at=self.ago(33))
        self.step(report, "take", "jonas", at=self.ago(6))
        for line in page["comments"]:
            reviews.add_comment(self.people["claire"], report.id, text=line["text"], now=self.ago(5), **self.place(report, line))
        self.demand(report, page, "jonas", at=self.ago(4))

    def draft_chile(self) -> None:
        self.welcome("camila", by="valentina", at=self.ago(30))
        page = read_data("written-chile-2027")
        report = self.write({**page, "items": []}, "valentina", at=self.ago(24), submitted=self.now)
        self.ask_the_official(report, page, "valentina")
        self.write({**page, "answers": {}, "blank": {}, "files": {}}, "camila", at=self.ago(6), submitted=self.now)
        self.write(read_data("written-cecrea-2026"), "matias", at=self.ago(12), submitted=self.now)
        for line in page["contributions"]:
            self.ask_outside(report, line, "valentina", at=self.ago(line["days_ago"]))

    def ask_the_official(self, report: Report, page: Page, coordinator: str) -> int:
        """Send the link for the declaration; who is said to have declared did so. The link's id."""
        line, until = page["declaration"], self.now.date() + timedelta(days=30)
        asked = contributions.Asked((None, None, None), line["name"], line["email"], page["lang"], line["message"], until)
        link = contributions.ask(self.people[coordinator], report.id, asked, now=self.ago(line["asked_days_ago"]))
        if "days_ago" in line:
            read = text_sha256(report, sheet_of(report))
            declarations.declare(link, name=link.name, position=line["position"], read=read, now=self.ago(line["days_ago"]))
        self.react(self.ago(line.get("days_ago", line["asked_days_ago"])))
        return link.id

    def ask_outside(self, report: Report, line: Page, coordinator: str, *, at: datetime) -> None:
        """Send a link; who is said to have answered did so three days later."""
        asked = contributions.Asked(
            (line["section"], line.get("question"), None), line["name"], line.get("email"), line["language"], line["message"],
            until=self.now.date() + timedelta(days=30),
        )  # fmt: skip
        link, later = contributions.ask(self.people[coordinator], report.id, asked, now=at), at + timedelta(days=3)
        if "writer" in line:
            parts: list[tuple[Page, Page]] = [({}, line["answers"])]
            parts += [({"group": one["group"], "entry": n}, one["answers"]) for n, one in enumerate(line["entries"], start=1)]
            for place, said in parts:
                typed = [Typed(code, raw, 0, line["language"]) for code, raw in said.items()]
                contributions.save_contribution(link, typed, now=later, **place)
            contributions.send_contribution(link, writer=line["writer"], organisation=line["organisation"], now=later)
        self.react(later)

    def plan(
        self, slug: str, titles: tuple[str, str, str], edition: tuple[str, str], expected: list[tuple[str, str]], *,
        at: datetime, **period: Any,
    ) -> Cycle:
        return cycles.plan_cycle(
            self.people["admin"], slug=slug, titles=dict(zip(("en", "fr", "es"), titles, strict=True)), questionnaire=edition[0],
            edition=edition[1], expected=expected, now=at, **period,
        )

    def move(self, cycle: Cycle, action: str, *, at: datetime) -> None:
        cycles.move_cycle(self.people["admin"], cycle.id, action, seen=cycle.row_version, now=at)
        self.react(at)

    def report(self, cycle: str, party: str, subject: str = "") -> Report:
        query = select(Report).join(Cycle).where(Cycle.slug == cycle, Report.party_code == party, Report.subject == subject)
        return db.session.scalars(query).one()

    def write(self, page: Page, writer: str, *, at: datetime, submitted: datetime) -> Report:
        """Fill in what the page holds, as one person."""
        report = self.report(page["cycle"], page["party"], page.get("subject", ""))
        person = self.people[writer]
        self._entries[report.id] = writing.write(person, report, page, at=at, submitted=submitted)
        writing.tell_fates(person, report, page.get("fates", {}), now=at + timedelta(days=2))
        self.react(at)
        return report

    def step(self, report: Report, action: str, actor: str, *, at: datetime, **extras: Any) -> None:
        steps.take_step(self.people[actor], report.id, action, seen=report.row_version, now=at, **extras)
        self.react(at)

    def submit(self, report: Report, coordinator: str, action: str = "submit", *, at: datetime) -> None:
        position = self._lines[coordinator].get("position", "National point of contact")
        signatory = {"name": self.people[coordinator].name, "position": position}
        self.step(report, action, coordinator, at=at, signatory=signatory)

    def place(self, report: Report, line: Page) -> Page:
        """Where a comment, a point or a change belongs. `item` counts the entries of the page from 0."""
        item_id = self._entries[report.id][line["item"]] if "item" in line else None
        return {"section": line["section"], "item_id": item_id, "question": line["question"]}

    def demand(self, report: Report, page: Page, reviewer: str, *, at: datetime) -> None:
        for line in page["points"]:
            said = {"text": line["text"], "weight": line["weight"], **self.place(report, line)}
            reviews.add_point(self.people[reviewer], report.id, now=at, **said)

    def send_back(self, report: Report, page: Page, reviewer: str, *, at: datetime) -> None:
        self.demand(report, page, reviewer, at=at)
        due = self.now.date() + timedelta(days=60)
        self.step(report, "return", reviewer, at=at + timedelta(hours=1), new_due_on=due, letter=page["letter"])

    def settle(self, report: Report, page: Page, writer: str, *, at: datetime) -> None:
        """Answer the points that have a reply on the page, and make the changes they ask for."""
        person = self.people[writer]
        points = db.session.scalars(select(Point).where(Point.report_id == report.id).order_by(Point.id)).all()
        writing.tell_fates(person, report, page.get("fates_then", {}), now=at)
        for point, line in zip(points, page["points"], strict=True):
            if "reply" in line:
                reviews.reply_to_point(person, report.id, point.id, reply=line["reply"], now=at)
        sheet = sheet_of(report)
        for line in page["changes"]:
            place = self.place(report, line)
            cell = sheet.cell(line["question"], place["item_id"])
            typed = Typed(line["question"], line["to"], cell.row_version if cell else 0, page["lang"])
            answers.save_answers(person, report.id, [typed], section=place["section"], item_id=place["item_id"], now=at)

    def react(self, at: datetime) -> None:
        """Do what the worker would have done by then, the mail apart."""
        for entry_id in open_dispatches(at + timedelta(minutes=1), limit=1000):
            dispatching.run_dispatch(entry_id, REACTIONS, now=at)

    def let_the_past_rest(self) -> None:
        """Older mail is withheld, older news has been read, and everybody who joined was here of late."""
        self.react(self.now)
        quiet = self.ago(MAIL_DAYS)
        for notice_id in due_notices(quiet, limit=1000):
            if dispatching.claim_notice(notice_id, now=quiet):
                dispatching.withhold_notice(notice_id, reason="It happened before the demo began.")
        for key, person in self.people.items():
            if "password" in self._lines[key]:
                notices.mark_all_read(person, now=self.ago(READ_DAYS))
                accounts.seen(person, now=self.ago(1, 17))
