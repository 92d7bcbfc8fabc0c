"""What a question may mean to the rules, whatever its code: the roles, and the types each role may have."""

ROLES: dict[str, tuple[str, ...]] = {
    "title": ("text",),
    "summary": ("text", "longtext"),
    "country": ("country",),
    "agency": ("text", "longtext"),
    "website": ("url",),
    "features": ("text", "longtext"),
    "results": ("text", "longtext"),
    "money": ("money",),
    "partners": ("table",),
    "partner_name": ("text",),
    "partner_type": ("choice",),
    "age_from": ("number",),
    "age_to": ("number",),
    "evaluated": ("yes_no",),
    "conclusions": ("text", "longtext"),
    "goals": ("choice", "choices"),
    "domains": ("choice", "choices"),
    "priorities": ("choice", "choices"),
    "youth": ("yes_no",),
    "ifcd": ("yes_no",),
}
"""Role -> types. `partner_name` and `partner_type` belong to columns of the table with the role `partners`, ages to any."""

MEANINGS = frozenset({
    "cinema_audiovisual", "design", "media_arts", "music", "performing_arts", "publishing", "visual_arts", "multi_domain",
    "youth", "public", "private", "cso",
})
"""What an option may mean to the rules and to the reader of old texts: a domain, a priority, a kind of partner."""

COLUMN_ROLES = frozenset({"partner_name", "partner_type", "age_from", "age_to"})

ASKED_CHECKS = frozenset({"MON-01"})
"""Rules a question may ask for by name (`checks:`), besides those that its role and type bring."""

SIMPLE_TYPES = (
    "text", "longtext", "yes_no", "choice", "number", "percent", "money", "year", "date", "url", "country",
)
"""What a column of a table may be."""

TYPES = (*SIMPLE_TYPES, "choices", "contact", "table", "file", "group")

RESERVED_CODES = frozenset({
    "action", "add_row", "blank", "comment", "content_lang", "content_lang_seen", "csrf_token", "current", "data", "decide",
    "declared", "errors", "form_errors", "go", "hidden_tag", "holds", "is_submitted", "keep", "kept", "lang", "meta", "once",
    "password", "populate_obj", "process", "read", "seen", "typed", "until", "validate", "validate_on_submit",
})
"""Codes that a form made from the questionnaire, or what keeps its text when a session is over, needs for itself."""
