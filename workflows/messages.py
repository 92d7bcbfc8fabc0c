"""What a pure core says: an English sentence with named gaps, translated at the edge and nowhere else."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """`id` is the English sentence (the gettext msgid, extracted by `pybabel -k Message`), with `%(name)s` gaps
    filled from `params`. A param may itself be a Message or a Text (dict of language -> words)."""

    id: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.id % {name: str(value) for name, value in self.params.items()} if self.params else self.id
