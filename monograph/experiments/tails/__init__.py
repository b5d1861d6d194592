"""The experiment `tails`: what is planned, what one run does, what was found."""
