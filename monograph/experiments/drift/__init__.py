"""The experiment `drift`: what is planned, what one run does."""
