"""Reads a Containerfile, and says what is not as it should be. No engine is needed."""

import fnmatch
import json
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = {"FROM", "RUN", "COPY", "ENV", "WORKDIR", "VOLUME", "EXPOSE", "USER", "STOPSIGNAL", "HEALTHCHECK", "LABEL", "ENTRYPOINT", "CMD"}


@dataclass
class Step:
    """One instruction, with the line on which it begins."""

    line: int
    word: str
    rest: str

    def words(self):
        """The words of COPY, ENV and the like, without their flags."""
        return [word for word in shlex.split(self.rest) if not word.startswith("--")]

    def flag(self, name):
        """The value of a flag such as --from."""
        found = re.search(rf"--{name}=(\S+)", self.rest)
        return found.group(1) if found else None

    def as_list(self):
        """The JSON list of ENTRYPOINT, CMD and HEALTHCHECK; nothing where it is a shell's line."""
        at = self.rest.find("[")
        try:
            return json.loads(self.rest[at:]) if at >= 0 else None
        except ValueError:
            return None


@dataclass
class Stage:
    """What one FROM begins."""

    base: str
    name: str
    steps: list = field(default_factory=list)

    def last(self, word):
        """The instruction of that name that counts."""
        found = [step for step in self.steps if step.word == word]
        return found[-1] if found else None


def read(path):
    """The stages of a file."""
    stages, text, begin = [], "", 0
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begin = begin or number
        text += line
        if text.endswith("\\"):
            text = text[:-1] + " "
            continue
        word, _, rest = text.strip().partition(" ")
        step = Step(begin, word.upper(), re.sub(r"\s+", " ", rest.strip()))
        if step.word == "FROM":
            base, *named = step.words()
            stages.append(Stage(base, named[1] if len(named) == 2 else ""))
        elif stages:
            stages[-1].steps.append(step)
        text, begin = "", 0
    return stages


def faults(stages, root, ignored):
    """What is wrong, one line each."""
    found, names = [], set()
    tracked = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True, text=True).stdout.splitlines()
    tracked = [path for path in tracked if not is_ignored(path, ignored)]
    for stage in stages:
        tag = stage.base.rsplit("/", 1)[-1].partition(":")[2]
        if stage.base not in names and tag in ("", "latest"):
            found.append(f"{stage.base}: a base without a fixed tag changes by itself")
        for step in stage.steps:
            at = f"line {step.line}"
            if step.word not in KNOWN:
                found.append(f"{at}: {step.word} is not used here, or is none")
            if step.word == "COPY":
                *sources, _ = step.words()
                origin = step.flag("from")
                if origin and origin not in names:
                    found.append(f"{at}: there is no stage {origin} before this one")
                for source in sources if not origin else []:
                    if not any(path == source or path.startswith(source.rstrip("/") + "/") for path in tracked):
                        found.append(f"{at}: {source} is not in the sources, or is left out by the ignore file")
            if step.word == "RUN" and "apt-get install" in step.rest:
                for needed in ("apt-get update", "--no-install-recommends", "rm -rf /var/lib/apt/lists"):
                    if needed not in step.rest:
                        found.append(f"{at}: apt-get install without `{needed}` in the same step")
        names.add(stage.name)
    last = stages[-1]
    user = last.last("USER")
    if not user or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", user.rest):
        found.append("the last USER is not a number other than 0, which Kubernetes could prove not to be root")
    for word in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
        if not last.last(word) or not last.last(word).as_list():
            found.append(f"{word} is missing, or would be run by a shell that takes the signals")
    if not last.last("VOLUME"):
        found.append("VOLUME is missing: what is kept would go with the container")
    return found


def is_ignored(path, patterns):
    """Whether the ignore file leaves a path out: the last line that fits decides."""
    out = False
    for pattern in patterns:
        keep = pattern.startswith("!")
        plain = pattern.lstrip("!").rstrip("/")
        parts = path.split("/")
        above = ["/".join(parts[: end + 1]) for end in range(len(parts))]
        if any(fits(one, plain) for one in above):
            out = not keep
    return out


def fits(path, pattern):
    """Whether a path is named by a line of the ignore file; a star stays within a folder."""
    if pattern.startswith("**/"):
        return any(fits(path.split("/", skip)[-1], pattern[3:]) for skip in range(path.count("/") + 1))
    return path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern)
