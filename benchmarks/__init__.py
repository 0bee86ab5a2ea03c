"""Our hot paths beside bare loops with the same guarantees, measured in one run.

`python -m benchmarks` (`make bench`) measures; `docs/performance.md` says how, and what was found.
A benchmark is a file here with a `NAME` and a `measure(plan)`, listed in `__main__.py`.
"""
