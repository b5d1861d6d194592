"""Measurements of speed and variance: `make bench`. Each module bench_*.py has one run()."""
