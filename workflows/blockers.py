"""Why a legal step must wait: each blocker reads a plain situation and returns a Message, or None.

The docstring of a blocker says what must be true; docs/workflow.md prints it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from workflows.messages import Message
from workflows.states import CycleState


@dataclass(frozen=True)
class Situation:
    """What the operation knows about a report at the moment of a step.

    `round`: 0 before the first submission. `was_returned`: a return stands behind it. `open_errors`: error findings
    without a reply. `open_fates`: entries of the last report of which nobody has said what became. `open_must_points`:
    must-points without a reply (with the party those of the return, with the reviewer those drafted now). `refused_files`,
    `unscanned_files`: those that answers name, in which a virus was found, or of which the scanner has not spoken. `points`:
    points drafted for the next return. `is_declaration_stale`: answers have changed since the official
    declared. `notices_left`: the notices of the last return have gone out.
    `is_same_reviewer`: the actor made the last return. `due_zone`: where `new_due_on` is a day.
    """

    round: int = 0
    was_returned: bool = False
    is_taken: bool = False
    taken_by_actor: bool = False
    is_same_reviewer: bool = False
    open_errors: int = 0
    open_fates: int = 0
    open_must_points: int = 0
    refused_files: int = 0
    unscanned_files: int = 0
    points: int = 0
    has_declaration: bool = False
    is_declaration_stale: bool = False
    notices_left: bool = False
    cycle_state: str = CycleState.OPEN
    new_due_on: date | None = None
    due_zone: str = "UTC"
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CycleSituation:
    """What the operation knows about a cycle at the moment of a step. `is_rolling`: no period and no due date.

    `unmapped`: questions of the edition and of the one before it that the crosswalk between them does not speak of.
    """

    expected: int = 0
    has_due_date: bool = False
    is_rolling: bool = False
    has_edition: bool = False
    unmapped: tuple[str, ...] = ()


def is_complete(situation: Situation) -> Message | None:
    """no error finding stands without an answer"""
    if situation.open_errors:
        return Message(
            "Errors that still stand: %(count)s. Correct each one, or answer it with a reason.",
            {"count": situation.open_errors},
        )
    return None


def fates_told(situation: Situation) -> Message | None:
    """every entry of the last report has a fate"""
    if situation.open_fates:
        return Message(
            "Entries of the last report of which nobody has said whether they go on: %(count)s. Say it for each one.",
            {"count": situation.open_fates},
        )
    return None


def is_declared(situation: Situation) -> Message | None:
    """the declaration is given, on the answers as they are"""
    if situation.is_declaration_stale:
        return Message("The answers have changed since the official declared. Ask for the declaration again.")
    if not situation.has_declaration:
        return Message("The declaration is not signed. Give your name and confirm it.")
    return None


def takes_first_submissions(situation: Situation) -> Message | None:
    """a first submission finds the cycle open"""
    if situation.round or situation.cycle_state == CycleState.OPEN:
        return None
    if situation.cycle_state == CycleState.ARCHIVED:
        return Message("The cycle is archived and takes no more reports.")
    return Message("The cycle is closed and takes no first submissions. Ask the secretariat to open it again.")


def is_first_round(situation: Situation) -> Message | None:
    """the report was never returned"""
    if situation.was_returned:
        return Message("The report was returned before. Withdraw it to revision instead.")
    return None


def is_later_round(situation: Situation) -> Message | None:
    """the report was returned before"""
    if not situation.was_returned:
        return Message("The report was never returned. Withdraw it to draft instead.")
    return None


def is_not_taken(situation: Situation) -> Message | None:
    """no reviewer has taken the report"""
    if situation.is_taken:
        return Message("A reviewer has taken the report, so you can no longer withdraw it. Ask for its return.")
    return None


def is_taken(situation: Situation) -> Message | None:
    """a reviewer has taken the report"""
    if not situation.is_taken:
        return Message("Nobody has taken the report. Take it first.")
    return None


def is_not_mine_yet(situation: Situation) -> Message | None:
    """the reviewer does not have it already"""
    if situation.taken_by_actor:
        return Message("You have already taken this report.")
    return None


def has_points(situation: Situation) -> Message | None:
    """at least one point is drafted"""
    if not situation.points:
        return Message("There is no point to answer. Add at least one before you return the report.")
    return None


def has_later_due_date(situation: Situation) -> Message | None:
    """a new due date after today is set"""
    if situation.new_due_on is None:
        return Message("The party needs a new due date. Choose one.")
    if situation.new_due_on <= situation.now.astimezone(ZoneInfo(situation.due_zone)).date():
        return Message("The new due date leaves no time. Choose a day after today.")
    return None


def notices_wait(situation: Situation) -> Message | None:
    """the notices of the return have not left"""
    if situation.notices_left:
        return Message("The party has been told of the return, so you can no longer recall it.")
    return None


def is_returned_by_actor(situation: Situation) -> Message | None:
    """the same reviewer made the return"""
    if not situation.is_same_reviewer:
        return Message("Another reviewer returned this report. Only that person can recall it.")
    return None


def notices_have_left(situation: Situation) -> Message | None:
    """the notices of the return have left"""
    if not situation.notices_left:
        return Message("The return can still be recalled, so answers are locked. Try again in a few minutes.")
    return None


def must_points_answered(situation: Situation) -> Message | None:
    """every must-point has a reply"""
    if situation.open_must_points:
        return Message(
            "Points that must be answered and are not: %(count)s. Reply to each one.",
            {"count": situation.open_must_points},
        )
    return None


def no_must_points_drafted(situation: Situation) -> Message | None:
    """no must-point waits to be returned"""
    if situation.open_must_points:
        return Message(
            "Must-points you drafted: %(count)s. Return the report, or remove them before you publish.",
            {"count": situation.open_must_points},
        )
    return None


def has_no_refused_file(situation: Situation) -> Message | None:
    """no answer names a file in which a virus was found"""
    if situation.refused_files:
        return Message(
            "Files that were deleted because of a virus: %(count)s. Take them out of the answers.",
            {"count": situation.refused_files},
        )
    return None


def files_are_scanned(situation: Situation) -> Message | None:
    """the virus scanner has spoken of every file"""
    if situation.unscanned_files:
        return Message(
            "Files still being checked for viruses: %(count)s. Try again in a few minutes.",
            {"count": situation.unscanned_files},
        )
    return None


def expects_somebody(situation: CycleSituation) -> Message | None:
    """at least one party is expected, unless the cycle is rolling"""
    if not situation.expected and not situation.is_rolling:
        return Message("No party is expected. Choose at least one.")
    return None


def has_due_date(situation: CycleSituation) -> Message | None:
    """a due date is set, unless the cycle is rolling"""
    if not situation.has_due_date and not situation.is_rolling:
        return Message("The cycle has no due date. Set one.")
    return None


def has_edition(situation: CycleSituation) -> Message | None:
    """the edition of the questionnaire is at hand"""
    if not situation.has_edition:
        return Message("This edition of the questionnaire is not installed. Choose another, or add its file.")
    return None


def is_mapped(situation: CycleSituation) -> Message | None:
    """the crosswalk from the edition before says what becomes of every question"""
    if situation.unmapped:
        return Message(
            "The crosswalk from the edition before leaves out questions: %(count)s, among them “%(first)s”. "
            "Add a line for each, so that answers can be carried over.",
            {"count": len(situation.unmapped), "first": situation.unmapped[0]},
        )
    return None
