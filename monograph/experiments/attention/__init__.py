"""Overthinking in nonlinear transformers: training below and above the critical prompt length."""
