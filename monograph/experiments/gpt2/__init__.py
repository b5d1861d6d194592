"""The experiment `gpt2`: what is planned, what one run does, what was found."""
