"""How a chapter is executed, what may be stored of it, and when a fresh run counts as the same."""
