"""Settings. Everything that differs between installations comes from the environment, prefixed HAICAP_.

HAICAP_DATA: folder of the embedded database and of uploaded files (default ./data).
HAICAP_DATABASE_URL: a PostgreSQL address; without it an SQLite file in HAICAP_DATA is used.
HAICAP_SECRET_KEY: signing key; without it one is made once and kept, readable by its owner only, in HAICAP_DATA.
HAICAP_HOSTS: comma-separated host names (default localhost).  HAICAP_HTTPS=1: behind TLS.
HAICAP_TOKEN_MODULE, HAICAP_TOKEN_LABEL, HAICAP_TOKEN_PIN: a PKCS#11 device with the signing keys; without them keys
are files in the folder token of HAICAP_DATA. HAICAP_TSA: address of a time-stamp authority.
HAICAP_SIMULATED_PAYMENT=1: citizens may try a payment that moves no money (demonstrations only).
HAICAP_HOOK_HTTP=1, HAICAP_HOOK_PRIVATE=1: webhooks may go to addresses without TLS, and inside the own network.
HAICAP_HOOK_CA: a PEM file with the authorities of the own network, besides the public ones, for webhooks.
"""

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

HAICAP_DATA = Path(os.environ.get("HAICAP_DATA", "data")).resolve()
HAICAP_PLANS = Path(os.environ.get("HAICAP_PLANS", Path(__file__).resolve().parents[2] / "plans"))
HTTPS = os.environ.get("HAICAP_HTTPS") == "1"


def _secret_key() -> str:
    """Return the key from the environment, or one made once and kept beside the data."""
    if given := os.environ.get("HAICAP_SECRET_KEY"):
        return given
    HAICAP_DATA.mkdir(parents=True, exist_ok=True)
    path = HAICAP_DATA / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("HAICAP_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

AREAS = [
    "kernel", "ui", "register", "documents", "accounts", "campaign", "onestop",
    "timetable", "questionnaire", "findings", "assessment", "demo",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "axes",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    *(f"haicap.{area}" for area in AREAS),
]
MIDDLEWARE = [
    "haicap.questionnaire.openrosa.middleware.ShortWay",
    "haicap.kernel.middleware.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "haicap.accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "haicap.accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "haicap.kernel.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "haicap.urls"
WSGI_APPLICATION = "haicap.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "haicap.ui.context.page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"


def _database() -> dict[str, Any]:
    """Return the one database: PostgreSQL when an address is given, else embedded SQLite."""
    if url := os.environ.get("HAICAP_DATABASE_URL"):
        found: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=300, conn_health_checks=True))
        # for the cursors that let the server keep statements prepared; Django's own never do
        found["OPTIONS"] = {"prepare_threshold": 5} | found.get("OPTIONS", {})
        return found
    HAICAP_DATA.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HAICAP_DATA / "haicap.sqlite3",
        "CONN_MAX_AGE": 300,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                "PRAGMA busy_timeout=30000; PRAGMA cache_size=-32000;"
            ),
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}}
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "ui:home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "haicap.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "haicap.kernel.http.client_address"
OTP_TOTP_ISSUER = "haicap"

SESSION_COOKIE_AGE = int(os.environ.get("HAICAP_IDLE_MINUTES", "480")) * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "haicap.kernel.middleware.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "haicap_language"
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["haicap.ui.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
MEDIA_ROOT = HAICAP_DATA / "files"
FILE_UPLOAD_PERMISSIONS = 0o640
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
HAICAP_MAX_BODY = 64 * 1024 * 1024  # bytes of one request, refused before it is read
HAICAP_MAX_EVIDENCE = 25 * 1024 * 1024  # bytes of one evidence file
HAICAP_TOKEN_MODULE = os.environ.get("HAICAP_TOKEN_MODULE", "")
HAICAP_TOKEN_LABEL = os.environ.get("HAICAP_TOKEN_LABEL", "")
HAICAP_TOKEN_PIN = os.environ.get("HAICAP_TOKEN_PIN", "")
HAICAP_TSA = os.environ.get("HAICAP_TSA", "")
HAICAP_MAX_IMPORT = 32 * 1024 * 1024  # bytes of an export of another system
HAICAP_SIMULATED_PAYMENT = os.environ.get("HAICAP_SIMULATED_PAYMENT") == "1"
HAICAP_HOOK_HTTP = os.environ.get("HAICAP_HOOK_HTTP") == "1"
HAICAP_HOOK_PRIVATE = os.environ.get("HAICAP_HOOK_PRIVATE") == "1"
HAICAP_HOOK_CA = os.environ.get(
    "HAICAP_HOOK_CA", ""
)  # file with further authorities that receivers' TLS may have
HAICAP_HOOK_TRIES = int(os.environ.get("HAICAP_HOOK_TRIES", "12"))
HAICAP_HOOK_TIMEOUT = float(os.environ.get("HAICAP_HOOK_TIMEOUT", "10"))  # seconds
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
