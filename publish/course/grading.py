"""nbgrader at work: it makes the students' notebooks of the sheets.

It is asked by its own commands, as a teacher asks it in the folder of the course to grade what comes back.
"""

import os
import subprocess
import sys
from pathlib import Path

COURSE = "thinking-longer"
SETTINGS = f"""# What nbgrader is told in this folder.
c = get_config()
c.CourseDirectory.course_id = {COURSE!r}
c.Execute.timeout = 600  # seconds for one cell
c.ClearSolutions.code_stub = {{"python": "...  # your code here"}}
"""


def release(folder):
    """Make the students' notebooks of all sheets in `source`.

    Parameters
    ----------
    folder : pathlib.Path
        Of the course.
    """
    Path(folder, "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
    command(folder, "generate_assignment", "*", "--force")


def command(folder, *words):
    """Run one of nbgrader's commands in the folder of a course; on failure, show what it said."""
    asked = [sys.executable, "-m", "nbgrader", *words]
    # nbgrader calls alembic by its name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = os.environ | {"PATH": path}
    done = subprocess.run(asked, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
