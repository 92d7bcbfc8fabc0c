"""docs/questionnaires.md is true: its example loads, and it names every key, type and role there is."""

import re
from pathlib import Path

from review_app.questionnaire.loading import load
from review_app.questionnaire.roles import MEANINGS, ROLES, TYPES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "questionnaires.md").read_text(encoding="utf-8")


def test_the_example_is_a_questionnaire(tmp_path: Path) -> None:
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("name:"))
    path = tmp_path / "example.yaml"
    path.write_text(example, encoding="utf-8")

    assert [group.code for _, group in load(path).groups()] == ["library"]


def test_every_type_role_and_meaning_is_explained() -> None:
    assert [word for word in (*TYPES, *ROLES, *sorted(MEANINGS)) if f"`{word}`" not in PAGE] == []


def test_every_rule_is_explained() -> None:
    rules = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "review_app" / "checks").glob("*.py"))

    assert [rule for rule in set(re.findall(r'found\(\s*"([A-Z]+-[0-9]+)"', rules)) if f"{rule}" not in PAGE] == []
