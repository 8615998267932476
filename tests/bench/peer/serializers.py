from typing import Any

from rest_framework import serializers


class Component(serializers.Serializer[Any]):
    type = serializers.CharField(max_length=100)
    format = serializers.CharField(max_length=100)
    language = serializers.ListField(child=serializers.CharField(max_length=20))
    content = serializers.CharField(required=False, max_length=100_000)
    linkURL = serializers.CharField(required=False, max_length=2_000)
    deliveryURL = serializers.CharField(required=False, max_length=2_000)


class Representation(serializers.Serializer[Any]):
    channel = serializers.CharField(max_length=200)
    placement = serializers.CharField(max_length=64)
    components = Component(many=True)


class Window(serializers.Serializer[Any]):
    startDate = serializers.DateTimeField()
    endDate = serializers.DateTimeField()
    profileConstraintType = serializers.ChoiceField(["none", "eligibilityRule", "anySegments", "allSegments"])
    eligibilityRule = serializers.CharField(required=False, max_length=64)

    def validate(self, window: dict[str, Any]) -> dict[str, Any]:
        if window["startDate"] >= window["endDate"]:
            raise serializers.ValidationError("The end is not after the start.")
        return window


class Rank(serializers.Serializer[Any]):
    priority = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class Repeat(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    unit = serializers.ChoiceField(["day", "week", "month"])
    unitCount = serializers.IntegerField(min_value=1)


class Capping(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    limit = serializers.IntegerField(min_value=1)
    scope = serializers.ChoiceField(["global", "profile"])
    entity = serializers.CharField(max_length=20)
    events = serializers.ListField(child=serializers.CharField(max_length=100), required=False)
    startDate = serializers.DateTimeField(required=False)
    endDate = serializers.DateTimeField(required=False)
    repeat = Repeat(required=False)


class Offer(serializers.Serializer[Any]):
    """A whole document."""

    name = serializers.CharField(max_length=250)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2_000)
    status = serializers.ChoiceField(["draft", "approved", "archived"])
    tags = serializers.ListField(child=serializers.CharField(max_length=64), required=False)
    characteristics = serializers.DictField(child=serializers.CharField(max_length=1_000), required=False)
    representations = Representation(many=True)
    selectionConstraint = Window()
    rank = Rank()
    cappingConstraint = serializers.DictField(required=False)
    frequencyCappingConstraints = Capping(many=True, required=False)
