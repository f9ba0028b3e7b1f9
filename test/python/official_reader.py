"""Reads with the unmodified official client (PyPI taos-ws-py) and prints the rows of each statement as JSON.

Usage: official_reader.py taosws://root:taosdata@127.0.0.1:6041/database "select …" "select …"
"""

import json
import sys

import taosws


def plain(value):
    """A cell as JSON can hold it: bytes as hex, large integers as text."""
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def main():
    url, *statements = sys.argv[1:]
    conn = taosws.connect(url)
    print(json.dumps([[[plain(cell) for cell in row] for row in conn.query(sql)] for sql in statements]))
    conn.close()


main()
