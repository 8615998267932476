"""What a document is and how it changes. Pure Python: nothing here imports Django or knows about storage."""
