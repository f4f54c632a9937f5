"""Tells what a script finds in the controller's container: its arguments, and which packages can be imported.

ocs start pysmurf-controller.run script=/config/scripts/pysmurf/check_setup.py --wait
"""

import importlib
import os
import sys

print(f"Python {sys.version.split()[0]}, arguments {sys.argv[1:]}")
for name in sorted(name for name in os.environ if name.startswith("SMURFPUB_") or name == "SLOT"):
    print(f"{name}={os.environ[name]}")
for name in ("numpy", "pysmurf", "sodetlib"):
    try:
        module = importlib.import_module(name)
        print(f"{name} {getattr(module, '__version__', '')} in {os.path.dirname(module.__file__)}")
    except ImportError as error:
        print(f"{name} is not there: {error}")
