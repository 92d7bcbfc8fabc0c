"""The list of all rules: what each is called, how grave it is, and what it reads. A new rule is one line here."""

from review_app.checks import completeness, substance, wording
from review_app.checks.found import Rule
from workflows.messages import Message

_EVALUATION = frozenset({"evaluated", "conclusions"})
_NAMES = frozenset({"title", "agency", "partners", "website"})
_WORDS = frozenset({"text", "longtext", "money", "contact", "table"})

QUICK = frozenset({"EVAL-01", "FORM-01", "LEAST-01", "LIMIT-01", "MON-01", "PART-01", "PART-02", "REQ-01", "TAG-01"})
"""What is required, and on which condition: these run with every page. The worker runs the others after a save."""

RULES: tuple[Rule, ...] = (
    Rule(
        "EVAL-01", "error", Message("Nobody said whether there was an evaluation"),
        substance.unanswered_evaluation, roles=_EVALUATION,
    ),
    Rule(
        "EVAL-02", "warning", Message("Conclusions of an evaluation without one"),
        substance.conclusions_without_evaluation, roles=_EVALUATION,
    ),
    Rule(
        "EVAL-03", "warning", Message("An evaluation without conclusions"),
        substance.evaluation_without_conclusions, roles=_EVALUATION,
    ),
    Rule("PART-01", "error", Message("A partner without a name"), substance.nameless_partners, roles=frozenset({"partners"})),
    Rule("PART-02", "error", Message("A partner without a type"), substance.typeless_partners, roles=frozenset({"partners"})),
    Rule("TAG-01", "error", Message("No goal or no domain is chosen"), substance.tags, roles=frozenset({"goals", "domains"})),
    Rule("MON-01", "error", Message("No sum can be read where one is asked for"), substance.money, types=frozenset({"money"})),
    Rule("FORM-01", "error", Message("An answer cannot be read as what is asked for"), completeness.unreadable_answers),
    Rule(
        "LIMIT-01", "error", Message("A text is longer than its limit"), completeness.too_long_answers,
        types=frozenset({"text", "longtext"}),
    ),
    Rule(
        "LEAST-01", "error", Message("Less than the questionnaire asks for"), completeness.too_little,
        types=frozenset({"number", "percent", "table"}),
    ),
    Rule("REQ-01", "error", Message("A required answer, cell or entry is missing"), completeness.missing),
    Rule("TEXT-04", "warning", Message("Words that only fill the space"), wording.placeholders, types=_WORDS),
    Rule(
        "SPAM-01", "error", Message("Web addresses that nobody meant to write"), wording.stray_addresses,
        roles=_NAMES, types=_WORDS, around=_NAMES,
    ),
)
