"""What JavaScript modules of the widgets compute, told by Node."""

import json
import subprocess
import sys
from pathlib import Path

from monograph.widgets.base import JAVASCRIPT

READ = 'import { readFileSync } from "node:fs"; const given = JSON.parse(readFileSync(0, "utf-8"));\n'


def evaluated(code, given=None):
    """Run a module in Node, and return what it writes to its console, as JSON.

    Parameters
    ----------
    code : str
        A module. ``JAVASCRIPT/`` in it is the folder of the widgets' modules, and ``given`` what it is given.
    given : object
        As JSON.

    Returns
    -------
    object
    """
    module = READ + code.replace("JAVASCRIPT/", f"{JAVASCRIPT.as_uri()}/")
    node = [Path(sys.executable).with_name("node"), "--input-type=module", "--eval", module]
    return json.loads(subprocess.run(node, input=json.dumps(given), capture_output=True, text=True, check=True).stdout)
