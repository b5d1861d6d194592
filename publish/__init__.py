"""How the book is made: chapters are executed, checked and laid out as a site.

Nothing in the package `ttsbook` depends on it.
"""
