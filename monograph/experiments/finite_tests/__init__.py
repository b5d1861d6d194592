"""The experiment `finite_tests`: what is planned, what one run does."""
