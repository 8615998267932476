"""The OpenAPI document of the API, made of the declarations that the API itself works with, and the page that shows it."""
