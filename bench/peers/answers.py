"""How a peer talks: a line of JSON when it is ready, and one for every line that it is sent."""
import importlib
import json
import sys
from importlib.metadata import version


def require(*packages):
    """Ends the process, naming what is missing, unless all packages can be imported."""
    for package in packages:
        try:
            importlib.import_module(package)
        except ImportError as error:
            say(missing=f"{package} ({error})")
            sys.exit(0)
    return {package: version(package) for package in packages}


def say(**answer):
    print(json.dumps(answer), flush=True)


def answer_each_line(work):
    for line in sys.stdin:
        say(**work(line.strip()))
