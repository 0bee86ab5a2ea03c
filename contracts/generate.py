"""Writes what is derived from the contracts: JSON Schemas, the AsyncAPI document, topic cards.

`python -m contracts.generate` (what `make contracts` runs) refuses to write over a schema that the
new one breaks, be it in the working tree or in the last commit. `--check` writes nothing and fails
where a run would change something. `--accept-breaks` is for a type no release has written yet.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from contracts import asyncapi, cards
from contracts.compatibility import Schema, breaks
from contracts.envelope import Message
from contracts.topics import TOPICS

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMAS: Final = "contracts/schemas"
ASYNCAPI: Final = "docs/asyncapi.json"
README: Final = "contracts/README.md"


def messages() -> list[type[Message]]:
    """Every message that travels on a topic, by its type."""
    return sorted({m for topic in TOPICS for m in topic.messages}, key=lambda m: m.type)


def schema(message: type[Message]) -> dict[str, Any]:
    """The message's body as written, as JSON Schema 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:esteira:{message.type}",
        **message.model_json_schema(mode="serialization"),
    }


def derived(readme: str) -> dict[str, str]:
    """Every derived file and its content, by path; `readme` is the contracts' README as it is."""
    schemas = {f"{SCHEMAS}/{m.type}.json": _text(schema(m)) for m in messages()}
    return {
        **schemas,
        ASYNCAPI: _text(asyncapi.document(TOPICS)),
        README: cards.inserted(readme, TOPICS),
    }


def broken(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """What the new schemas break, by type and in words."""
    gone = sorted(old.keys() - new.keys())
    found = [f"{name}: no message has this type any more" for name in gone]
    for name in sorted(old.keys() & new.keys()):
        found += [f"{name}: {what}" for what in breaks(old[name], new[name])]
    return found


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def checked_in(root: Path) -> dict[str, Schema]:
    """The schemas of the working tree, by type."""
    return {p.stem: json.loads(p.read_text("utf-8")) for p in (root / SCHEMAS).glob("*.json")}


def committed(root: Path) -> dict[str, Schema]:
    """The schemas of the last commit, by type; none where there is no git or no commit."""
    git = shutil.which("git")
    listed = _said(git, root, "ls-tree", "--name-only", "HEAD", f"{SCHEMAS}/")
    return {
        Path(path).stem: json.loads(_said(git, root, "show", f"HEAD:{path}"))
        for path in listed.split()
    }


def _said(git: str | None, root: Path, *arguments: str) -> str:
    if git is None:
        return ""
    command = [git, "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - fixed words
    return done.stdout.decode("utf-8") if done.returncode == 0 else ""


def run(root: Path, *, check: bool = False, accept_breaks: bool = False) -> list[str]:
    """Write, or only check, the derived files under `root`; gives what is wrong, in words."""
    new = {m.type: schema(m) for m in messages()}
    found = {what: None for old in (committed(root), checked_in(root)) for what in broken(old, new)}
    if found and not accept_breaks:
        return [*found, "A breaking change needs a new type: see contracts/README.md, “A v2”."]
    fresh = derived((root / README).read_text("utf-8"))
    there = {f"{SCHEMAS}/{name}.json" for name in checked_in(root)}
    late = [path for path in sorted(fresh.keys() | there) if _read(root / path) != fresh.get(path)]
    if check:
        return [f"{path} is out of date: run `make contracts`" for path in late]
    for path in late:
        _write(root / path, fresh.get(path))
    return []


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.exists() else None


def _write(file: Path, text: str | None) -> None:
    if text is None:
        file.unlink()
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def main() -> int:
    """Run from the command line; the exit status says whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument(
        "--accept-breaks", action="store_true", help="before a type's first release"
    )
    asked = parser.parse_args()
    wrong = run(ROOT, check=asked.check, accept_breaks=asked.accept_breaks)
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
