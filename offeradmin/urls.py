"""The site map's root: pages, accounts, the API, health."""

from django.contrib import admin
from django.urls import include, path, register_converter

from offers.converters import ItemIdConverter
from offers.web.health import healthz, readyz

register_converter(ItemIdConverter, "item")

handler500 = "offers.web.errors.server_error"

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("offers.api.urls")),
    path("", include("offers.web.urls")),
]
