"""Settings: everything a deployment may change is an environment variable (docs/operator.md)."""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from offeradmin import assets, devdb
from offeradmin.environment import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()

DEBUG = env.flag("DEBUG")
# A key everybody can read would let everybody sign sessions, so there is none to fall back to but in debug mode.
SECRET_KEY = env.str("SECRET_KEY", default="only-for-debug-mode-and-tests" if DEBUG else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# What somebody typed can be guessed: 50 characters is what Django's own check asks for.
if not DEBUG and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("django-insecure-")):
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or can be guessed. Set it to 50 random characters or more (DEBUG=1 needs none, on your own "
        "machine). This makes one: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_FAILURE_VIEW = "offers.web.account.session.token_refused"
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BEHIND_PROXY = env.flag("BEHIND_PROXY")
# Whose X-Forwarded-For is believed (offers/access/attempts.py): by default a proxy on the same machine, if there is one at all.
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES", default=["127.0.0.0/8", "::1"] if BEHIND_PROXY else [])

INSTALLED_APPS = [
    "offers.operating",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
    "offers",
]
# What the worker can do is said where it is started (offers/management/commands/worker.py), and web processes need not load it.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

MIDDLEWARE = [
    "offers.web.frame.middleware.kept_to_oneself",
    "django.middleware.security.SecurityMiddleware",
    "offeradmin.assets.StaticFiles",
    "offers.web.frame.middleware.request_id",
    "offers.web.frame.middleware.api_door",
    # Pages only: what programs get keeps its strong etag. A page may be compressed though it says what was asked for, because
    # its only secret, the token of its forms, is masked anew in each answer, and lengths are random by up to 100 bytes (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "offers.web.frame.errors.form_size",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Deny by default: a view that is for everyone says so (login_not_required).
    "offers.web.account.session.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "offers.web.frame.middleware.time_zone",
    "offers.web.item.deleted.deleted_items",
    "offers.web.frame.errors.only_pressed",
]

ROOT_URLCONF = "offeradmin.urls"
WSGI_APPLICATION = "offeradmin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "offers.web.frame.respond.frame",
            ],
        },
    },
]

# PostgreSQL only. Connections are kept (reconnecting costs more than a whole PATCH), parameters are bound by the
# server so that statements can be prepared, and no statement may run forever.
DATABASES = {"default": env.db_url_config(env.str("DATABASE_URL", default="") or devdb.url())}
DATABASES["default"].update(
    CONN_MAX_AGE=None,
    # No health check: it would cost every request a query. After a restart of the database each process answers one
    # request with 503 and Retry-After, and then reconnects.
    CONN_HEALTH_CHECKS=False,
    OPTIONS={
        **DATABASES["default"].get("OPTIONS", {}),
        "server_side_binding": True,
        "prepare_threshold": 2,
        "options": "-c statement_timeout=30s -c lock_timeout=10s",
    },
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_ENGINE = "offers.access.signed_in"
MESSAGE_STORAGE = "offers.web.frame.middleware.Unread"
AUTHENTICATION_BACKENDS = ["offers.web.account.accounts.ByNameOrEmail"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Seconds for which a link that proves something by mail is good.
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# People are invited by an operator; nobody signs up by themselves.
ACCOUNT_ADAPTER = "offers.web.account.accounts.InvitedOnly"
ACCOUNT_FORMS = {"change_password": "offers.web.account.passwords.ChangePassword"}
# Its limits count in each process by itself, and lock out everybody behind one address: ours are in offers/access/attempts.py.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_PASSWORD_CHANGE_REDIRECT_URL = "account_change_password"  # noqa: S105 - a page's name
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = env.number("ACCESS_TOKEN_SECONDS", default=24 * 3600)

# Mail is sent where an operator said by what, from whom, and where people reach these pages, which it leads to; else none is.
globals().update(env.mail("EMAIL_URL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="")
PUBLIC_URL = env.origin("PUBLIC_URL")
SENDS_MAIL = bool(env.str("EMAIL_URL", default="").strip())
if SENDS_MAIL and not (PUBLIC_URL and DEFAULT_FROM_EMAIL):
    raise ImproperlyConfigured("EMAIL_URL needs MAIL_FROM (who mail is from) and PUBLIC_URL (where its links lead).")

# Whose installation it is: people read it where they sign in.
INSTALLATION_NAME = env.str("INSTALLATION_NAME", default="")

# What signs the checkpoints of the logs; without it, none are made.
LOG_KEY = env.seed("LOG_KEY")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
LOCALE_PATHS = [BASE_DIR / "offers" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATICFILES_DIRS = [BASE_DIR / "static"]
# While files are being changed, their addresses stay.
STATIC_VERSION = "" if DEBUG else assets.version_of(BASE_DIR / "static")
STATIC_URL = f"static/{STATIC_VERSION}/" if STATIC_VERSION else "static/"
# Compressed copies of this version. What has none is served from where it lies.
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / ".local" / "static"))) / (STATIC_VERSION or "debug")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "offeradmin.assets.CollectedFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_ADD_HEADERS_FUNCTION = assets.add_headers

# Nothing from elsewhere, nothing inline. What an offer shows is framed from an address with a policy of its own
# (web/item/preview.py), sandboxed without scripts.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # The code editor makes its style itself: a page that has one names it (templates/edit/form.html).
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Only where we are told how a request came in, or every request would be sent round in circles. Load balancers ask plainly.
SECURE_SSL_REDIRECT = HTTPS and BEHIND_PROXY
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
# Whether the rule of HTTPS goes for other hosts below ours, and for ever, is the domain's owner's to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# A form holds a whole offer (300 KB at most); the API reads its body itself, 1 MB at most.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
# No form has files, and nothing that is sent may reach the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    # Why somebody was refused is in the line; where in the code is of use to nobody.
    "filters": {
        "short": {"()": "offeradmin.environment.Shortened"},
        "proofs": {"()": "offeradmin.environment.WithoutProofs"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["short", "proofs"]}},
    "root": {"handlers": ["console"], "level": env.level("LOG_LEVEL", default="WARNING")},
}
