"""Rules about the table of partners."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from review_app.checks.found import Found, Place
from review_app.checks.words import folded, word_set
from review_app.questionnaire import values as shapes
from review_app.questionnaire.language import Question
from workflows.messages import Message

_WORD = re.compile(r"\w+")
_MANY = re.compile(
    r"(?:an? (?:large |great )?(?:number|range|variety|series) of|un (?:grand |certain )?nombre de|une série de|una serie de|un (?:gran )?número de|all|various|different|several|other|many|numerous|some|tou(?:te)?s les|divers(?:es)?|différente?s|plusieurs|autres|de nombreux"
    r"|tod[oa]s l[oa]s|divers[oa]s|diferentes|vari[oa]s|otr[oa]s|muchos|algun[oa]s)\s+(?:the\s+)?\w+", re.IGNORECASE,
)
_BODIES = word_set("""
    ministries municipalities governments authorities agencies institutions organisations organizations
    associations ngos csos companies schools universities museums libraries communities stakeholders partners
    artists festivals departments sectors districts regions foundations ministeres municipalites
    gouvernements autorites agences institutions organisations associations ong entreprises ecoles
    universites musees bibliotheques communautes partenaires artistes departements collectivites communes
    fondations ministerios municipios municipalidades gobiernos autoridades agencias instituciones
    organizaciones asociaciones empresas escuelas universidades museos bibliotecas comunidades socios
    artistas departamentos entidades fundaciones bodies centres centers embassies organismes centres
    ambassades organismos centros embajadas entities entites structures estructuras
""")
_PLAIN = word_set("""
    and of the or in with for other local regional national international public private civil society
    cultural culture creative municipal state governmental nongovernmental non territorial district
    provincial sector sectors level levels relevant interested related et de du des la le les l d locales
    locaux regionaux regionales nationaux publiques publics prives privees civile societe culturelles
    culturels y e del el los las regionales nacionales publicas publicos privadas privados sociedad
    culturales creativas member members recipient partner states country countries program programme
    project projects membre membres partenaires etats pays programme projet projets miembro miembros socios
    estados paises programa proyecto proyectos
""")
_TOLD_MORE = re.compile(
    r"[,;:(]|\s(?:related|involved|concerned|participating|engaged|working|active|from|across|who|that|which|liée?s|impliquée?s|concernée?s|actifs"
    r"|actives|participants?|qui|relacionad[oa]s|involucrad[oa]s|implicad[oa]s|participantes|que)\b", re.IGNORECASE,
)
_SINGLE = frozenset({"civilsociety", "societecivile", "sociedadcivil", "privatesector", "publicsector", "secteurprive", "secteurpublic",
                     "sectorprivado", "sectorpublico", "ngo", "cso", "government", "gouvernement", "gobierno"})
_HEADS = re.compile(
    r"\b(?:Ministry|Ministère|Ministerio|Department|University|Université|Universidad|Municipality|Municipalité|Municipalidad|Embassy|Foundation"
    r"|Fondation|Fundación|Museum|Musée|Museo|Institute|Institut|Instituto|Association|Asociación|Council|Conseil|Consejo)\b"
)

_MARKS = re.compile(r"[,;/|:\n]|\s[–—-]\s")


def nameless(place: Place) -> Iterator[Found]:
    """PART-01: a row without a name."""
    text = Message("Row %(row)s of the partners has no name: write the name, or clear the row.")
    return _empty_cells(place, "PART-01", role="partner_name", text=text)


def typeless(place: Place) -> Iterator[Found]:
    """PART-02: a row without a type."""
    text = Message("Row %(row)s of the partners has no type: choose one from the list.")
    return _empty_cells(place, "PART-02", role="partner_type", text=text)


def _empty_cells(place: Place, rule: str, *, role: str, text: Message) -> Iterator[Found]:
    table = place.with_role("partners")
    value = place.value(table) if table else None
    column = _column(table, role) if table else None
    if table is None or value is None or column is None:
        return
    rows = value.get("raw") or ()
    for row, cells in enumerate(rows[:-1] if place.is_cut(table) else rows):
        if shapes.is_blank(shapes.cell_value(value, row, column)):
            yield place.found(
                rule, "error", question=table, message=Message(text.id, {"row": row + 1}), row=row + 1, column=column.code,
                quote=_other_cells(cells),
            )


def types_as_names(place: Place) -> Iterator[Found]:
    """PART-03: a type stands where a name is expected, or behind it, beside the type that was chosen."""
    table = place.with_role("partners")
    kinds = _column(table, "partner_type") if table else None
    labels = _bare_all(tuple(words for option in (kinds.options if kinds else ()) for words in option.label.values()))
    for row, name, words in _names(place):
        if table and _bare(words) in labels:
            text = Message("“%(words)s” is a type, not a name: write who the partner of row %(row)s is.", {"words": words, "row": row})
        elif said := [part.strip() for part in _pieces(words) if _bare(part) in labels]:
            text = Message(
                "“%(words)s” in the name of row %(row)s is a type: the column beside it says the type, so take it out of the name.",
                {"words": ", ".join(said), "row": row},
            )
        else:
            continue
        if table:
            yield place.found("PART-03", "warning", question=table, message=text, row=row, column=name.code, quote=words)


def _pieces(words: str) -> Iterator[str]:
    """What stands between marks, and what of it stands in brackets; nothing where there are neither."""
    for part in _MARKS.split(words) if _MARKS.search(words) or "(" in words else ():
        yield part
        yield from re.findall(r"\(([^()]*)\)", part)


def generic(place: Place) -> Iterator[Found]:
    """PART-04: a partner that could be anybody, or several in one row."""
    table = place.with_role("partners")
    for row, name, words in _names(place):
        if table is None:
            continue
        params = {"words": words[:200], "row": row}
        if is_generic(words):
            text = Message("“%(words)s” could be many: name those who took part, one in each row.", params)
        elif _is_several(words):
            text = Message("“%(words)s” names several partners in row %(row)s: give each a row of its own.", params)
        else:
            continue
        yield place.found("PART-04", "warning", question=table, message=text, row=row, column=name.code, quote=words[:200])


def missing(place: Place) -> Iterator[Found]:
    """PART-05: no partner is listed."""
    table = place.with_role("partners")
    if table and shapes.is_blank(place.value(table)):
        text = Message("No partner is listed: add those who took part, or leave it so if there were none.")
        yield place.found("PART-05", "note", question=table, message=text)


def is_generic(words: str) -> bool:
    """Whether a name stands for a kind of body, not for one: "local municipalities", "all ministries", "civil society"."""
    plain = _bare(words)
    if plain.replace(" ", "") in _SINGLE:
        return True
    tokens = plain.split()
    if _MANY.match(words.strip()) and _BODIES & set(tokens[1:5]):
        return True
    if _is_kind(tokens):
        return True
    head = _TOLD_MORE.split(words, maxsplit=1)[0]
    return head != words and not _HEADS.search(words) and _is_kind(_bare(head).split())


def _is_kind(tokens: Sequence[str]) -> bool:
    return bool(tokens) and any(token in _BODIES for token in tokens) and all(token in _BODIES or token in _PLAIN for token in tokens)


@lru_cache(maxsize=16)
def _bare_all(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_bare, words))


def _is_several(words: str) -> bool:
    parts = [part for part in re.split(r"[;\n]", words) if len(part.split()) > 1]
    if len(parts) > 1 or words.count(";") > 1:
        return True
    heads = _HEADS.findall(words)
    return any(heads.count(head) > 1 for head in heads) and bool(re.search(r"[,/&]|\b(?:and|et|y)\b", words))


def _names(place: Place) -> Iterator[tuple[int, Question, str]]:
    """The names that are given: (row from 1, column, words)."""
    table = place.with_role("partners")
    name = _column(table, "partner_name") if table else None
    for row, cells in enumerate(place.clean(table) or () if table else (), start=1):
        if name and (words := cells.get(name.code)):
            yield row, name, words


def _column(table: Question, role: str) -> Question | None:
    return next((column for column in table.columns if column.role == role), None)


def _other_cells(row: dict[str, str]) -> str:
    return " · ".join(cell.strip() for cell in row.values() if cell.strip())[:200]


@lru_cache(maxsize=256)
def _bare(words: str) -> str:
    return " ".join(_WORD.findall(folded(words)))
