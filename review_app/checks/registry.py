"""The list of all rules: what each is called, how grave it is, and what it reads. A new rule is one line here."""

from review_app.checks import (
    completeness,
    dates,
    figures,
    letters,
    partners,
    repeats,
    sources,
    substance,
    sums,
    tagging,
    wording,
)
from review_app.checks.found import Rule
from review_app.checks.words import word_set
from workflows.messages import Message

_EVALUATION = word_set("evaluated conclusions")
_NAMES = word_set("title agency partners website")
_PARTNERS = word_set("partners")
_MONEY = word_set("money")
_PROSE = word_set("text longtext money")
_WORDS = word_set("text longtext money contact table")
_SOURCE = word_set("source")

_REQUIRED = word_set("REQ-01")

RULES: tuple[Rule, ...] = (
    Rule("CARRY-01", "error", Message("An answer of the last report that nobody has confirmed"), completeness.unconfirmed, is_quick=True),
    Rule("CARRY-02", "error", Message("An entry of the last report without a fate"), completeness.unsettled, is_quick=True),
    Rule("REQ-01", "error", Message("A required answer, cell or entry is missing"), completeness.missing, is_quick=True),
    Rule(
        "REQ-02", "warning", Message("A caption for the website without an address"), sources.captions_without_address,
        roles=word_set("website"), context=_SOURCE, version=2,
    ),
    Rule(
        "REQ-03", "warning", Message("Results that are very short or give no figure"), substance.thin_results,
        roles=word_set("results"), context=_SOURCE, version=2,
    ),
    Rule(
        "FORM-01", "error", Message("An answer cannot be read as what is asked for"), completeness.unreadable_answers,
        is_quick=True, speaks_for=word_set("REQ-01 TEXT-04"), version=3,
    ),
    Rule("NONE-01", "warning", Message("“None of these” ticked beside others"), completeness.contradictory_choices, types=word_set("choices")),
    Rule(
        "LIMIT-01", "error", Message("A text is longer than its limit"), completeness.too_long_answers,
        types=word_set("text longtext"), is_quick=True,
    ),
    Rule(
        "LEAST-01", "error", Message("Less than the questionnaire asks for"), completeness.too_little,
        types=word_set("number percent table"), is_quick=True,
    ),
    Rule(
        "EVAL-01", "error", Message("Nobody said whether there was an evaluation"), substance.unanswered_evaluation,
        roles=_EVALUATION, is_quick=True, speaks_for=_REQUIRED,
    ),
    Rule(
        "EVAL-02", "warning", Message("Conclusions of an evaluation without one"), substance.conclusions_without_evaluation,
        roles=_EVALUATION, version=2,
    ),
    Rule(
        "EVAL-03", "warning", Message("An evaluation without conclusions"), substance.evaluation_without_conclusions,
        roles=_EVALUATION, version=2,
    ),
    Rule(
        "EVAL-04", "note", Message("Conclusions that say there was no evaluation"), substance.denied_evaluation,
        roles=_EVALUATION,
    ),
    Rule(
        "PART-01", "error", Message("A partner without a name"), partners.nameless, roles=_PARTNERS, is_quick=True, speaks_for=_REQUIRED,
    ),
    Rule(
        "PART-02", "error", Message("A partner without a type"), partners.typeless, roles=_PARTNERS, is_quick=True, speaks_for=_REQUIRED,
    ),
    Rule(
        "PART-03", "warning", Message("A type where the name of a partner is expected"), partners.types_as_names, roles=_PARTNERS, version=2,
    ),
    Rule("PART-04", "warning", Message("A partner that could be many, or several in one row"), partners.generic, roles=_PARTNERS, version=2),
    Rule("PART-05", "note", Message("No partner is listed"), partners.missing, roles=_PARTNERS),
    Rule(
        "MON-01", "error", Message("No sum can be read where one is asked for"), sums.no_sum, types=_MONEY, context=_SOURCE,
        is_quick=True, speaks_for=word_set("REQ-01 TEXT-04"), version=2,
    ),
    Rule("MON-02", "warning", Message("A sum that can be read in two ways"), sums.doubtful_sums, types=_MONEY, version=2),
    Rule("MON-03", "error", Message("No sum in the currency that is asked for"), sums.foreign_sums, types=_MONEY),
    Rule("MON-04", "warning", Message("Two currencies far from the rate of the year"), sums.improbable_rates, types=_MONEY, version=3),
    Rule("MON-05", "warning", Message("A sum of no year"), sums.sums_without_basis, types=_MONEY, context=_SOURCE),
    Rule("MON-06", "warning", Message("Two sums that contradict each other"), sums.contradicting_sums, types=_MONEY, version=2),
    Rule("NUM-01", "warning", Message("Parts that do not make the total"), figures.sums_of_parts, types=_PROSE, context=_SOURCE, version=3),
    Rule("NUM-02", "warning", Message("A count, and a list of another length"), figures.counts_of_lists, types=_PROSE, context=_SOURCE, version=3),
    Rule(
        "NUM-03", "note", Message("A figure far from that of the last report"), figures.moved_figures,
        types=word_set("number percent money longtext"), context=word_set("previous"), version=3,
    ),
    Rule("NUM-04", "warning", Message("Groups that overlap and must not be added"), figures.overlapping_groups, types=word_set("longtext table"), version=2),
    Rule("TIME-01", "warning", Message("Words like “currently” without a date"), dates.relative_times, types=_PROSE, version=4),
    Rule(
        "TIME-02", "warning", Message("Results from before the period reported on"), dates.years_outside_the_period,
        roles=word_set("results"), context=word_set("period"), version=2,
    ),
    Rule("TEXT-01", "warning", Message("A text in small letters or capitals only"), letters.one_case, types=_PROSE),
    Rule("TEXT-02", "note", Message("A word that stands twice in a row"), letters.doubled_words, types=_PROSE),
    Rule("TEXT-03", "note", Message("Short forms that are never written out"), letters.unexplained_short_forms, types=_WORDS, version=2),
    Rule("TEXT-04", "warning", Message("Words that only fill the space"), wording.placeholders, types=_WORDS),
    Rule("TEXT-05", "warning", Message("Signs and accents that were lost"), letters.lost_letters, types=_PROSE),
    Rule(
        "TEXT-06", "note", Message("A name with a number, quotation marks or a full stop"), letters.dressed_titles,
        roles=word_set("title"), version=2,
    ),
    Rule(
        "LANG-01", "note", Message("Captions in more than one language"), sources.mixed_captions, roles=word_set("title"), context=_SOURCE, version=2,
    ),
    Rule(
        "LANG-02", "warning", Message("A language that the official version may not be in"), letters.foreign_language,
        types=word_set("longtext"), version=2,
    ),
    Rule(
        "SPAM-01", "error", Message("Web addresses that nobody meant to write"), wording.stray_addresses,
        roles=_NAMES, types=_WORDS, around=_NAMES, context=_SOURCE, speaks_for=word_set("TEXT-04"),
    ),
    Rule("UI-01", "note", Message("Words of a web page among the answers"), sources.furniture, types=_PROSE, context=_SOURCE),
    Rule(
        "UI-02", "note", Message("The header of a table glued together"), sources.glued_headers, roles=_PARTNERS, context=_SOURCE, version=2,
    ),
    Rule(
        "TAG-01", "error", Message("No goal or no domain is chosen"), tagging.tags, roles=word_set("goals domains"),
        is_quick=True, speaks_for=_REQUIRED,
    ),
    Rule(
        "TAG-02", "warning", Message("A domain or young people named in the text, and not chosen"), tagging.missing_tags,
        roles=word_set("domains priorities youth features results conclusions"), version=3,
    ),
    Rule(
        "TAG-03", "warning", Message("Transversal priorities announced and not given"), sources.priorities_without_value,
        roles=word_set("priorities"), context=_SOURCE, version=2,
    ),
    Rule(
        "SCOPE-01", "warning", Message("Another convention is cited, and this one never"), tagging.foreign_scope,
        roles=word_set("features results conclusions"),
    ),
    Rule("COPY-01", "warning", Message("A paragraph that stands in another entry"), repeats.from_another_entry, types=_PROSE, compares=True),
    Rule(
        "COPY-02", "note", Message("A paragraph of the last report, unchanged"), repeats.from_the_last_report,
        types=_PROSE, context=word_set("previous"),
    ),
    Rule("CONT-01", "warning", Message("An e-mail address in a postal address"), letters.misplaced_addresses, types=word_set("contact")),
)

QUICK = frozenset(rule.id for rule in RULES if rule.is_quick)
"""The rules that run with every page."""
