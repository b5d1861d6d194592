"""The experiment `curation`: what is planned, what one run does, what was found."""
