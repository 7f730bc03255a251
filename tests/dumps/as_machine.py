"""A text as a file of a given encoding, read as a dump."""

from advisor.dumps import read_document
from advisor.dumps.document import decode
from advisor.dumps.merging import one_machine
from advisor.machine import Machine


def machine_of(*texts: str | bytes, encoding: str = "utf-8") -> Machine:
    """The machine that files with these contents tell of."""
    files = [text if isinstance(text, bytes) else text.encode(encoding) for text in texts]
    pieces = [p for number, raw in enumerate(files) for p in read_document(decode(f"file{number}", raw)).pieces]
    return one_machine(pieces)


def programs_of(text: str, encoding: str = "utf-8") -> list[str]:
    """The programs that are recognised in a text."""
    return [piece.program for piece in read_document(decode("file", text.encode(encoding))).pieces]
