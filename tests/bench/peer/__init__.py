"""The fair peer: what a good team would write with Django REST framework and django-simple-history, doing equal work.

A token and a membership are looked up, the row is locked, the patch is applied by the same package, a full nested serializer
checks the whole document, and the row and its history are written in one transaction. It has no search, no digest and no merge.
"""
