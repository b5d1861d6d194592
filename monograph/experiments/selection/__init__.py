"""The experiment `selection`: what is planned, what one run does, what was found; and examples of its chapter."""
