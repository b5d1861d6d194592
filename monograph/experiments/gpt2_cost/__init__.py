"""The experiment `gpt2_cost`: what is planned, what one run does."""
