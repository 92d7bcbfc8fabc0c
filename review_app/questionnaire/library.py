"""Every questionnaire this installation knows, by name and edition, and the crosswalks between editions."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from review_app.questionnaire.crosswalk_loading import load_crosswalk
from review_app.questionnaire.crosswalks import Crosswalk
from review_app.questionnaire.language import Questionnaire
from review_app.questionnaire.loading import load
from review_app.questionnaire.source import Fault, QuestionnaireError


class Library:
    """The shelf: filled once by `configure`, read by everybody."""

    def __init__(self) -> None:
        self._shelf: dict[tuple[str, str], Questionnaire] = {}
        self._crosswalks: dict[tuple[str, str, str], Crosswalk] = {}

    def configure(self, paths: Iterable[Path]) -> None:
        """Load every questionnaire and crosswalk under `paths` (files, or folders with all below), in place of what was there.

        An edition may be met twice when the files are equal. Raises QuestionnaireError with the faults of all files.
        """
        paths = list(paths)
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
        crosswalks = {} if faults else _crosswalks(paths, shelf, faults)
        if faults:
            raise QuestionnaireError(faults)
        self._shelf, self._crosswalks = shelf, crosswalks

    def get(self, name: str, edition: str) -> Questionnaire:
        """Raises KeyError when there is no such edition."""
        return self._shelf[(name, edition)]

    def editions(self, name: str | None = None) -> list[Questionnaire]:
        """All of them (or those of `name`), by name, the newest edition first."""
        known = [one for one in self._shelf.values() if name in (None, one.name)]
        known.sort(key=lambda one: one.edition, reverse=True)
        return sorted(known, key=lambda one: one.name)

    def before(self, questionnaire: Questionnaire) -> Questionnaire | None:
        """The edition before this one; None when it is the first."""
        older = [one for one in self.editions(questionnaire.name) if one.edition < questionnaire.edition]
        return older[0] if older else None

    def crosswalk(self, questionnaire: Questionnaire) -> Crosswalk | None:
        """From the edition before to this one; None when there is no such edition, or no file."""
        older = self.before(questionnaire)
        return self._crosswalks.get((questionnaire.name, older.edition, questionnaire.edition)) if older else None

    def unmapped(self, questionnaire: Questionnaire) -> tuple[str, ...]:
        """Codes of this edition and of the one before that no line of a crosswalk speaks of."""
        older, crosswalk = self.before(questionnaire), self.crosswalk(questionnaire)
        if older is None or crosswalk is not None:
            return crosswalk.unmapped if crosswalk else ()
        return tuple(dict.fromkeys((*older.codes, *questionnaire.codes)))


def questionnaire_files(paths: Iterable[Path]) -> Sequence[Path]:
    """The YAML files at or under `paths`; a crosswalk between editions (`2015-to-2019.yaml`) is no questionnaire."""
    return [file for file in _files(paths) if not is_crosswalk(file)]


def crosswalk_files(paths: Iterable[Path]) -> Sequence[Path]:
    """The crosswalks at or under `paths`."""
    return [file for file in _files(paths) if is_crosswalk(file)]


def is_crosswalk(file: Path) -> bool:
    """Whether its name says that it leads from one edition to another."""
    return "-to-" in file.stem


def _files(paths: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        files += sorted((*path.rglob("*.yaml"), *path.rglob("*.yml"))) if path.is_dir() else [path]
    return files


def _crosswalks(
    paths: Iterable[Path], shelf: Mapping[tuple[str, str], Questionnaire], faults: list[Fault]
) -> dict[tuple[str, str, str], Crosswalk]:
    found: dict[tuple[str, str, str], Crosswalk] = {}
    for path in crosswalk_files(paths):
        try:
            crosswalk = load_crosswalk(path, shelf)
        except QuestionnaireError as error:
            faults += error.faults
        else:
            found[crosswalk.newer.name, crosswalk.older.edition, crosswalk.newer.edition] = crosswalk
    return found


library = Library()
