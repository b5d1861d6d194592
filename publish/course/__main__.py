"""Write what a class needs: `python -m publish.course [FOLDER]`, by default into `course`."""

import sys
from pathlib import Path

from publish.book import ROOT
from publish.course import folder

FOLDER = ROOT / "course"  # not in `_build`, which each build of the site removes, and students' work with it

if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for line in folder.write(target):
        print(line, flush=True)
