"""What is served by default: the WSGI application behind the door that receives its requests."""

from django.conf import settings

from offeradmin.door import Door
from offeradmin.wsgi import application as wsgi_application

application = Door(wsgi_application, limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
