"""The public pages: what was published, for anybody. No session, no cookie, no token: any cache may keep them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, render_template, request, url_for

from review_app.forms.countries import by_name
from review_app.queries import public as queries
from review_app.queries.public import Filters, Page
from review_app.queries.reading import read_item, read_report
from review_app.questionnaire.library import library
from review_app.web import access, reads
from review_app.web.files import handed_out

blueprint = Blueprint("public", __name__)
blueprint.before_request(reads.keep_within_limit)

HIGHEST_PAGE = 1_000_000  # no list is as long


@blueprint.after_request
def let_caches_keep(response: Response) -> Response:
    """The same page for everybody, so anything on the way may keep it a minute."""
    if response.status_code == 200:
        response.cache_control.public = True
        response.cache_control.max_age = 60
    return response


@blueprint.get("/")
@access.public
def home() -> str:
    """All current publications, to search and filter."""
    filters, facets = _filters(), queries.facets(g.lang)
    page = _existing(queries.publications(filters, _page_number()))
    return render_template(
        "pages/public/home.html", filters=filters, page=page, facets=facets, parties=by_name(facets.parties.items()),
        links=_page_links(page),
    )


@blueprint.get("/entries")
@access.public
def entries() -> str:
    """Everything that has a page of its own inside a report: measures, programmes and their like."""
    filters = _filters()
    page = _existing(queries.entries(filters, _page_number(), language=g.lang))
    return render_template(
        "pages/public/entries.html", filters=filters, page=page, parties=by_name(queries.parties(g.lang).items()),
        of_party={code: url_for("public.entries", party=code) for code in {row.party_code for row in page.rows}},
        domains=queries.domain_options(), links=_page_links(page),
    )


@blueprint.get("/published/<slug>")
@blueprint.get("/published/<slug>/<int:number>")
@access.public
def report(slug: str, number: int | None = None) -> str:
    """A published report as a document; with a number, an older publication of it."""
    publication = queries.publication(slug, number) or abort(404)
    questionnaire = library.get(publication.questionnaire, publication.edition)
    reading = read_report(questionnaire, queries.items_of(publication.id), queries.answers_of(publication.id))
    return render_template(
        "pages/public/case.html" if questionnaire.page else "pages/public/report.html",
        publication=publication, questionnaire=questionnaire, reading=reading, number=number,
        versions=queries.versions(slug),
    )


@blueprint.get("/published/<slug>/entries/<item_slug>")
@blueprint.get("/published/<slug>/<int:number>/entries/<item_slug>")
@access.public
def item(slug: str, item_slug: str, number: int | None = None) -> str:
    """One entry of a published report as an article."""
    entry = queries.entry(slug, item_slug, number) or abort(404)
    publication = entry.publication
    questionnaire = library.get(publication.questionnaire, publication.edition)
    return render_template(
        "pages/public/item.html", publication=publication, questionnaire=questionnaire, number=number,
        chapters=entry.chapters, fates=entry.fates, item=read_item(questionnaire, entry.item, entry.answers),
    )


@blueprint.get("/published/<slug>/files/<uuid:file_id>")
@access.public
def file(slug: str, file_id: UUID) -> Any:
    """A file that was published with a report; older publications keep theirs."""
    return handed_out(queries.file(slug, file_id) or abort(404))


@blueprint.get("/about")
@access.public
def about() -> str:
    """What this site is, how accessible it is, and what it knows about its readers."""
    return render_template("pages/public/about.html")


def _filters() -> Filters:
    year = request.args.get("year", type=int)

    def words(name: str) -> str:
        return request.args.get(name, "").strip()[:200]

    return Filters(
        party=words("party"), questionnaire=words("questionnaire"), domain=words("domain"), q=words("q"),
        year=year if year and 0 < year < 10_000 else None,
    )


def _page_number() -> int:
    return min(max(1, request.args.get("page", 1, type=int)), HIGHEST_PAGE)


def _existing(page: Page) -> Page:
    if page.number > 1 and not page.rows:
        abort(404)
    return page


def _page_links(page: Page) -> Mapping[str, Any]:
    """Addresses of the neighbouring pages, with the reader's filters (and nothing else of the address) kept."""
    kept: dict[str, Any] = {name: value for name, value in asdict(_filters()).items() if value}

    def address(number: int) -> str | None:
        return url_for(str(request.endpoint), **kept, page=number) if 1 <= number <= page.count else None

    return {"previous": address(page.number - 1), "next": address(page.number + 1)}
