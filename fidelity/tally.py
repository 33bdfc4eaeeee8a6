"""Counts checks and tells each result as it comes."""

import os
import sys


class Tally:
    """The checks of one part."""

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = 0

    async def run(self, checks):
        for check in checks:
            try:
                await check()
            except Exception as error:  # what a check throws is its failure
                self.failed += 1
                print(f"FAILED  {self.name}: {check.__doc__}\n        {type(error).__name__}: {error}")
            else:
                self.passed += 1
                print(f"ok      {self.name}: {check.__doc__}")

    def end(self):
        with open(os.environ["FIDELITY_COUNTS"], "w", encoding="utf-8") as counts:
            counts.write(f"{self.passed} {self.failed}\n")
        sys.exit(1 if self.failed else 0)


def same(found, wanted, why=""):
    if found != wanted:
        raise AssertionError(f"{why}{': ' if why else ''}{found!r} instead of {wanted!r}")


def holds(condition, why):
    if not condition:
        raise AssertionError(why)


async def refused(call, status):
    """The body of the refusal that a call must meet."""
    try:
        await call
    except Exception as error:
        same(getattr(error, "status_code", None), status, str(error))
        response = error.response
        return response.json() if hasattr(response, "json") else response
    raise AssertionError(f"was not refused with {status}")
