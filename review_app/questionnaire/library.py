"""Every questionnaire this installation knows, by name and edition."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from review_app.questionnaire.language import Questionnaire
from review_app.questionnaire.loading import load
from review_app.questionnaire.source import Fault, QuestionnaireError


class Library:
    """The shelf: filled once by `configure`, read by everybody."""

    def __init__(self) -> None:
        self._shelf: dict[tuple[str, str], Questionnaire] = {}

    def configure(self, paths: Iterable[Path]) -> None:
        """Load every questionnaire under `paths` (files, or folders with all below), in place of what was there.

        An edition may be met twice when the files are equal. Raises QuestionnaireError with the faults of all files.
        """
        shelf: dict[tuple[str, str], Questionnaire] = {}
        faults: list[Fault] = []
        for path in questionnaire_files(paths):
            try:
                questionnaire = load(path)
            except QuestionnaireError as error:
                faults += error.faults
                continue
            key = (questionnaire.name, questionnaire.edition)
            if key in shelf and shelf[key].checksum != questionnaire.checksum:
                what = f"edition {key[1]} of {key[0]} exists with other content: give this one another edition"
                faults.append(Fault(1, what, file=str(path)))
            shelf.setdefault(key, questionnaire)
        if faults:
            raise QuestionnaireError(faults)
        self._shelf = shelf

    def get(self, name: str, edition: str) -> Questionnaire:
        """Raises KeyError when there is no such edition."""
        return self._shelf[(name, edition)]

    def editions(self, name: str | None = None) -> list[Questionnaire]:
        """All of them (or those of `name`), by name, the newest edition first."""
        known = [one for one in self._shelf.values() if name in (None, one.name)]
        known.sort(key=lambda one: one.edition, reverse=True)
        return sorted(known, key=lambda one: one.name)


def questionnaire_files(paths: Iterable[Path]) -> Sequence[Path]:
    """The YAML files at or under `paths`; a crosswalk between editions (`2015-to-2019.yaml`) is no questionnaire."""
    files: list[Path] = []
    for path in paths:
        found = sorted((*path.rglob("*.yaml"), *path.rglob("*.yml"))) if path.is_dir() else [path]
        files += [file for file in found if "-to-" not in file.stem]
    return files


library = Library()
