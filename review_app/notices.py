"""Who is told what: one line a fact, with its audiences, its channels and when it may be told. Pure."""

from dataclasses import dataclass
from typing import Any, Literal

from workflows.messages import Message

AUDIENCES = (
    "person",  # the one the fact is about
    "team",  # everybody of the report's party
    "coordinators",  # of the report's party
    "reviewer",  # the one who has the report
    "previous_reviewer",  # the one who had it until now
    "reviewers",
    "administrators",
    "actor",  # who did it, when they must hear of it too
    "receiver",  # of the link the fact is about; by mail, when its address is known
)
CHANNELS = ("inbox", "mail")


@dataclass(frozen=True)
class Told:
    """One line of the table. `delay`: "recall" holds inbox and mail alike while the fact can be taken back."""

    audience: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    delay: Literal["now", "recall"] = "now"

    def __post_init__(self) -> None:
        if unknown := {*self.audience} - {*AUDIENCES} | {*self.channels} - {*CHANNELS}:
            raise ValueError(f"unknown audiences or channels: {sorted(unknown)}")
        if bool(self.audience) != bool(self.channels):
            raise ValueError("an audience needs a channel, and a channel an audience")

    @property
    def mail(self) -> bool:
        """Whether the fact has an e-mail of its own in templates/emails."""
        return "mail" in self.channels


NOBODY = Told()
INBOX, MAIL, BOTH = ("inbox",), ("mail",), ("inbox", "mail")

NOTICES: dict[str, Told] = {
    # Somebody who cannot sign in yet has no inbox to look at.
    "person.invited": Told(("person",), MAIL),
    "person.reset_requested": Told(("person",), MAIL),
    "person.joined": Told(("administrators",), INBOX),
    "person.password_changed": Told(("person",), INBOX),
    "person.role_ended": Told(("person",), INBOX),
    "person.lead_handed_over": Told(("person", "actor"), BOTH),
    "person.deactivated": NOBODY,
    "person.reactivated": NOBODY,
    "cycle.planned": NOBODY,
    # The people a cycle concerns hear of it by report.expected, each for their own report.
    "cycle.opened": NOBODY,
    "cycle.closed": NOBODY,
    "cycle.archived": NOBODY,
    # Reviewers see the severity that holds beside each finding.
    "rule.changed": NOBODY,
    "report.expected": Told(("team",), INBOX),
    "report.started": NOBODY,
    "report.submitted": Told(("team", "reviewers"), BOTH),
    "report.withdrawn": Told(("team", "reviewers"), BOTH),
    "report.taken": Told(("coordinators",), INBOX),
    "report.released": Told(("reviewers",), INBOX),
    "report.taken_over": Told(("previous_reviewer",), BOTH),
    "report.returned": Told(("team",), BOTH, delay="recall"),
    # The party never heard of the return: its notices were withdrawn before they left.
    "report.recalled": NOBODY,
    # All reviewers: whoever made the return may have left, and somebody must take the answer up.
    "report.resubmitted": Told(("team", "reviewers"), BOTH),
    "report.published": Told(("team",), BOTH),
    "report.imported": NOBODY,
    "report.import_added": NOBODY,
    "import.began": NOBODY,
    "import.finished": Told(("person",), INBOX),
    "report.carried": NOBODY,
    # Each report's journal says it; the two it concerns hear of it once, by person.lead_handed_over.
    "report.lead_changed": NOBODY,
    "file.refused": Told(("person",), BOTH),
    "report.extended": Told(("team",), BOTH),
    "report.reminded": Told(("team",), BOTH),
    "report.due_in_30_days": Told(("team",), BOTH),
    "report.overdue": Told(("team",), BOTH),
    "contribution.asked": Told(("receiver",), MAIL),
    "contribution.received": Told(("coordinators",), BOTH),
    "contribution.withdrawn": NOBODY,
    "contribution.decided": NOBODY,
    "declaration.asked": Told(("receiver",), MAIL),
    "declaration.made": Told(("coordinators",), BOTH),
    "finding.answered": NOBODY,
    "answer.token_removed": NOBODY,
}

HEADLINES: dict[str, Message] = {
    "person.invited": Message("An invitation was sent"),
    "person.reset_requested": Message("A link for a new password was asked for"),
    "person.joined": Message("An invitation was accepted"),
    "person.password_changed": Message("Your password was changed"),
    "person.role_ended": Message("One of your roles has ended"),
    "person.lead_handed_over": Message("The lead of your country's reports was handed over"),
    "person.deactivated": Message("An account was closed"),
    "person.reactivated": Message("An account was opened again"),
    "cycle.planned": Message("The cycle was planned"),
    "cycle.opened": Message("The cycle was opened"),
    "cycle.closed": Message("The cycle was closed"),
    "cycle.archived": Message("The cycle was archived"),
    "rule.changed": Message("A rule of the checks was changed for a cycle"),
    "report.expected": Message("%(report)s: a report is expected from you"),
    "report.started": Message("%(report)s: the report was started"),
    "report.submitted": Message("%(report)s: the report was submitted"),
    "report.withdrawn": Message("%(report)s: the report was withdrawn"),
    "report.taken": Message("%(report)s: a reviewer has taken the report"),
    "report.released": Message("%(report)s: the report is free to take"),
    "report.taken_over": Message("%(report)s: another reviewer has taken over the report"),
    "report.returned": Message("%(report)s: the secretariat has returned the report"),
    "report.recalled": Message("%(report)s: the return was taken back"),
    "report.resubmitted": Message("%(report)s: the report was submitted again"),
    "report.published": Message("%(report)s: the report is public"),
    "report.imported": Message("%(report)s: the published report was brought in"),
    "report.import_added": Message("%(report)s: entries of old reports were brought in"),
    "import.began": Message("Old reports are being brought in"),
    "import.finished": Message("Your import is through: see what needs you"),
    "report.lead_changed": Message("%(report)s: the lead was handed over"),
    "file.refused": Message("%(report)s: a file was refused, a virus was found in it"),
    "report.carried": Message("%(report)s: it begins with the answers of the last report"),
    "report.extended": Message("%(report)s: there is a new due date"),
    "report.reminded": Message("%(report)s: the secretariat reminds you of the report"),
    "report.due_in_30_days": Message("%(report)s: the report is due within 30 days"),
    "report.overdue": Message("%(report)s: the due date has passed"),
    "contribution.asked": Message("%(report)s: somebody outside was asked to contribute"),
    "contribution.received": Message("%(report)s: a contribution came in"),
    "contribution.withdrawn": Message("%(report)s: a link was withdrawn"),
    "contribution.decided": Message("%(report)s: a contribution was decided on"),
    "declaration.asked": Message("%(report)s: the signing official was asked to declare"),
    "declaration.made": Message("%(report)s: the signing official has declared"),
    "finding.answered": Message("%(report)s: a finding was answered"),
    "answer.token_removed": Message("%(report)s: stray words were removed from an answer"),
}


def headline(fact: str, *, report: Any = "") -> Message:
    """What happened, in a line for inboxes and journals. `report`: how the reader knows the report."""
    return Message(HEADLINES[fact].id, {"report": report})
