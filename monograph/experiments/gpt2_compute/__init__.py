"""The experiment `gpt2_compute`: what is planned, what one run does."""
