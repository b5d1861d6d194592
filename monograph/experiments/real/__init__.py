"""The experiment `real`: pools of real rows, what is planned, what one run does, what was found."""
