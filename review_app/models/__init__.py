"""Tables: columns, relations, constraints and one-line properties. No verbs."""

from review_app.models.accounts import Membership, Party, Person, WebSession
from review_app.models.attachments import Attachment
from review_app.models.contributions import ContributionLink, Proposal
from review_app.models.cycles import Cycle, CycleParty, Extension
from review_app.models.filled_forms import FilledForm
from review_app.models.imports import ImportBatch, ImportText
from review_app.models.items import Item, LastingItem
from review_app.models.journal import Claim, Dispatch, Entry, Notice
from review_app.models.reports import Answer, Report, Save, Snapshot
from review_app.models.reviews import Comment, Finding, FindingReply, Point
from review_app.models.rules import Recheck, ReportCheck, RuleSetting, RuleVersion
from review_app.models.sent import AnsweredForm, KeptForm, ResetRequest

__all__ = [
    "Answer",
    "AnsweredForm",
    "Attachment",
    "Claim",
    "Comment",
    "ContributionLink",
    "Cycle",
    "CycleParty",
    "Dispatch",
    "Entry",
    "Extension",
    "FilledForm",
    "Finding",
    "FindingReply",
    "ImportBatch",
    "ImportText",
    "Item",
    "KeptForm",
    "LastingItem",
    "Membership",
    "Notice",
    "Party",
    "Person",
    "Point",
    "Proposal",
    "Recheck",
    "Report",
    "ReportCheck",
    "ResetRequest",
    "RuleSetting",
    "RuleVersion",
    "Save",
    "Snapshot",
    "WebSession",
]
