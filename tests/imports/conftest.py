"""Where the tests of the import begin over HTTP: an administrator, and a cycle that old reports come into."""

import pytest
from flask import Flask

from tests.browser import Browser
from tests.old_texts import plan
from tests.people import make_person, sign_in


@pytest.fixture
def ada(app: Flask, client: Browser) -> Browser:
    with app.app_context():
        plan()
        make_person("ada", "administrator")
    return sign_in(client, "ada")
