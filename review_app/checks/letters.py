"""Rules about how a text is typed: case, doubled words, short forms nobody explains, letters that were lost."""

import re
from collections.abc import Iterator
from itertools import islice
from operator import eq

from review_app.checks.found import Found, Place
from review_app.checks.sentences import sentence
from review_app.checks.words import word_set
from review_app.questionnaire.currencies import CODES
from review_app.questionnaire.language import Question, named
from workflows.messages import Message

_DOUBLED = re.compile(r"\b([^\W\d_]{2,5})[ \t]+\1\b(?!['’-])", re.IGNORECASE)
_SMALL_WORDS = word_set("""
    the of and in to for with by from on an is are was le la les de du des et dans pour avec une un est el los las del en con por para que
""")
_CAPITALS = re.compile(r"(?<![\w./&@-])(?<![A-Z0-9][ \u00a0])[A-Z][A-Z&]{2,5}(?![\w@-]|[./]\w|['’][a-z]{2}|\s[A-Z]{2})")
_NAME_BEHIND = re.compile(r"[^()\w]{0,3}(?:\([^()\s]+\s[^()]|[–—=:-]\s+[A-ZÀ-Þ]|, (?:the|la|le|el|l['’])\b)")
_NAME_AHEAD = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ]\w*(?:\s[a-zß-ÿ]{1,3})*\s[A-ZÀ-Þ][a-zß-ÿ]\w*,\s$")
_NAME_ENDS = re.compile(r"[.,;)]|\s*(?:\n|$)")
_GAP = re.compile(r"[\s/,'’-]{1,3}")
_SMALL_WORD = re.compile(r"[\s/,-]{1,3}[a-zß-öø-ÿ]{1,4}\b|['’]")  # of, the, des, para, van, und
_WHOLE_WORD = re.compile(r"\w+")
_MOST_SMALL_WORDS = 3
_CAPITAL_HEAD = re.compile(r"[A-Z][A-Z&]+")
_CONSONANTS = re.compile(r"(?<![\w./@'’-])[bcdfghjklmnpqrstvwxz]{3,4}(?![\w./@-])")
_ROMAN = re.compile(r"[IVXLCDM]+")
_KNOWN = word_set("""
    UN EU US USA UK UAE UNESCO UNDP UNICEF WHO ILO WIPO WTO IMF OECD UNCTAD NGO NGOS CSO CSOS ICT ICTS IT TV
    GDP SDG SDGS COVID HIV AIDS CEO PHD DVD CD CDS PDF ISBN VAT TVET SME SMES MSME MSMES STEM LGBT PR HR IP
    IPR AI VR AR DNA NATO AU ASEAN CARICOM MERCOSUR FAO ONU UE OSC ONG ODD PIB TIC TICS OMC OIT OMPI FMI OCDE
    PNUD PME TPE RH OTAN FCFA CFA EEUU EE UU ODS PYME PYMES IVA ONGS OEI AM PM BC AD OK ID NO II III IFCD FIDC IFDC
    EEA EEE BBC QPR IGC COP TBC NB PS RFP UNHCR USAID AECID SIDA EUR USD MR MRS MS DR ST VS ETC
""") | frozenset(re.findall(r"[A-Z]{3}", CODES))
_LOWER_KNOWN = word_set("""
    http https www html htm pdf mrs vs etc pct nbr qty ltd plc gmbh srl cfr ppp mph kms
""")
_LOST = (
    (re.compile(r"\ufffd|ï¿½|Ã[\u0080-\u00bf©¨ªµ¡­³±]|â€[\u0080-\u00bf™œ“”˜]|Â[\u00a0«»°]"), "\ufffdïÃâÂ"),
    (re.compile(r"(?<![\w/])EU\s?[0-9]{1,3}(?:[,.][0-9]{3})+|(?<![\w/])EU[0-9]+(?:\.[0-9]+)? (?:million|billion)"), ("EU",)),
    (re.compile(r"\b[0-9]{1,2}deg\b"), ("deg",)),
    (re.compile(r"^[ \t]*\?[ \t]+\S[^\n]*\n+[ \t]*\?[ \t]+\S[^\n]*", re.MULTILINE), "?"),
)
_ACCENTED = re.compile(r"[à-öø-ÿœŒÀ-ÖØ-Þ]")
_FRENCH = re.compile(r"\b(?:le|la|les|des|du|une|dans|pour|avec|est|sont|et|sur|qui|aux|par)\b", re.IGNORECASE)
_BARE = re.compile(
    r"\b(?:ete|etat|etats|etablit|etablir|etablissement|developpement|societe|economie|strategie|activites|beneficiaires|creee?s?|realisee?s?|cinema"
    r"|independants?|dernieres?|premieres?|meme|tres|apres|federations?|cooperation|creation|diversite|identite|qualite|acces|succes|annee|annees"
    r"|theatre|musee|musees|ecole|ecoles|etablissements|etrangers?|medias|reseau|reseaux|celebre|general|generale|regionaux|regionale)\b",
    re.IGNORECASE,
)
_UPPER = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_LOWERS = re.compile(r"[a-zß-öø-ÿ]+")
_LETTER = re.compile(r"[^\W\d_]")
_BREAK = re.compile(r"[.!?]\s*[^\W\d_]")
_MOST_LETTERS = 4000
_LIST_NUMBER = re.compile(r"(?:[0-9]{1,2}(?:\.[0-9]{1,2}){0,3}|[a-z])[.)]\s+(?=\S)", re.IGNORECASE)
_MOST = 3


def one_case(place: Place) -> Iterator[Found]:
    """TEXT-01: a text in small letters or in capitals only."""
    for question, words in place.prose:
        if question.role == "website":
            continue
        is_short, head = question.role in ("title", "agency"), words[:_MOST_LETTERS]
        if not words.isupper() and _has_capitals(head):
            continue
        upper, lower = len(_UPPER.findall(head)), sum(map(len, _LOWERS.findall(head)))
        if upper + lower < (15 if is_short else 60) or words.count(" ") < 2:
            continue
        if not lower:
            text = Message("“%(question)s” is in capitals only: write it as a sentence.", {"question": question.label})
        elif upper == 0 or (upper == 1 and not is_short and _begins_with_capital(words) and _BREAK.search(words)):
            text = Message("“%(question)s” is in small letters only: begin sentences and names with capitals.", {"question": question.label})
        else:
            continue
        yield place.found("TEXT-01", "warning", question=question, message=text, quote=words[:200])


def _has_capitals(words: str) -> bool:
    """Whether there are more than one: looked for no further than the second."""
    return len(list(islice(_UPPER.finditer(words), 2))) > 1


def _begins_with_capital(words: str) -> bool:
    first = _LETTER.search(words)
    return first is not None and first.group().isupper()


def doubled_words(place: Place) -> Iterator[Found]:
    """TEXT-02: a small word stands twice in a row."""
    tokens = place.small.split()
    for question, words in place.prose if True in map(eq, tokens, tokens[1:]) else ():
        for match in _DOUBLED.finditer(words):
            if match[1].casefold() not in _SMALL_WORDS:
                continue
            text = Message("“%(words)s”: a word stands twice: delete one.", {"words": match.group()})
            yield place.found("TEXT-02", "note", question=question, message=text, quote=sentence(words, *match.span()))


def unexplained_short_forms(place: Place) -> Iterator[Found]:
    """TEXT-03: short forms that the answers of this place never write out; the first three of them."""
    hits = [hit for question, words in place.prose if question.role not in ("website", "money") for hit in _short_forms(question, words)]
    shouted = {words for _, words in place.prose if _is_shouted(words)} if hits else set()
    hits = [hit for hit in hits if hit[1] not in shouted]
    everything = "\n".join([*(words for _, words in place.prose if words not in shouted), *_names(place)]) if hits else ""
    first: dict[str, tuple[Question, str, re.Match[str]]] = {}
    for hit in hits:
        first.setdefault(hit[2].group(), hit)
    unexplained = (hit for short, hit in first.items() if not _is_explained(short, everything))
    for question, words, match in islice(unexplained, _MOST):
        text = Message("“%(short)s” is never written out: write the name in full where it comes first.", {"short": match.group()})
        yield place.found("TEXT-03", "note", question=question, message=text, quote=sentence(words, *match.span()))


def _short_forms(question: Question, words: str) -> Iterator[tuple[Question, str, re.Match[str]]]:
    """Words in capitals; in a text that lost all its capitals, words without a vowel."""
    found = [hit for head in _CAPITAL_HEAD.finditer(words) if (hit := _CAPITALS.match(words, head.start()))]
    if not found and question.type == "longtext" and not _has_capitals(words):
        found = list(_CONSONANTS.finditer(words))
    yield from ((question, words, hit) for hit in found if _is_short_form(hit.group()))


def _is_short_form(short: str) -> bool:
    if short.islower():
        return short not in _LOWER_KNOWN
    bare = short.replace("&", "")
    return len(bare) > 1 and bare not in _KNOWN and bare.rstrip("S") not in _KNOWN and not _ROMAN.fullmatch(bare)


def _is_explained(short: str, text: str) -> bool:
    """In brackets or between commas behind a name, with a bracket or a dash behind it, or as the first letters of words in the text."""
    at = text.find(short)
    while at >= 0:
        opened = text.rfind("(", max(0, at - 60), at)
        if (opened >= 0 and text.find(")", opened, at) < 0) or _NAME_BEHIND.match(text, at + len(short)):
            return True
        if _NAME_ENDS.match(text, at + len(short)) and _NAME_AHEAD.search(text, max(0, at - 60), at):
            return True
        at = text.find(short, at + 1)
    word = short.lower()
    if short.isupper() and word in text and re.search(rf"\b{re.escape(word)}\b", text):
        return True
    return _is_spelled(short.replace("&", ""), text if short.isupper() else text.lower())


def _is_spelled(letters: str, text: str) -> bool:
    """Whether words begin with these letters one after the other, small words between them.

    No pattern: each would be made for one text.
    """
    at = text.find(letters[0])
    while at >= 0:
        words = {} if at and text[at - 1].isalnum() else {at: _end_of_word(text, at)}
        for letter in letters[1:]:
            words = {start: _end_of_word(text, start) for end in words.values() for start in _next_words(text, end) if text[start] in (letter.lower(), letter.upper())}
        if any(end - start > 1 for start, end in words.items()):
            return True
        at = text.find(letters[0], at + 1)
    return False


def _end_of_word(text: str, start: int) -> int:
    word = _WHOLE_WORD.match(text, start)
    return word.end() if word else start


def _next_words(text: str, end: int) -> Iterator[int]:
    """Where the next word begins, and those behind the small words that may be passed over."""
    for _ in range(_MOST_SMALL_WORDS + 1):
        if (gap := _GAP.match(text, end)) and gap.end() < len(text):
            yield gap.end()
        if not (small_word := _SMALL_WORD.match(text, end)):
            return
        end = small_word.end()


def _is_shouted(words: str) -> bool:
    head = words[:300]
    more = len(_UPPER.findall(head))  # capitals than small letters
    for run in _LOWERS.finditer(head) if more else ():
        more -= run.end() - run.start()
        if more <= 0:
            break
    return more > 0


def _names(place: Place) -> Iterator[str]:
    """What the rows of tables say: names of partners write short forms out, too."""
    for question in place.asked:
        if question.type == "table":
            yield from (cell for row in place.clean(question) or () for cell in row.values() if isinstance(cell, str))


def lost_letters(place: Place) -> Iterator[Found]:
    """TEXT-05: signs that were lost on the way: accents, the euro, bullets, degrees."""
    for question, words in place.prose:
        for pattern, signs in _LOST:
            if any(sign in words for sign in signs) and (match := pattern.search(words)):
                text = Message("“%(words)s”: a sign was lost here: write it again.", {"words": match.group().strip()[:60]})
                yield place.found("TEXT-05", "warning", question=question, message=text, quote=sentence(words, *match.span()))
        cell = place.cell(question)
        if question.type == "longtext" and cell and cell.lang == "fr" and len(words) > 150 and not _ACCENTED.search(words):
            bare = _BARE.findall(words)
            if len(_FRENCH.findall(words)) >= 8 and len(bare) >= 3:
                text = Message("This French text has no accents (“%(words)s”): write them.", {"words": ", ".join(dict.fromkeys(bare))[:80]})
                yield place.found("TEXT-05", "warning", question=question, message=text, quote=words[:200])


def dressed_titles(place: Place) -> Iterator[Found]:
    """TEXT-06: a name that carries the number of a list, quotation marks around it, or a final full stop."""
    question = place.with_role("title")
    words = place.clean(question) if question else None
    if not question or not isinstance(words, str):
        return
    quoted = len(words) > 2 and (words[0], words[-1]) in {('"', '"'), ("“", "”"), ("«", "»"), ("'", "'"), ("‘", "’")}
    if _LIST_NUMBER.match(words) or quoted or re.search(r"(?<!\.)\b\w{4,}\)?\.$", words):
        text = Message("The name “%(words)s” carries signs that do not belong to it (a number, quotation marks, a full stop): take them out.", {"words": words})
        yield place.found("TEXT-06", "note", question=question, message=text, quote=words[:200])


def foreign_language(place: Place) -> Iterator[Found]:
    """LANG-02: an answer in a language that the official version may not be in; the first one."""
    allowed = place.sheet.questionnaire.languages
    for question in place.asked if allowed else ():
        cell = place.cell(question)
        is_prose = question.type == "longtext" and question.role != "agency"  # a body is called what it is called
        if is_prose and cell and cell.lang and cell.lang not in (*allowed, "mixed") and place.clean(question):
            text = Message(
                "This is written in another language (%(language)s) than the official version may be (%(official)s): add a translation.",
                {"language": named([cell.lang]), "official": named(allowed)},
            )
            yield place.found("LANG-02", "warning", question=question, message=text)
            return


def misplaced_addresses(place: Place) -> Iterator[Found]:
    """CONT-01: an e-mail address where a postal address is asked for."""
    for question in place.asked:
        address = (place.clean(question) or {}).get("address", "") if question.type == "contact" else ""
        if match := re.search(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
            text = Message("“%(words)s” is an e-mail address in the place of the postal address: move it.", {"words": match.group()})
            yield place.found("CONT-01", "warning", question=question, message=text, column="address", quote=match.group())
