"""The WSGI application. `offeradmin.asgi`, which is served by default, receives its requests."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offeradmin.settings")

application = get_wsgi_application()
