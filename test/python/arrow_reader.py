"""Reads an Arrow IPC stream with pyarrow and with DuckDB and prints what each saw as JSON.

Usage: arrow_reader.py stream.arrows
"""

import json
import sys

import duckdb
import pyarrow as pa
import pyarrow.ipc


def plain(value):
    """A cell as JSON can hold it."""
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if value is None or isinstance(value, (bool, float)):
        return value
    return str(value)


def with_pyarrow(path):
    """Schema, cells and batch sizes; every buffer is checked."""
    with pa.ipc.open_stream(path) as reader:
        batches = list(reader)
        schema = reader.schema
    for batch in batches:
        batch.validate(full=True)
    table = pa.Table.from_batches(batches, schema)
    # Python's datetime holds no nanoseconds: ticks instead.
    columns = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
        for column in table.columns
    ]
    return {
        "schema": {field.name: str(field.type) for field in schema},
        "nulls": [column.null_count for column in table.columns],
        "rows": [[plain(cell) for cell in row] for row in zip(*(column.to_pylist() for column in columns))],
        "batches": [batch.num_rows for batch in batches],
    }


def with_duckdb(path):
    """The same stream, batch by batch, as a DuckDB table."""
    with pa.ipc.open_stream(path) as reader:
        connection = duckdb.connect()
        connection.execute("set timezone = 'UTC'")
        connection.execute("create table stream as select * from reader")
    types = connection.execute("select column_name, data_type from duckdb_columns() order by column_index").fetchall()
    rows = connection.execute("select columns(*)::varchar from stream limit 100").fetchall()
    return {"types": dict(types), "rows": [list(row) for row in rows], "count": connection.execute("select count(*) from stream").fetchone()[0]}


print(json.dumps({"pyarrow": with_pyarrow(sys.argv[1]), "duckdb": with_duckdb(sys.argv[1])}))
