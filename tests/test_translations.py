"""Every sentence a person may read stands in French and Spanish, with the same gaps, and is compiled."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
CATALOGUES = ROOT / "review_app" / "translations"
GAP = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What `make messages` collects."""
    template = tmp_path_factory.mktemp("messages") / "messages.pot"
    keywords = ["-k", "Message", "-k", "lazy_gettext", "-k", "_l"]
    run = ["pybabel", "--quiet", "extract", "-F", str(ROOT / "babel.cfg"), *keywords, "-o", str(template), str(ROOT)]
    CommandLineInterface().run(run)
    with template.open("rb") as file:
        return read_po(file)


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", ["fr", "es"])
def test_nothing_is_left_in_english(language: str, collected: Catalog) -> None:
    known = catalogue(language)
    missing = [message.id for message in collected if message.id and not _is_translated(known.get(message.id))]
    assert missing == [], "run `make messages` and translate what is empty"


def _is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, (list, tuple)) else bool(message.string)


@pytest.mark.parametrize("language", ["fr", "es"])
def test_a_translation_has_the_gaps_of_its_sentence(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        singular = message.id if isinstance(message.id, str) else message.id[-1]
        translations = _all_of(message.string)
        wrong += [text for text in translations if set(GAP.findall(text)) - set(GAP.findall(singular))]
        if isinstance(message.id, str) and message.id:
            wrong += [text for text in translations if set(GAP.findall(text)) != set(GAP.findall(message.id))]
    assert wrong == []


def test_french_signs_do_not_part_from_their_words() -> None:
    texts = [text for message in catalogue("fr") for text in _all_of(message.string)]
    assert [text for text in texts if re.search(r" [:;?!»]|« ", text)] == [], "write a space that does not break"


@pytest.mark.parametrize("language", ["fr", "es"])
def test_what_runs_is_what_was_translated(language: str) -> None:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    source = catalogue(language)
    assert _strings(compiled) == _strings(source), "run `make messages`"


def _strings(catalogue: Catalog) -> dict[str, list[str]]:
    pairs = ((m.id if isinstance(m.id, str) else m.id[0], m.string) for m in catalogue if m.id)
    return {key: _all_of(words) for key, words in pairs}


def _all_of(words: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or ())
