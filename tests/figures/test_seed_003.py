"""A report that was published with a spam line: typed field by field from the client's document, it does not get out again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from review_app.extensions import db
from review_app.models import Snapshot
from review_app.questionnaire.library import library
from tests import steps_http as steps
from tests.browser import Browser, Value
from tests.figures.test_walk import GENERAL, SECTORS, WRITTEN
from tests.people import add_parties, make_person, sign_in
from tests.whole_report import write_the_rest

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "003_aa6eaf69e1240304.txt"
SPAM = "bestbonus.biz eokul365.com"
CAPTIONS = {
    "features": "Describe the main features of the policy/measure",
    "results": "What are the results achieved so far through the implementation of the policy/measure",
    "finance": "Financial resources allocated to the policy/measure in USD",
    "partners": "Partner(s) engaged in the implementation of the measure",
    "evaluated": "Has the implementation of the policy/measure been evaluated",
    "conclusions": "If yes, what are the main conclusions/recommendations",
    "goals": "Objetivo(s)",
}


def fields() -> dict[str, Value]:
    """The measure as its document has it: what stands under each caption."""
    lines = SEED.read_text(encoding="utf-8").replace("\u00a0", " ").splitlines()
    found: dict[str, list[str]] = {"head": []}
    here = "head"
    for line in lines:
        here_now = next((code for code, caption in CAPTIONS.items() if line.startswith(caption)), None)
        here = here_now or here
        if here_now is None:
            found.setdefault(here, []).append(line)
    words = {code: "\n".join(part).strip() for code, part in found.items()}
    title, agency = (line for line in words["head"].splitlines() if line)
    assert words["goals"].endswith(SPAM)
    return {
        "name": title, "agency": agency, "features": words["features"], "results": words["results"], "finance": words["finance"],
        "domains": ["cinema", "performing", "publishing", "visual"], "evaluated": "yes",
        "partners-0-partner_name": "Decentralized Directorates of Culture", "partners-0-entity_type": "public",
        "conclusions": f"{words['conclusions']}\n{SPAM}",
    }  # fmt: skip


@pytest.mark.skipif(not SEED.exists(), reason="the client's documents are not beside the project")
def test_the_spam_of_the_third_document_is_refused_and_removed(app: Flask, new_client: Callable[[], Browser]) -> None:
    with app.app_context():
        add_parties()
        make_person("pia", "coordinator", "PE")
        make_person("rita", "reviewer")
        [report_id] = steps.open_cycle("qpr", "2019", ("PE", ""))
    pia, rita, anybody = sign_in(new_client(), "pia"), sign_in(new_client(), "rita"), new_client()
    base = f"/en/desk/reports/{report_id}"
    steps.write(pia, f"{base}/sections/general_information", GENERAL)
    steps.write(pia, f"{base}/sections/executive_summary", {"executive_summary_text": "Four years in brief."})
    page = steps.write(pia, f"{base}/sections/cultural_and_creative_sectors", SECTORS)
    page.fill({"a11_gdp_year": "2019"}).press("Save and continue").press("Add:").fill(fields()).press("Save and continue")
    write_the_rest(pia, base, library.get("qpr", "2019"), but=WRITTEN)
    steps.write(pia, f"{base}/sections/submission", {
        "signatory-name": "Ana Soto", "signatory-organisation": "Ministry", "signatory-email": "ana@example.org",
        "signed_on-day": "28", "signed_on-month": "5", "signed_on-year": "2020",
    })  # fmt: skip

    refused = steps.submit(pia, report_id, status=422)
    assert refused.errors == ["Errors that still stand: 1. Correct each one, or answer it with a reason."]
    gaps = pia.get(f"{base}/completeness")
    assert [head.get_text(" ", strip=True).split()[-1] for head in gaps.select(".finding--error .finding__head")] == ["SPAM-01"]
    assert [quote.get_text(strip=True) for quote in gaps.select(".finding--error .quote")] == [SPAM]

    assert not pia.get(f"{base}/completeness").press("Remove these words").select(".finding--error")
    assert steps.submit(pia, report_id).h1 == "Your report was received"
    steps.take(rita, report_id)
    steps.publish(rita, report_id)

    front = anybody.get("/en/")
    report = front.follow("Peru: Quadrennial periodic report")
    shown = [front, report, report.follow("‘CONECTA’ Meeting"), anybody.get("/en/entries")]
    assert shown[2].has("USD 11,782.5", "working conditions of culture workers")
    for page in shown:
        assert [token for token in SPAM.split() if token in page.text] == []
    with app.app_context():
        assert SPAM not in db.session.scalars(db.select(Snapshot.content)).one()
