"""The experiment `frozen`: what is planned, what one run does."""
