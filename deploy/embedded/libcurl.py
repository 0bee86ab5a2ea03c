"""mongod is linked against libcurl, which small systems lack; the wheel `pycurl` carries one."""

import ctypes
import os
import re
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

NAME: Final = "libcurl.so.4"


def environment(environ: Mapping[str, str], into: Path) -> dict[str, str]:
    """`environ` such that a program finds libcurl: the system's, else pycurl's through `into`."""
    if _system_has_it() or not (bundled := _bundled()):
        return dict(environ)
    into.mkdir(parents=True, exist_ok=True)
    link = into / NAME
    link.unlink(missing_ok=True)
    link.symlink_to(bundled)
    places = [str(into), str(bundled.parent), environ.get("LD_LIBRARY_PATH", "")]
    return {**environ, "LD_LIBRARY_PATH": os.pathsep.join(filter(None, places))}


def _system_has_it() -> bool:
    try:
        ctypes.CDLL(NAME)
    except OSError:
        return False
    return True


def _bundled() -> Path | None:
    """The wheel keeps its copy under a name with a hash: `pycurl.libs/libcurl-….so.4.8.0`."""
    try:
        files = distribution("pycurl").files or []
    except PackageNotFoundError:
        return None
    named = (Path(str(f.locate())) for f in files if re.match(r"libcurl-\w+\.so\.4", f.name))
    return next((path for path in named if path.exists()), None)
