"""Models that run on their own answers, and how far those are from the truth."""
