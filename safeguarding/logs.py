"""This file knows how a fault is logged: what kind and where, never with what it was about.

The message of an exception may hold anything: a database quotes the row it refuses, a parser the
text it could not read. So a log has the kind of each exception and the places it passed, and no
more. No kept package leaves the message out and the places in.
"""

import logging
import traceback


class NoWords(logging.Formatter):
    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei):  # noqa: N802 - the name is the library's
        fault = ei[1]
        told = []
        while fault is not None:
            told.append(f"{type(fault).__module__}.{type(fault).__qualname__}")
            told += [
                f"  {frame.filename}:{frame.lineno} in {frame.name}"
                for frame in traceback.extract_tb(fault.__traceback__)
            ]
            fault = fault.__cause__ or fault.__context__
        return "\n".join(told)
