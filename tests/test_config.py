"""Settings say everything that is wrong at once, and keep secrets to themselves."""

from pathlib import Path

import pytest

from config import OWN_QUESTIONNAIRES, Settings, SettingsError

ENOUGH = {
    "SECRET_KEY": "k" * 40,
    "DATABASE_URL": "postgres://relata_app:pw@db/relata",
    "DATABASE_PUBLIC_URL": "postgresql://relata_public:pw@db/relata",
    "REDIS_URL": "redis://queue/0",
    "PUBLIC_BASE_URL": "https://reports.example.org/",
    "SMTP_HOST": "mail.example.org",
    "MAIL_FROM": "reports@example.org",
}


def test_an_empty_environment_is_told_everything_it_lacks() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({})
    assert {fault.split()[0] for fault in caught.value.faults} == set(ENOUGH)
    assert "make demo" in str(caught.value)


def test_database_addresses_are_read_in_their_usual_spellings() -> None:
    settings = Settings.from_environment(ENOUGH)
    assert settings.database_url == "postgresql+psycopg://relata_app:pw@db/relata"
    assert settings.database_public_url == "postgresql+psycopg://relata_public:pw@db/relata"
    assert settings.database_owner_url == ""


def test_https_and_the_public_address() -> None:
    settings = Settings.from_environment(ENOUGH)
    assert settings.public_base_url == "https://reports.example.org"
    assert settings.is_secure
    assert not Settings.from_environment({**ENOUGH, "PUBLIC_BASE_URL": "http://127.0.0.1:8000"}).is_secure


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "32 or more"),
        ("DATABASE_URL", "mysql://x", "PostgreSQL is the only"),
        ("SMTP_PORT", "many", "whole number"),
        ("SMTP_TLS", "perhaps", "starttls"),
        ("DEMO", "perhaps", "yes or no"),
        ("REDIS_URL", "127.0.0.1:6379", "begin with redis://"),
        ("PUBLIC_BASE_URL", "reports.example.org", "begin with http:// or https://"),
        ("MAIL_FROM", "Relata", "hold one address"),
        ("CLAMD_URL", "localhost:3310", "begin with tcp://"),
        ("QUESTIONNAIRE_PATHS", "/nowhere/at/all", "not a folder"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Settings.from_environment({**ENOUGH, name: value})


def test_questionnaires_of_ones_own_come_after_the_built_in(tmp_path: Path) -> None:
    settings = Settings.from_environment({**ENOUGH, "QUESTIONNAIRE_PATHS": str(tmp_path)})
    assert settings.questionnaire_paths == (OWN_QUESTIONNAIRES, tmp_path)


def test_secrets_stay_out_of_logs() -> None:
    told = repr(Settings.from_environment({**ENOUGH, "SMTP_PASSWORD": "hush-hush"}))
    assert "hush-hush" not in told
    assert ":pw@" not in told
    assert "kkkk" not in told
