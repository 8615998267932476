"""Django's commands that change who may do what, with a record of it: listed before Django's own, so these are the ones that run."""
