"""The experiment `attention_cost`: what is planned, what one run does."""
