"""Run all benchmarks, or those named on the command line."""

import importlib
import pkgutil
import sys

import benchmarks

found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_")]
chosen = [f"bench_{name.removeprefix('bench_')}" for name in sys.argv[1:]] or found
unknown = sorted(set(chosen) - set(found))
if unknown:
    sys.exit(f"unknown benchmark {', '.join(unknown)}; there are: {', '.join(found)}")
for name in chosen:
    module = importlib.import_module(f"benchmarks.{name}")
    print(f"\n{module.__doc__.strip()}\n")
    module.run()
