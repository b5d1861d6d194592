"""The experiment `post_training`: what is planned, the settings, what one run does, what was found."""
