"""The experiment `recipes`: what is planned, what one run does."""
