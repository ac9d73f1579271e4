"""A log formatter that gives an exception's type and traceback, but never its message.

The message may hold anything: a database quotes the row it refuses, a parser the text it could not
read. So the log has only the type of each exception in the chain and its file, line and function.
No maintained package logs the traceback without the message.
"""

import logging
import traceback


class NoMessageFormatter(logging.Formatter):
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
