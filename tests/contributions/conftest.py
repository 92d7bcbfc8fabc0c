"""Where the tests of contribution links begin: a desk that asks outside, at a survey of libraries."""

from tests.libraries import survey
from tests.links import desk

__all__ = ["desk", "survey"]
