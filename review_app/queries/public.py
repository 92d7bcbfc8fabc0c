"""What everybody may read: published reports and their entries, through the role that sees nothing else."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import (
    ARRAY,
    CTE,
    JSON,
    ColumnElement,
    Engine,
    Row,
    RowMapping,
    Select,
    Text,
    all_,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from review_app.models import published as tables
from review_app.queries.wording import worded
from review_app.questionnaire.language import LANGUAGES, Option, Questionnaire
from review_app.questionnaire.library import library

PAGE_SIZE = 50
_ACCENTS = "[\u0300-\u036f]"  # what is left of an accent when a letter is taken apart

publication_table, item_table, answer_table, fate_table = tables.publication, tables.item, tables.answer, tables.fate


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

    rows: Sequence[Row[Any]]
    number: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True)
class Facets:
    """What there is to choose from among current publications, and how much of it."""

    parties: dict[str, str]  # code -> name
    questionnaires: dict[str, Questionnaire]  # name -> its newest published edition
    years: tuple[int, ...]  # newest first
    reports: int


@dataclass(frozen=True)
class Entry:
    """What one entry's page shows: its publication and itself, its answers in order, and its life.

    `chapters`: in current publications, this one among them, with those of what was merged into it. `fates`: what a later
    report says became of it, with the entry it was merged into.
    """

    publication: Row[Any]
    item: Mapping[str, Any]
    answers: Sequence[Mapping[str, Any]]
    chapters: Sequence[Mapping[str, Any]]
    fates: Sequence[Mapping[str, Any]]


def _gathered(columns: Mapping[str, ColumnElement[Any]], *order: ColumnElement[Any]) -> ColumnElement[Any]:
    """Rows as one JSON list of objects: to read a dozen at once costs a fraction of a query."""
    named = func.json_build_object(*(part for name, column in columns.items() for part in (literal_column(f"'{name}'"), column)))
    return func.coalesce(func.json_agg(aggregate_order_by(named, *order), type_=JSON), text("'[]'"))


_TOLD_IN, _ITEM = publication_table.alias("told_in"), item_table.alias("other_item")
_FATE, _MERGE, _MERGED_IN = fate_table.alias("its_fate"), fate_table.alias("merge"), publication_table.alias("merged_in")
_TITLED = {
    "slug": _ITEM.c.slug, "title": _ITEM.c.title, "title_lang": _ITEM.c.title_lang,
    "report_id": _TOLD_IN.c.report_id, "report_slug": _TOLD_IN.c.slug, "cycle_titles": _TOLD_IN.c.cycle_titles,
}  # fmt: skip
_ANSWERS = (
    select(_gathered(
        {"question": answer_table.c.question, "value": answer_table.c.value, "lang": answer_table.c.lang},
        answer_table.c.position, answer_table.c.id,
    ))
    .where(answer_table.c.publication_id == publication_table.c.id, answer_table.c.item_id == item_table.c.id)
)  # fmt: skip
_MERGED = (
    select(_MERGE.c.lasting_item_id)
    .join_from(_MERGE, _MERGED_IN, _MERGED_IN.c.id == _MERGE.c.publication_id)
    .where(_MERGED_IN.c.is_current, _MERGE.c.into_lasting_item_id == item_table.c.lasting_item_id)
    .correlate(item_table)
)
# An array, so that the index on the lasting item serves both.
_ITS_LIFE = func.array_append(func.array(_MERGED.scalar_subquery()), item_table.c.lasting_item_id)
_CHAPTERS = (
    select(_gathered(
        {**_TITLED, "is_of_another": _ITEM.c.lasting_item_id != item_table.c.lasting_item_id},
        _TOLD_IN.c.year, _TOLD_IN.c.id, _ITEM.c.position,
    ))
    .join_from(_TOLD_IN, _ITEM, _TOLD_IN.c.id == _ITEM.c.publication_id)
    .where(_TOLD_IN.c.is_current, _ITEM.c.slug.is_not(None), _ITEM.c.lasting_item_id == any_(_ITS_LIFE))
    .correlate(item_table)
)  # fmt: skip
_FATES = (
    select(_gathered({"fate": _FATE.c.fate, **_TITLED}, _TOLD_IN.c.year, _TOLD_IN.c.id))
    .join_from(_FATE, _TOLD_IN, _TOLD_IN.c.id == _FATE.c.publication_id)
    .outerjoin(
        _ITEM,
        and_(_ITEM.c.publication_id == _FATE.c.publication_id, _ITEM.c.lasting_item_id == _FATE.c.into_lasting_item_id),
    )
    .where(_TOLD_IN.c.is_current, _FATE.c.lasting_item_id == item_table.c.lasting_item_id)
    .correlate(item_table)
)
# What its page shows: to bring all of both rows cost a thirtieth of it.
_OF_PUBLICATION = (
    "report_id", "number", "is_current", "slug", "questionnaire", "edition", "party_code", "party_names", "cycle_titles",
    "subject", "title", "starts_on", "ends_on", "year", "published_at",
)  # fmt: skip
_OF_ITEM = ("id", "slug", "group", "title")
_ENTRY = (
    select(
        *(publication_table.c[name] for name in _OF_PUBLICATION), *(item_table.c[name].label(f"item_{name}") for name in _OF_ITEM),
        _ANSWERS.scalar_subquery().label("answers"), _CHAPTERS.scalar_subquery().label("chapters"),
        _FATES.scalar_subquery().label("fates"),
    )
    .join(item_table, item_table.c.publication_id == publication_table.c.id)
    .where(publication_table.c.slug == bindparam("report"), item_table.c.slug == bindparam("entry"))
)  # fmt: skip
_CURRENT_ENTRY, _NUMBERED_ENTRY = (
    _ENTRY.where(publication_table.c.is_current), _ENTRY.where(publication_table.c.number == bindparam("number"))
)  # fmt: skip
_KNOWN = publication_table.alias("known")
_PARTY = worded(publication_table.c.party_names)
_OVER = (
    select(_FATE.c.fate).join_from(_FATE, _TOLD_IN, _TOLD_IN.c.id == _FATE.c.publication_id)
    .where(_TOLD_IN.c.is_current, _FATE.c.lasting_item_id == item_table.c.lasting_item_id)
    .correlate(item_table).limit(1)
)  # fmt: skip
_LISTED = (
    select(
        item_table.c.slug, item_table.c.title, item_table.c.title_lang, item_table.c.gist, item_table.c.gist_lang,
        publication_table.c.slug.label("report_slug"), publication_table.c.party_code, _PARTY.label("party"),
        publication_table.c.year, _OVER.scalar_subquery().label("fate"),
    )
    .join(publication_table, publication_table.c.id == item_table.c.publication_id)
    .where(publication_table.c.is_current, item_table.c.slug.is_not(None))
    .order_by(
        publication_table.c.published_at.desc(), publication_table.c.id.desc(), item_table.c.position, item_table.c.id
    )
)  # fmt: skip
_PARTIES = select(publication_table.c.party_code, _PARTY.label("party")).where(publication_table.c.is_current).distinct()
_FACETS = (
    select(
        publication_table.c.party_code, _PARTY.label("party"), publication_table.c.questionnaire, publication_table.c.edition,
        publication_table.c.year, func.count().label("reports"),
    )
    .where(publication_table.c.is_current)
    .group_by(func.grouping_sets(
        tuple_(publication_table.c.party_code, _PARTY),
        tuple_(publication_table.c.questionnaire, publication_table.c.edition),
        tuple_(publication_table.c.year),
    ))
)  # fmt: skip


def public_engine() -> Engine:
    """The engine of the public role; the wiring makes it, in AUTOCOMMIT."""
    engine: Engine = current_app.extensions["public_engine"]
    return engine


def _rows(query: Select[Any], **given: Any) -> Sequence[Row[Any]]:
    with public_engine().connect() as connection:
        return connection.execute(query, given).all()


def _mapped(query: Select[Any]) -> Sequence[RowMapping]:
    return [row._mapping for row in _rows(query)]


def publications(filters: Filters, page: int = 1) -> Page:
    """Current publications, newest first. One query."""
    table = publication_table.c
    query = select(publication_table, func.count().over().label("total")).where(table.is_current, *_choice(filters))
    if filters.q:
        named = _named()
        in_an_entry = exists().where(item_table.c.publication_id == table.id, _holds(filters.q, item_table.c.title, named))
        query = query.join(named, named.c.id == table.id).where(or_(_holds(filters.q, None, named), in_an_entry))
    return _page(query.order_by(table.published_at.desc(), table.id.desc()), page)


def entries(filters: Filters, page: int = 1, *, language: str) -> Page:
    """The entries with a page of their own in current publications, newest report first; parties' names in `language`. One query.

    Without words or a domain to look for nothing is counted: each publication knows how many entries it has.
    """
    query = _LISTED.where(*_choice(filters))
    if filters.q:
        named = _named()
        query = query.join(named, named.c.id == publication_table.c.id).where(_holds(filters.q, item_table.c.title, named))
    if filters.domain:
        query = query.where(_has_domain(filters.domain))
    total: ColumnElement[Any] = func.count().over()
    if not (filters.q or filters.domain):
        total = select(func.sum(_KNOWN.c.entries)).where(_KNOWN.c.is_current, *_choice(filters, _KNOWN.c)).scalar_subquery()
    return _page(query.add_columns(total.label("total")), page, language=language)


def parties(language: str) -> dict[str, str]:
    """Code and name, in `language` or else in English, of every party with a current publication. One query."""
    return {row.party_code: row.party or row.party_code for row in _rows(_PARTIES, language=language)}


def facets(language: str) -> Facets:
    """Parties (by their names in `language`, else in English), questionnaires and years of the current publications. One query."""
    rows = _rows(_FACETS, language=language)
    newest = {row.questionnaire: row.edition for row in sorted(rows, key=lambda row: row.edition or "") if row.edition}
    known = {(edition.name, edition.edition): edition for edition in library.editions()}
    parties = [row for row in rows if row.party_code]
    return Facets(
        parties={row.party_code: row.party or row.party_code for row in parties},
        questionnaires={key[0]: known[key] for key in sorted(newest.items()) if key in known},
        years=tuple(sorted({row.year for row in rows if row.year}, reverse=True)),
        reports=sum(row.reports for row in parties),
    )


def publication(slug: str, number: int | None = None) -> Row[Any] | None:
    """The current publication at an address, or the one with this number. One query."""
    table = publication_table.c
    which = table.is_current if number is None else table.number == number
    rows = _rows(select(publication_table).where(table.slug == slug, which))
    return rows[0] if rows else None


def versions(slug: str) -> Sequence[Row[Any]]:
    """Number, date and sha256 of every publication at an address, newest first. One query."""
    table = publication_table.c
    columns = (table.number, table.is_current, table.published_at, table.sha256)
    return _rows(select(*columns).where(table.slug == slug).order_by(table.number.desc()))


def items_of(publication_id: int) -> Sequence[RowMapping]:
    """The entries of a publication, in order. One query."""
    table = item_table.c
    return _mapped(select(item_table).where(table.publication_id == publication_id).order_by(table.position, table.id))


def answers_of(publication_id: int) -> Sequence[RowMapping]:
    """The answers of a publication, in order. One query."""
    table = answer_table.c
    return _mapped(select(answer_table).where(table.publication_id == publication_id).order_by(table.position, table.id))


def file(slug: str, file_id: UUID) -> Mapping[str, Any] | None:
    """A file that a publication at this address names, as its answer tells of it. One query."""
    named = answer_table.c.value["value"].contains([{"id": str(file_id)}])
    query = select(answer_table.c.value).join(publication_table, publication_table.c.id == answer_table.c.publication_id)
    rows = _rows(query.where(publication_table.c.slug == slug, named).limit(1))
    return next((one for one in rows[0].value["value"] if one["id"] == str(file_id)), None) if rows else None


def entry(slug: str, item_slug: str, number: int | None = None) -> Entry | None:
    """The entry at an address. One query."""
    place = {"report": slug, "entry": item_slug}
    rows = _rows(_CURRENT_ENTRY, **place) if number is None else _rows(_NUMBERED_ENTRY, **place, number=number)
    if not rows:
        return None
    row = rows[0]
    item = {name: row._mapping[f"item_{name}"] for name in _OF_ITEM}
    return Entry(row, item, row.answers, row.chapters, row.fates)


def addresses(report_ids: Iterable[int]) -> dict[int, str]:
    """The public address of each report that has one. One query."""
    table = publication_table.c
    rows = _rows(select(table.report_id, table.slug).where(table.is_current, table.report_id.in_(list(report_ids))))
    return {row.report_id: row.slug for row in rows}


def domain_options() -> tuple[Option, ...]:
    """Every option that a question with the role `domains` offers in any edition, in its first wording. No query."""
    options: dict[str, Option] = {}
    for edition in library.editions():
        for question in edition.with_role("domains"):
            options |= {option.id: option for option in question.options if option.id not in options}
    return tuple(options.values())


def _page(query: Select[Any], page: int, **given: Any) -> Page:
    # The length stands in the statement itself: the database plans it anew each time if it cannot know that a page is short.
    short = query.limit(literal_column(str(PAGE_SIZE)))
    rows = _rows(short.offset((page - 1) * PAGE_SIZE) if page > 1 else short, **given)
    return Page(rows, page, rows[0].total if rows else 0)


def _choice(filters: Filters, table: Any = publication_table.c) -> list[ColumnElement[bool]]:
    wanted = {table.party_code: filters.party, table.questionnaire: filters.questionnaire, table.year: filters.year}
    return [column == value for column, value in wanted.items() if value]


def _bare(words: Any) -> ColumnElement[str]:
    """The words in small letters and without accents."""
    letters = func.normalize(words, literal_column("NFD"))
    return func.regexp_replace(func.lower(letters), _ACCENTS, "", "g")


def _named() -> CTE:
    """The names of each current publication and of its party, made bare once for all its entries."""
    table = publication_table.c
    every_language = (names[language].astext for names in (table.party_names, table.cycle_titles) for language in LANGUAGES)
    names = _bare(func.concat_ws(" ", table.title, table.subject, *every_language))
    return select(table.id, names.label("names")).where(table.is_current).cte("named").prefix_with("MATERIALIZED")


def _holds(words: str, title: Any, named: CTE) -> ColumnElement[bool]:
    """Whether each of the words stands in the title or in the names, in whatever order."""
    bare = re.sub(_ACCENTS, "", unicodedata.normalize("NFD", words).lower())
    likes = ["%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in bare.split()]
    where = named.c.names if title is None else func.concat_ws(" ", _bare(title), named.c.names)
    return where.like(all_(bindparam(None, likes, type_=ARRAY(Text))))


def _has_domain(domain: str) -> ColumnElement[bool]:
    table = answer_table.c
    codes = sorted({question.code for edition in library.editions() for question in edition.with_role("domains")})
    is_of_item = (table.publication_id == item_table.c.publication_id) & (table.item_id == item_table.c.id)
    chosen = table.value["value"]
    says_so = or_(chosen.contains([domain]), chosen.astext == domain)
    return exists().where(is_of_item, table.question.in_(codes), says_so)
