"""What everybody may read: published reports and their entries, through the role that sees nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, Engine, RowMapping, Select, Text, cast, exists, func, or_, select, tuple_

from review_app.models import published as tables
from review_app.questionnaire.language import Option, Question, Questionnaire
from review_app.questionnaire.library import library

PAGE_SIZE = 50

publication_table, item_table, answer_table = tables.publication, tables.item, tables.answer


@dataclass(frozen=True)
class Filters:
    """What a reader asked for; empty means all. `party` is a code, `questionnaire` a name, `domain` an option id."""

    party: str = ""
    questionnaire: str = ""
    year: int | None = None
    domain: str = ""
    q: str = ""

    def __bool__(self) -> bool:
        return bool(self.party or self.questionnaire or self.year or self.domain or self.q)


@dataclass(frozen=True)
class Page:
    """One page of a list: at most PAGE_SIZE rows out of `total`."""

    rows: Sequence[RowMapping]
    number: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Facets:
    """What there is to choose from among current publications, and how much of it."""

    parties: dict[str, dict[str, str]]  # code -> names
    questionnaires: dict[str, Questionnaire]  # name -> its newest published edition
    years: tuple[int, ...]  # newest first
    reports: int


@dataclass(frozen=True)
class Gist:
    """What a list says of an entry besides its title: the language of the title, and the start of its description."""

    title_lang: str | None
    text: str
    lang: str | None


def public_engine() -> Engine:
    """The engine of the public role; the wiring makes it, in AUTOCOMMIT."""
    engine: Engine = current_app.extensions["public_engine"]
    return engine


def _rows(query: Select[Any]) -> Sequence[RowMapping]:
    with public_engine().connect() as connection:
        return connection.execute(query).mappings().all()


def publications(filters: Filters, page: int = 1) -> Page:
    """Current publications, newest first. One query."""
    table = publication_table.c
    query = select(publication_table, func.count().over().label("total")).where(table.is_current, *_choice(filters))
    if filters.q:
        in_an_entry = exists().where(item_table.c.publication_id == table.id, _contains(item_table.c.title, filters.q))
        query = query.where(or_(_names(filters.q), in_an_entry))
    return _page(query.order_by(table.published_at.desc(), table.id.desc()), page)


def entries(filters: Filters, page: int = 1) -> Page:
    """The entries with a page of their own in current publications, newest report first. One query."""
    table = publication_table.c
    query = (
        select(
            item_table, table.slug.label("report_slug"), table.questionnaire, table.edition, table.party_code,
            table.party_names, table.year, table.title.label("report_title"), func.count().over().label("total"),
        )
        .join(publication_table, table.id == item_table.c.publication_id)
        .where(table.is_current, item_table.c.slug.is_not(None), *_choice(filters))
    )
    if filters.q:
        query = query.where(or_(_contains(item_table.c.title, filters.q), _names(filters.q)))
    if filters.domain:
        query = query.where(_has_domain(filters.domain))
    order = (table.published_at.desc(), table.id.desc(), item_table.c.position, item_table.c.id)
    return _page(query.order_by(*order), page)


def facets() -> Facets:
    """Parties, questionnaires and years of the current publications. One query."""
    table = publication_table.c
    columns = (table.party_code, table.party_names, table.questionnaire, table.edition, table.year)
    rows = _rows(select(*columns, func.count().label("reports")).where(table.is_current).group_by(*columns))
    newest = {row["questionnaire"]: row["edition"] for row in sorted(rows, key=lambda row: row["edition"])}
    known = {(edition.name, edition.edition): edition for edition in library.editions()}
    return Facets(
        parties={row["party_code"]: row["party_names"] for row in rows},
        questionnaires={key[0]: known[key] for key in sorted(newest.items()) if key in known},
        years=tuple(sorted({row["year"] for row in rows if row["year"]}, reverse=True)),
        reports=sum(row["reports"] for row in rows),
    )


def publication(slug: str, number: int | None = None) -> RowMapping | None:
    """The current publication at an address, or the one with this number. One query."""
    table = publication_table.c
    which = table.is_current if number is None else table.number == number
    rows = _rows(select(publication_table).where(table.slug == slug, which))
    return rows[0] if rows else None


def versions(slug: str) -> Sequence[RowMapping]:
    """Number, date and sha256 of every publication at an address, newest first. One query."""
    table = publication_table.c
    columns = (table.number, table.is_current, table.published_at, table.sha256)
    return _rows(select(*columns).where(table.slug == slug).order_by(table.number.desc()))


def items_of(publication_id: int) -> Sequence[RowMapping]:
    """The entries of a publication, in order. One query."""
    table = item_table.c
    return _rows(select(item_table).where(table.publication_id == publication_id).order_by(table.position, table.id))


def answers_of(publication_id: int, item_id: UUID | None = None) -> Sequence[RowMapping]:
    """The answers of a publication, or of one of its entries, in order. One query."""
    table = answer_table.c
    query = select(answer_table).where(table.publication_id == publication_id)
    return _rows((query.where(table.item_id == item_id) if item_id else query).order_by(table.position, table.id))


def item_page(slug: str, item_slug: str, number: int | None = None) -> tuple[RowMapping, RowMapping] | None:
    """The publication and the entry at an address. Two queries."""
    found = publication(slug, number)
    if found is None:
        return None
    rows = _rows(select(item_table).where(item_table.c.publication_id == found["id"], item_table.c.slug == item_slug))
    return (found, rows[0]) if rows else None


def chapters(lasting_item_id: UUID | None) -> Sequence[RowMapping]:
    """The same lasting thing in every current publication, oldest first. At most one query."""
    if lasting_item_id is None:
        return ()
    table = publication_table.c
    return _rows(
        select(
            item_table.c.id, item_table.c.slug, item_table.c.title, table.slug.label("report_slug"), table.report_id,
            table.year, table.cycle_titles, table.title.label("report_title"),
        )
        .join(publication_table, table.id == item_table.c.publication_id)
        .where(table.is_current, item_table.c.lasting_item_id == lasting_item_id, item_table.c.slug.is_not(None))
        .order_by(table.year, table.id)
    )


def addresses(report_ids: Iterable[int]) -> dict[int, str]:
    """The public address of each report that has one. One query."""
    table = publication_table.c
    rows = _rows(select(table.report_id, table.slug).where(table.is_current, table.report_id.in_(list(report_ids))))
    return {row["report_id"]: row["slug"] for row in rows}


def gists(rows: Sequence[RowMapping]) -> dict[UUID, Gist]:
    """What the list of `entries` says of each. At most one query, whatever the number of rows."""
    roles = {row["id"]: _title_and_features(row) for row in rows}
    codes = {code for of_item in roles.values() for code in of_item}
    if not codes:
        return {}
    table = answer_table.c
    places = tuple_(table.publication_id, table.item_id).in_([(row["publication_id"], row["id"]) for row in rows])
    found: dict[UUID, Gist] = {}
    for answer in _rows(select(answer_table).where(places, table.question.in_(codes))):
        role = roles[answer["item_id"]].get(answer["question"])
        known = found.get(answer["item_id"], Gist(None, "", None))
        if role == "title":
            found[answer["item_id"]] = Gist(answer["lang"], known.text, known.lang)
        elif role == "features":
            text = str(answer["value"].get("value") or "")
            found[answer["item_id"]] = Gist(known.title_lang, text, answer["lang"])
    return found


def domain_options() -> tuple[Option, ...]:
    """Every option that a question with the role `domains` offers in any edition, in its first wording. No query."""
    options: dict[str, Option] = {}
    for edition in library.editions():
        for question in _questions(edition):
            if question.role == "domains":
                options |= {option.id: option for option in question.options if option.id not in options}
    return tuple(options.values())


def _page(query: Select[Any], page: int) -> Page:
    rows = _rows(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return Page(rows, page, rows[0]["total"] if rows else 0)


def _choice(filters: Filters) -> list[ColumnElement[bool]]:
    table = publication_table.c
    wanted = {table.party_code: filters.party, table.questionnaire: filters.questionnaire, table.year: filters.year}
    return [column == value for column, value in wanted.items() if value]


def _contains(column: Any, words: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.icontains(words, autoescape=True)
    return condition


def _names(words: str) -> ColumnElement[bool]:
    """Whether a publication's own titles, subject or party names hold the words."""
    table = publication_table.c
    columns = (table.title, table.subject, cast(table.party_names, Text), cast(table.cycle_titles, Text))
    return or_(*(_contains(column, words) for column in columns))


def _has_domain(domain: str) -> ColumnElement[bool]:
    table = answer_table.c
    codes = sorted({q.code for edition in library.editions() for q in _questions(edition) if q.role == "domains"})
    is_of_item = (table.publication_id == item_table.c.publication_id) & (table.item_id == item_table.c.id)
    chosen = table.value["value"]
    says_so = or_(chosen.contains([domain]), chosen.astext == domain)
    return exists().where(is_of_item, table.question.in_(codes), says_so)


def _questions(edition: Questionnaire) -> Iterable[Question]:
    for section in edition.sections:
        for question in section.questions:
            yield from question.questions if question.is_group else (question,)


def _title_and_features(row: RowMapping) -> dict[str, str]:
    """Code -> `title` or `features`, for those questions of an entry's group; nothing for an unknown edition."""
    try:
        group = library.get(row["questionnaire"], row["edition"]).question(row["group"])
    except KeyError:
        return {}
    roles = {question.code: question.role for question in group.questions if question.role in ("title", "features")}
    if group.title_question:
        roles[group.title_question] = "title"
    return {code: str(role) for code, role in roles.items()}


