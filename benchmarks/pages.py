"""Old measures as pages printed them, made at random under the captions of the form in three languages, no two alike."""

from collections.abc import Iterator
from random import Random

from review_app.questionnaire.language import LANGUAGES, Question
from review_app.questionnaire.library import library

_LABELS = {"en": ("Where", "When", "Who"), "fr": ("Où", "Quand", "Qui"), "es": ("Dónde", "Cuándo", "Quién")}
_STATES = {"en": ("Chile", "Norway", "Kenya"), "fr": ("Sénégal", "Belgique", "Maroc"), "es": ("Perú", "Uruguay", "México")}
_BODIES = {
    "en": ("National Institute of Crafts", "Ministry of Culture and Sport", "Council of Municipal Libraries"),
    "fr": ("Institut national des métiers d’art", "Ministère de la culture et du sport", "Conseil des bibliothèques municipales"),
    "es": ("Instituto Nacional de Artesanías", "Ministerio de Cultura y Deporte", "Consejo de Bibliotecas Municipales"),
}
_SENTENCES = {
    "en": (
        "In {year} the {body} opened a fund for cooperatives outside the capital; {count} of them applied before the summer.",
        "The regional councils name the juries; each decision is explained to those who applied, and published within {few} weeks.",
        "Grants go to the following trades: weaving, pottery, instrument making and bookbinding, {percent}% of it for newcomers.",
        "Young people from {few} districts learn the trade from masters who are paid for it for the first time since {year}.",
        "The {short} keeps a register of workshops, which anybody can search at www.example.org/{short}/register.",
        "Of {count} applications, {few} came from women; the travel of theatre and dance companies is paid for as well.",
        "A law of {year} gives musicians and authors a right to social insurance, whether they are employed or work on their own.",
        "It is hoped that the loans will reach small publishers, since rents in the old town have doubled.",
    ),
    "fr": (
        "En {year}, l’organisme « {body} » a ouvert un fonds aux coopératives des provinces ; {count} d’entre elles ont répondu.",
        "Les conseils régionaux nomment les jurys ; chaque décision est expliquée aux candidats dans les {few} semaines.",
        "Les aides vont aux métiers suivants : tissage, poterie, lutherie et reliure, dont {percent} % réservés aux débutants.",
        "Des jeunes de {few} départements apprennent le métier auprès de maîtres, rémunérés pour la première fois depuis {year}.",
        "La {short} tient un registre des ateliers, que chacun peut consulter à l’adresse www.example.org/{short}/registre.",
        "Sur {count} dossiers, {few} ont été présentés par des femmes ; les tournées de théâtre et de danse sont aussi payées.",
        "Une loi de {year} ouvre aux musiciens et aux auteurs une sécurité sociale, qu’ils soient salariés ou indépendants.",
        "On espère que les prêts atteindront les petits éditeurs, car les loyers du centre ancien ont doublé.",
    ),
    "es": (
        "En {year}, el organismo «{body}» abrió un fondo para cooperativas de provincias, y {count} de ellas postularon.",
        "Los consejos regionales nombran los jurados; cada decisión se explica y se publica en {few} semanas.",
        "Las ayudas van a los oficios siguientes: tejido, cerámica, lutería y encuadernación, un {percent}% para principiantes.",
        "Jóvenes de {few} provincias aprenden el oficio con maestros, pagados por primera vez desde {year}.",
        "La {short} lleva un registro de talleres, que cualquiera puede consultar en www.example.org/{short}/registro.",
        "De {count} solicitudes, {few} fueron de mujeres; también se pagan los viajes de las compañías de teatro y danza.",
        "Una ley de {year} da a músicos y autores derecho a la seguridad social, sean empleados o trabajen por su cuenta.",
        "Se espera que los préstamos lleguen a las pequeñas editoriales, porque los alquileres se han duplicado.",
    ),
}


def pages(count: int) -> Iterator[str]:
    """Texts of 2,000 to 5,000 characters, each of its own numbers, names and short form."""
    form = library.get("qpr", "2019")
    group = next(group for _, group in form.groups() if "features" in {question.role for question in group.questions})
    questions = {question.role: question for question in group.questions if question.role}
    for number in range(count):
        yield _page(questions, Random(number), LANGUAGES[number % len(LANGUAGES)])


def _page(questions: dict[str, Question], random: Random, language: str) -> str:
    body, state = random.choice(_BODIES[language]), random.choice(_STATES[language])
    kind = next(column for column in questions["partners"].columns if column.role == "partner_type")
    values = zip(_LABELS[language], (state, str(random.randint(2012, 2024)), f"{body} {random.randint(1, 99)}"), strict=True)
    answers = {
        "website": f"https://www.example.org/measures/{random.randint(1, 99999)}",
        "features": _prose(random, language, body, random.randint(4, 10)),
        "results": _prose(random, language, body, random.randint(3, 8)),
        "money": f"USD {random.randint(10, 999)},000.00 ({random.randint(2012, 2024)})",
        "partners": "\n".join(f"{random.choice(_BODIES[language])} {row} | {_option(kind, random, language)}" for row in range(3)),
        "evaluated": random.choice(("YES", "NO")), "conclusions": _prose(random, language, body, random.randint(1, 4)),
    }  # fmt: skip
    answers |= {role: _option(questions[role], random, language) for role in ("goals", "domains", "priorities")}
    head = [f"{body}: {random.choice(_SENTENCES[language])[:40].split('{')[0].strip()} {random.randint(1, 999)}", ""]
    head += [f"{label}\n{value}" for label, value in values]
    return "\n".join([*head, *(f"{questions[role].label.within(language)}\n{answer}" for role, answer in answers.items())])


def _prose(random: Random, language: str, body: str, sentences: int) -> str:
    """Sentences in paragraphs of three."""
    short = "".join(random.choices("ABCDEFGILMNOPRSTU", k=4))
    said = [
        sentence.format(
            year=random.randint(2005, 2024), count=random.randint(20, 900), few=random.randint(2, 19),
            percent=random.randint(5, 60), body=body, short=short,
        )
        for sentence in random.choices(_SENTENCES[language], k=sentences)
    ]
    return "\n\n".join(" ".join(said[start:start + 3]) for start in range(0, len(said), 3))


def _option(question: Question, random: Random, language: str) -> str:
    return random.choice(question.options).label.within(language)
