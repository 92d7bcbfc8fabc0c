"""What may happen to a report and to a cycle. Pure Python: no web, no database, no queue."""
