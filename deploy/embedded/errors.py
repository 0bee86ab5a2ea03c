"""The two ways `make run` ends before it is ready."""


class SetupError(Exception):
    """Something outside must change first; the message says what. Ends with exit code 2."""


class StartFailed(Exception):  # noqa: N818  an outcome, read as a sentence where it is raised
    """A process of ours did not come up; the message carries the end of its log. Exit code 1."""
