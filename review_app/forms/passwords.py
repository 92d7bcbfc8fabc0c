"""Which passwords are too easy to guess. Length first, then what everybody tries; no rules about symbols (NIST SP 800-63B)."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from workflows.messages import Message

SHORTEST = 12
LONGEST = 200

# Twelve characters and more, from published lists of leaked passwords; and words that, numbered, fill such lists.
COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
STEMS = (
    "password", "passwort", "motdepasse", "contrasena", "contraseña", "qwerty", "azerty", "welcome", "bienvenue", "relata",
    "unesco",
)  # fmt: skip


def weakness(password: str, about: Iterable[str] = ()) -> Message | None:
    """Why a password cannot be taken, or None. `about`: the person's own address and name, which are tried first."""
    if len(password) < SHORTEST:
        return Message("Use at least %(shortest)s characters. A few words in a row are easy to remember.", {"shortest": SHORTEST})
    if len(password) > LONGEST:
        return Message("Use at most %(longest)s characters.", {"longest": LONGEST})
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 5 or _is_run(plain) or _is_numbered_stem(plain):
        return Message("Many people use this password, so it is tried first. Choose another.")
    if len(_without_own_words(plain, about)) < 6:
        return Message("This password is mostly your own name or address. Choose another.")
    return None


def _is_run(text: str) -> bool:
    """Whether the characters follow one another (abcdef, 987654)."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps <= {1} or steps <= {-1}


def _is_numbered_stem(text: str) -> bool:
    rest = re.sub(r"[\W\d_]+", "", text)
    return any(rest and rest.replace(stem, "") == "" for stem in STEMS)


def _without_own_words(text: str, about: Iterable[str]) -> str:
    words = {word for part in about for word in re.split(r"[\s@.]+", part.casefold()) if len(word) > 2}
    rest = text
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return text if rest == text else re.sub(r"[\W_]+", "", rest)
