from django.apps import AppConfig
from django.urls import register_converter


class OffersConfig(AppConfig):
    name = "offers"

    def ready(self) -> None:
        # Before any site map is read: pages and API have one each, and the API's is also read by itself (api_door).
        from offers.converters import ItemIdConverter

        register_converter(ItemIdConverter, "item")
