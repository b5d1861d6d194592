"""The experiment `finite_prompts`: what is planned, what one run does."""
