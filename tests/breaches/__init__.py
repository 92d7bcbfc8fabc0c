"""How each invariant is broken by hand, as SQL, in the world of tests/world.py; a module for each of queries/invariants.

`:draft` and its like are Chile's report at that stage, `#draft` is that report's entry, `@rita` a person, `:publication` the
publication of the published report.
"""

from tests.breaches import (
    accounts,
    answers,
    attachments,
    contributions,
    findings,
    imports,
    notices,
    published,
    reports,
    reviews,
)

_NOUNS = (
    accounts, answers, attachments, contributions, findings, imports, notices, published, reports, reviews,
)  # fmt: skip
BREACHES = {sentence: breach for noun in _NOUNS for sentence, breach in noun.BREACHES.items()}
