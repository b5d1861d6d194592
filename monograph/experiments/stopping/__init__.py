"""The experiment `stopping`: what is planned, the settings, what one run does, what was found."""
