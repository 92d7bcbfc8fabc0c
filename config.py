"""Settings: what an installation decides. This module is the only reader of the process environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OWN_FILES = ROOT / ".local" / "files"
OWN_QUESTIONNAIRES = ROOT / "templates" / "reports"

ROLE_OWNER = "relata_owner"
ROLE_APP = "relata_app"
ROLE_PUBLIC = "relata_public"

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})
_TLS = frozenset({"", "starttls", "ssl"})
_HINT = "`make demo` sets all of these for a trial; docs/operations.md explains each of them."


class SetupError(Exception):
    """Something around the program is missing or wrong; the text is for the person who installs it."""


class SettingsError(SetupError):
    """The environment does not say enough, or says something that cannot be meant. Lists everything at once."""

    def __init__(self, faults: list[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("Relata cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults) + f"\n{_HINT}")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One installation. Database URLs are SQLAlchemy URLs for psycopg 3, one for each database role."""

    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    database_public_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    public_base_url: str
    mail_from: str
    smtp_host: str
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_tls: str = ""
    database_owner_url: str = field(default="", repr=False)
    database_admin_url: str = field(default="", repr=False)
    questionnaire_paths: tuple[Path, ...] = (OWN_QUESTIONNAIRES,)
    recall_seconds: int = 600
    session_hours: int = 12
    public_reads_per_minute: int = 1200
    files_folder: Path = OWN_FILES
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = field(default="", repr=False)
    clamd_url: str = ""
    trusted_hosts: tuple[str, ...] = ()
    is_demo: bool = False

    @property
    def is_secure(self) -> bool:
        """Whether people reach this installation over https: then cookies are never sent in the clear."""
        return self.public_base_url.startswith("https://")

    @classmethod
    def from_environment(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from `env` (default: the process environment). Raises SettingsError naming every fault."""
        reader = _Reader(os.environ if env is None else env)
        settings = cls(
            secret_key=reader.secret("SECRET_KEY"),
            database_url=reader.database("DATABASE_URL", f"the role {ROLE_APP}"),
            database_owner_url=reader.database("DATABASE_OWNER_URL"),
            database_public_url=reader.database("DATABASE_PUBLIC_URL", f"the role {ROLE_PUBLIC}"),
            database_admin_url=reader.database("DATABASE_ADMIN_URL"),
            redis_url=reader.like("REDIS_URL", r"rediss?://.", "begin with redis:// or rediss://", meaning="the queue"),
            public_base_url=reader.like(
                "PUBLIC_BASE_URL", r"https?://[^/]", "begin with http:// or https:// and a host",
                meaning="the address people type, used in mails",
            ).rstrip("/"),
            smtp_host=reader.needed("SMTP_HOST", "the server that takes outgoing mail"),
            smtp_port=reader.number("SMTP_PORT", 25),
            smtp_user=reader.text("SMTP_USER"),
            smtp_password=reader.text("SMTP_PASSWORD"),
            smtp_tls=reader.one_of("SMTP_TLS", _TLS),
            mail_from=reader.like(
                "MAIL_FROM", r"[^@]+@[^@]+$", "hold one address, as in reports@example.org", meaning="the sender of all mail"
            ),
            questionnaire_paths=(OWN_QUESTIONNAIRES, *reader.folders("QUESTIONNAIRE_PATHS")),
            recall_seconds=reader.number("RECALL_SECONDS", 600),
            session_hours=reader.number("SESSION_HOURS", 12),
            public_reads_per_minute=reader.number("PUBLIC_READS_PER_MINUTE", 1200),
            files_folder=Path(reader.text("FILES_FOLDER") or OWN_FILES).expanduser(),
            **reader.bucket(),
            clamd_url=reader.like(
                "CLAMD_URL", r"tcp://[^/:]+|unix:///.", "begin with tcp:// and a host, or unix:// and a path"
            ),
            trusted_hosts=reader.words("TRUSTED_HOSTS"),
            is_demo=reader.yes_no("DEMO"),
        )
        reader.finish()
        return settings


class _Reader:
    """Reads one variable at a time and remembers every fault, so that a person sees all of them in one go."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._faults: list[str] = []

    def text(self, name: str) -> str:
        return self._env.get(name, "").strip()

    def needed(self, name: str, meaning: str) -> str:
        value = self.text(name)
        if not value:
            self._faults.append(f"{name} is not set: {meaning}.")
        return value

    def like(self, name: str, pattern: str, words: str, *, meaning: str = "") -> str:
        """A text of this pattern, which is told in words. It is needed when it has a meaning; it may hold a password."""
        value = self.needed(name, meaning) if meaning else self.text(name)
        if value and not re.match(pattern, value):
            self._faults.append(f"{name} must {words}.")
        return value

    def secret(self, name: str) -> str:
        value = self.needed(name, "a long random text that signs cookies and links")
        if value and len(value) < 32:
            self._faults.append(f"{name} has {len(value)} characters; it needs 32 or more.")
        return value

    def database(self, name: str, role: str | None = None) -> str:
        """A PostgreSQL URL in any of its usual spellings, as SQLAlchemy's `postgresql+psycopg://`."""
        value = self.text(name)
        if not value and role:
            self._faults.append(f"{name} is not set: the PostgreSQL database as seen by {role}.")
        if not value:
            return ""
        address, found = re.subn(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", value)
        if not found:
            self._faults.append(f"{name} must start with postgresql://; PostgreSQL is the only database Relata uses.")
        return address

    def number(self, name: str, default: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdecimal():
            self._faults.append(f"{name} is {value!r}; it must be a whole number.")
            return default
        return int(value)

    def one_of(self, name: str, known: frozenset[str]) -> str:
        value = self.text(name).lower()
        if value not in known:
            self._faults.append(f"{name} is {value!r}; it must be empty or one of: {', '.join(sorted(known - {''}))}.")
        return value

    def yes_no(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in _YES | _NO:
            self._faults.append(f"{name} is {value!r}; it must be yes or no.")
        return value in _YES

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in re.split(r"[\s,]+", self.text(name)) if word)

    def folders(self, name: str) -> tuple[Path, ...]:
        folders = tuple(Path(part).expanduser() for part in self.text(name).split(os.pathsep) if part)
        self._faults += [f"{name} names {folder}, which is not a folder." for folder in folders if not folder.is_dir()]
        return folders

    def bucket(self) -> dict[str, str]:
        """The S3-compatible storage, when a bucket is named."""
        if not self.text("S3_BUCKET"):
            return {}
        return {
            "s3_bucket": self.text("S3_BUCKET"), "s3_endpoint": self.text("S3_ENDPOINT"),
            "s3_region": self.text("S3_REGION") or "us-east-1",
            "s3_access_key": self.needed("S3_ACCESS_KEY", "who may read and write the bucket"),
            "s3_secret_key": self.needed("S3_SECRET_KEY", "the secret that belongs to S3_ACCESS_KEY"),
        }  # fmt: skip

    def finish(self) -> None:
        if self._faults:
            raise SettingsError(self._faults)


def inherited() -> dict[str, str]:
    """A copy of the process environment, for launchers that hand it on to the processes they start."""
    return dict(os.environ)
