"""A Django project in one file: the IndieAuth and Micropub endpoints of django-indieweb. `site.py setup` makes it and prints a token.

The package's handler in memory forgets its entries with each request; here one of them serves all.
"""

import json
import os
import sys
from pathlib import Path

from django.conf import settings

FOLDER, URL = Path(os.environ["SMM_SITE_FOLDER"]), os.environ["SMM_SITE_URL"]

settings.configure(
    DEBUG=False,
    SECRET_KEY="only for tests",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="site_of_tests",
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.sites",
        "indieweb",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "site.sqlite3"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SITE_ID=1,
    MEDIA_ROOT=FOLDER / "media",
    MEDIA_URL=f"{URL}/m/",
    INDIEWEB_MICROPUB_HANDLER="site_of_tests.OneForAll",
    LOGIN_URL="/admin/login/",
)
sys.modules["site_of_tests"] = sys.modules[__name__]

import django  # noqa: E402

django.setup()

from django.contrib import admin  # noqa: E402
from django.core.management import call_command, execute_from_command_line  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402
from django.views.static import serve  # noqa: E402
from indieweb.handlers import InMemoryMicropubHandler  # noqa: E402

KEPT = InMemoryMicropubHandler()


class OneForAll(InMemoryMicropubHandler):
    """Entries stay between requests, and have whole addresses."""

    def __init__(self):
        self.__dict__ = KEPT.__dict__

    def create_entry(self, properties, user):
        entry = super().create_entry(properties, user)
        self.entries.pop(entry.url)
        entry.url = f"{URL}{entry.url}"
        self.entries[entry.url] = entry
        return entry


def home(request):
    """The page that is the user: it names its endpoints in two ways."""
    answer = HttpResponse(f'<html><head><link rel="micropub" href="{URL}/indieweb/micropub/"></head><body>Ada</body></html>')
    answer["Link"] = f'<{URL}/indieweb/auth/metadata/>; rel="indieauth-metadata"'
    return answer


def entries(request):
    """For the tests: all that is there."""
    return JsonResponse({entry.url: entry.properties for entry in KEPT.entries.values()})


urlpatterns = [
    path("", home),
    path("entries", entries),
    path("m/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
    path("admin/", admin.site.urls),
    path("indieweb/", include("indieweb.urls")),
]


def setup():
    from django.contrib.auth.models import User
    from indieweb.models import Token

    call_command("migrate", verbosity=0)
    user = User.objects.create_superuser("ada", password="only for tests")
    made = {}
    for name, scope in (("all", "create update delete undelete media"), ("none", "profile")):
        made[name] = get_random_string(32)
        Token(key=made[name], owner=user, me=f"{URL}/", client_id=f"http://127.0.0.1/{name}", scope=scope).save()
    print(json.dumps(made))


if __name__ == "__main__":
    setup() if sys.argv[1:] == ["setup"] else execute_from_command_line(sys.argv)
