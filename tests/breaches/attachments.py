"""Breaches of files."""

from tests.breaches.rows import breach

BREACHES = {
    "an answer names a file that its report does not have, or another sum of it": breach(
        "update attachment set sha256 = repeat('0', 64) where report_id = :draft"
    ),
    "a file was given up although an answer or a snapshot names it": breach(
        "update attachment set status = 'gone' where report_id = :taken"
    ),
    "the public is offered a file that was not found clean": breach(
        "update attachment set status = 'checking', try_at = now() where report_id = :published"
    ),
    "a file was refused without the journal saying so": breach(
        "update attachment set status = 'refused', verdict = 'x' where report_id = :draft"
    ),
}
