"""Which passwords are too easy to guess. Length first, then what everybody tries; no rules about symbols (NIST SP 800-63B)."""

import re
from collections.abc import Iterable

from workflows.messages import Message

SHORTEST = 12
LONGEST = 200

# Twelve characters and more, from published lists of leaked passwords; and words that, repeated or numbered, fill lists of them.
COMMON = frozenset(
    """123456789012 1234567890123 12345678901234 123456123456 123123123123 111111111111 000000000000 123412341234 987654321098
    qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiopas qwertyuiopasdf qwerty123456 qwerty12345678 1q2w3e4r5t6y 1q2w3e4r5t6y7u
    1qaz2wsx3edc 1qaz2wsx3edc4rfv qazwsxedcrfv zaq12wsxcde3 asdfghjkl123 zxcvbnm12345 azertyuiop12 azertyuiop123 abcdefghijkl
    abc123abc123 abcd12345678 a1b2c3d4e5f6 password1234 password12345 password123456 passwordpassword passw0rd1234 p@ssw0rd1234
    administrator administrator1 letmeinletmein iloveyou1234 iloveyouiloveyou welcome12345 changemechangeme correcthorsebatterystaple
    motdepasse12 motdepasse123 motdepasse1234 contrasena12 contrasena123 contrasena1234 contraseña12 contraseña123 contraseña1234
    bienvenue1234 bienvenido123 bienvenidos12 jetaimejetaime teamoteamoteamo trustno1trustno1 michaeljackson unbelievable manchesterunited
    chocolate123 princess1234 sunshine1234 football1234 superman1234 liverpool123""".split()
)
STEMS = ("password", "passwort", "motdepasse", "contrasena", "contraseña", "qwerty", "azerty", "welcome", "bienvenue", "relata", "unesco")


def weakness(password: str, about: Iterable[str] = ()) -> Message | None:
    """Why a password cannot be taken, or None. `about`: the person's own address and name, which are tried first."""
    if len(password) < SHORTEST:
        return Message("Use at least %(shortest)s characters. A few words in a row are easy to remember.", {"shortest": SHORTEST})
    if len(password) > LONGEST:
        return Message("Use at most %(longest)s characters.", {"longest": LONGEST})
    plain = password.casefold()
    if plain in COMMON or len(set(plain)) < 5 or _is_run(plain) or _is_numbered_stem(plain):
        return Message("Many people use this password, so it is tried first. Choose another.")
    if any(part in plain and len(plain) - len(part) < 8 for part in _own_words(about)):
        return Message("This password is mostly your own name or address. Choose another.")
    return None


def _is_run(text: str) -> bool:
    """Whether the characters follow one another (abcdef, 987654)."""
    steps = {ord(b) - ord(a) for a, b in zip(text, text[1:], strict=False)}
    return steps <= {1} or steps <= {-1}


def _is_numbered_stem(text: str) -> bool:
    rest = re.sub(r"[\W\d_]+", "", text)
    return any(rest and rest.replace(stem, "") == "" for stem in STEMS)


def _own_words(about: Iterable[str]) -> list[str]:
    return [word for text in about for word in re.split(r"[\s@.]+", text.casefold()) if len(word) > 3]
