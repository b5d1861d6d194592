"""The site: what the extension asks of Sphinx, each part in its own module."""
