"""What the book shows with the package `ttsbook`: claims, experiments, pictures and widgets.

The package knows nothing of it.
"""
