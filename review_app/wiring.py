"""Builds the application and the Celery app: configuration, extensions, blueprints, headers. No logic."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from celery import Celery
from flask import Flask, Response, g, request, session
from flask_login.utils import _user_context_processor
from flask_security import user_authenticated
from sqlalchemy import Engine, create_engine
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings
from review_app import tasks
from review_app.extensions import (
    READ_ONLY,
    babel,
    csrf,
    db,
    leave_dead_connections,
    limiter,
    migrate,
    security,
    write_in_transactions,
)
from review_app.models import Person
from review_app.presence import Presence
from review_app.questionnaire.language import LANGUAGES
from review_app.questionnaire.library import library
from review_app.sessions import People, PostgresSessions
from review_app.storage import storage_of
from review_app.web import (
    at_root,
    auth,
    contributing,
    desk,
    errors,
    imports,
    inbox,
    incoming,
    language,
    office,
    once,
    presentation,
    public,
    reads,
    review,
    rules,
)

ROOT = Path(__file__).parent
BLUEPRINTS = (
    public.blueprint,
    auth.blueprint,
    contributing.blueprint,
    inbox.blueprint,
    desk.blueprint,
    review.blueprint,
    office.blueprint,
    imports.blueprint,
    rules.blueprint,
)

# Of each engine. What a network forgets while it idles is not taken up again.
POOL: dict[str, Any] = {"pool_size": 5, "max_overflow": 10, "pool_recycle": 900, "json_deserializer": orjson.loads}

# Scripts and styles are files of our own: nothing inline, nothing from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(settings: Settings) -> Flask:
    """The application as `settings` describe it; its Celery app is `app.extensions["celery"]`."""
    app = Flask(__name__, template_folder=str(ROOT.parent / "templates"), static_folder=str(ROOT / "static"))
    _configure(app, settings)
    _connect(app, settings)
    library.configure(settings.questionnaire_paths)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=f"/<any({', '.join(LANGUAGES)}):lang>{blueprint.url_prefix or ''}")
    language.register(app)
    incoming.register(app)
    presentation.register(app)
    errors.register(app)
    at_root.register(app)
    once.register(app)
    app.after_request(_headers)
    app.extensions["celery"] = _celery(app, settings)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        RECALL_SECONDS=settings.recall_seconds,
        PUBLIC_READS_PER_MINUTE=settings.public_reads_per_minute,
        CLAMD_URL=settings.clamd_url,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            **POOL,
            "connect_args": {"options": f"{READ_ONLY} -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"},
        },
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        SESSION_REFRESH_EACH_REQUEST=False,
        SESSION_COOKIE_NAME="__Host-session" if settings.is_secure else "session",
        SESSION_COOKIE_SECURE=settings.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_UPLOAD_LENGTH=52 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=4000,
        # A token is as old as the session: a form that was open all day must still be taken.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
        BABEL_DEFAULT_LOCALE="en",
        RATELIMIT_STORAGE_URI=settings.redis_url,
        # A Redis that hangs must not hold up the page: after this long the process counts by itself for a while.
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_HEADERS_ENABLED=False,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  (the name of a scheme)
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1) if settings.is_secure else app.wsgi_app  # type: ignore[method-assign]


def _connect(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    with app.app_context():
        leave_dead_connections(db.engine)
        write_in_transactions(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    csrf.init_app(app)
    babel.init_app(app, locale_selector=language.of_request)
    limiter.init_app(app)
    limiter.request_filter(lambda: request.blueprint == public.blueprint.name)  # these are counted by `reads`
    # Roles are memberships of ours, so the library gets no table of its own for them.
    people = People(db, Person, None)  # type: ignore[arg-type]
    security.init_app(app, people, register_blueprint=False)
    # Nobody asks for its identities, and loading one would look up the reader even of a public page.
    security.principal.identity_loaders.clear()
    # Nor does a template ask for `current_user`: the one place that knows who acts is `access`.
    app.template_context_processors[None].remove(_user_context_processor)
    user_authenticated.connect(_remember_whose_session, app)
    app.extensions["public_engine"] = _autocommit(settings.database_public_url)
    app.extensions["reads"] = reads.Reads()
    app.extensions["storage"] = storage_of(settings)
    app.extensions["session_engine"] = _autocommit(settings.database_url)
    app.extensions["presence"] = Presence(settings.redis_url)
    app.session_interface = PostgresSessions(app, app.extensions["session_engine"])


def _autocommit(url: str) -> Engine:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", **POOL)
    leave_dead_connections(engine)
    return engine


def _remember_whose_session(app: Flask, user: Person, **_: Any) -> None:
    session["_person_id"] = user.id


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)  # a file that somebody sent has a stricter one
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint == "static" and "v" in request.args:
        headers["Cache-Control"] = f"public, max-age={365 * 86_400}, immutable"
    # Public pages and files say for themselves how long they may be kept; everything else is somebody's.
    is_public = g.get("is_public") or request.endpoint in ("static", "front_door")
    if "Cache-Control" not in headers or not is_public:
        headers["Cache-Control"] = "no-store"
    if not is_public:
        headers.setdefault("X-Robots-Tag", "noindex")  # what a link from elsewhere leads a crawler to
    return response


def _celery(app: Flask, settings: Settings) -> Celery:
    celery = Celery("review_app", broker=settings.redis_url, task_cls=tasks.FlaskTask)
    celery.flask_app = app
    celery.conf.update(tasks.CONFIGURATION)
    celery.conf.beat_schedule = tasks.SCHEDULE
    celery.set_default()
    return celery
