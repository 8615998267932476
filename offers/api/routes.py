"""The API's addresses: the same calls for each kind of library item, each with its own entry in the OpenAPI document."""

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from offers.api import describing, endpoints, history, problems
from offers.api.auth import authenticate
from offers.api.resources import RESOURCES, Resource

api = NinjaAPI(
    title="Offer library",
    version="1",
    description=describing.INTRODUCTION,
    auth=authenticate,
    # Served by our own views (offers/api/describing.py): ninja's page needs what our content policy forbids.
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
for _error in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(_error, problems.answer)  # type: ignore[arg-type]  # ninja allows for classes as well


def mount(resource: Resource) -> None:
    """Add the calls of one collection."""
    path, item = f"/{resource.path}", f"/{resource.path}/{{item:id}}"
    about = describing.About(resource)

    @api.post(path, **about.create)
    def create(request: HttpRequest) -> HttpResponse:
        return endpoints.create(request, resource)

    @api.get(path, **about.listing)
    def listing(request: HttpRequest) -> HttpResponse:
        return endpoints.listing(request, resource)

    @api.get(item, **about.read)
    def read(request: HttpRequest, id: str) -> HttpResponse:
        return endpoints.read(request, resource, id)

    @api.patch(item, **about.change)
    def change(request: HttpRequest, id: str) -> HttpResponse:
        return endpoints.change(request, resource, id)

    @api.delete(item, **about.delete)
    def delete(request: HttpRequest, id: str) -> HttpResponse:
        return endpoints.delete(request, resource, id)

    @api.get(f"{item}/revisions", **about.revisions)
    def revisions(request: HttpRequest, id: str) -> HttpResponse:
        return history.revisions(request, resource, id)

    @api.get(f"{item}/revisions/{{int:etag}}", **about.revision)
    def revision(request: HttpRequest, id: str, etag: int) -> HttpResponse:
        return history.revision(request, resource, id, etag)

    @api.get(f"{item}/blame", **about.blame)
    def blame(request: HttpRequest, id: str) -> HttpResponse:
        return history.blame(request, resource, id)


for _resource in RESOURCES:
    mount(_resource)
