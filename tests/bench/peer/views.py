import jsonpatch
from django.db import transaction
from django.utils.dateparse import parse_datetime
from peer import models, serializers
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Offer(APIView):
    """One offer: PATCH takes a JSON Patch."""

    def patch(self, request: Request, key: str) -> Response:
        membership = (
            models.Membership.objects.select_related("sandbox")
            .filter(client=request.auth.client, sandbox__name=request.headers.get("x-sandbox-name", ""))
            .first()
        )
        if membership is None or membership.role == "auditor":
            raise exceptions.PermissionDenied
        with transaction.atomic():
            offer = models.Offer.objects.select_for_update().filter(sandbox=membership.sandbox, key=key).first()
            if offer is None:
                raise exceptions.NotFound
            try:
                document = jsonpatch.apply_patch(offer.document, request.data)
            except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
                raise exceptions.ValidationError(str(error)) from None
            serializers.Offer(data=document).is_valid(raise_exception=True)
            window = document["selectionConstraint"]
            offer.document, offer.etag = document, offer.etag + 1
            offer.name, offer.status, offer.priority = (
                document["name"],
                document["status"],
                document["rank"]["priority"],
            )
            offer.starts_at, offer.ends_at = parse_datetime(window["startDate"]), parse_datetime(window["endDate"])
            offer.modified_by = request.auth.client
            offer.save()
        return Response(
            {
                "etag": offer.etag,
                "createdBy": offer.created_by,
                "lastModifiedBy": offer.modified_by,
                "id": offer.key,
                "sandboxId": membership.sandbox.name,
                "createdDate": offer.created_at,
                "lastModifiedDate": offer.modified_at,
            }
        )
