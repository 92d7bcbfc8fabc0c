"""Answers are saved while they are typed; whatever fails, the text is on the page, in the history, or back after signing in."""
