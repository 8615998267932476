"""The site map's root: pages, accounts, the API, health."""

from django.contrib import admin
from django.urls import include, path

from offeradmin.health import healthz, readyz
from offers.web.account.accounts import sign_in_to_admin

# One door: Django's admin sends people to the sign-in page, which counts attempts and hides their time.
admin.site.login = sign_in_to_admin  # type: ignore[method-assign, assignment]

handler400 = "offers.web.frame.errors.bad_request"
handler403 = "offers.web.frame.errors.forbidden"
handler404 = "offers.web.frame.errors.not_found"
handler500 = "offers.web.frame.errors.server_error"

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("accounts/", include("offers.web.account.urls")),
    path("admin/", admin.site.urls),
    path("", include("offers.api.urls")),
    path("", include("offers.web.urls")),
]
