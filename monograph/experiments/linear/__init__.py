"""The experiment `linear`: what is planned, what one run does, what was found."""
