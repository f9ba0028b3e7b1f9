"""Writes an Arrow IPC stream of the column types that Python programs make, in chunks, with nulls.

Usage: arrow_writer.py stream.arrows
"""

import sys
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.ipc

SECONDS = [1700000000, 1700000001, 1700000002, 1700000003]
TEXTS = ["é", None, "", "北京"]

columns = {
    "ts": pa.array(SECONDS, pa.timestamp("s", "Asia/Shanghai")),
    "at": pa.array([s * 1_000_000_000 if s % 2 == 0 else None for s in SECONDS], pa.timestamp("ns")),
    "born": pa.array([date(1969, 12, 31), None, date(2024, 2, 29), date(1970, 1, 1)], pa.date32()),
    "flag": pa.array([True, None, False, True]),
    "small": pa.array([-128, 127, None, 0], pa.int8()),
    "big": pa.array([2**63 - 1, -(2**62), 0, 1], pa.int64()),
    "ubig": pa.array([2**64 - 1, 0, 1, 2], pa.uint64()),
    "half": pa.array([1.5, None, -2.5, 0.0], pa.float16()),
    "ratio": pa.array([0.1, -1e300, 0.0, 1.0], pa.float64()),
    "price": pa.array([Decimal("-12.30"), None, Decimal("0.00"), Decimal("99999999.99")], pa.decimal128(10, 2)),
    "text": pa.array(TEXTS, pa.string()),
    "large": pa.array(TEXTS, pa.large_string()),
    "city": pa.array(TEXTS, pa.string()).dictionary_encode(),
    "raw": pa.array([b"\x00\xff", None, b"", b"a"], pa.binary()),
    "nothing": pa.nulls(4),
}
table = pa.table(columns)
with pa.OSFile(sys.argv[1], "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
    for batch in table.to_batches(max_chunksize=3):
        stream.write_batch(batch)
