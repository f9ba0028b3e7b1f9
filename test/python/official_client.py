"""Drives the unmodified official client (PyPI taos-ws-py) against a server and prints what it saw as JSON.

Usage: official_client.py taosws://root:taosdata@127.0.0.1:6041
"""

import json
import sys

import taosws

START = 1700000000000


def plain(value):
    """A cell as JSON can hold it."""
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


def rows(result):
    return [[plain(cell) for cell in row] for row in result]


def failure(action):
    """The text of the error that an action raises."""
    try:
        action()
    except taosws.Error as error:
        return str(error)
    return None


def query(conn):
    """Creates a database, writes with SQL, reads in several blocks and provokes errors."""
    conn.execute("drop database if exists official")
    conn.execute("create database official precision 'ms' keep 36500")
    conn.execute("use official")
    conn.execute("create stable meters (ts timestamp, current float, voltage int) tags (groupid int, location varchar(24))")
    affected = conn.execute(
        "insert into d0 using meters tags(0, 'here') values (%d, 1.5, 220) (%d, null, 221)" % (START, START + 1)
    )
    for part in range(5):
        values = " ".join("(%d, 0.5, %d)" % (START + i, i) for i in range(part * 2000, part * 2000 + 2000))
        conn.execute("insert into d1 using meters tags(1, 'there') values " + values)
    result = conn.query("select * from d0 order by ts")
    return {
        "affected": affected,
        "fields": [field.name() for field in result.fields],
        "d0": rows(result),
        "tags": rows(conn.query("select ts, groupid, location, tbname from meters where groupid = 0 order by ts limit 1")),
        "many": len(list(conn.query("select * from d1"))),
        "count": rows(conn.query("select count(*) from meters")),
        "none": rows(conn.query("select * from d0 where voltage = 99999")),
        "no_table": failure(lambda: conn.query("select * from nosuch")),
        "bad_sql": failure(lambda: conn.query("selec 1")),
    }


def every_type(conn):
    """Writes one row of NULLs and one of values with stmt2, into two tables at once, and reads them back."""
    conn.execute(
        "create stable types (ts timestamp, b bool, i8 tinyint, i16 smallint, i32 int, i64 bigint, u8 tinyint unsigned,"
        " u16 smallint unsigned, u32 int unsigned, u64 bigint unsigned, f float, d double, vc varchar(64), nc nchar(32),"
        " vb varbinary(32), g geometry(128)) tags (t1 int, t2 varchar(16), t3 nchar(16))"
    )
    point = bytes.fromhex("0101000000000000000000f03f0000000000000040")

    def columns(count):
        pick = lambda value: [value, None][:count]
        return [
            taosws.millis_timestamps_to_column([START, START + 1][:count]),
            taosws.bools_to_column(pick(True)),
            taosws.tiny_ints_to_column(pick(-128)),
            taosws.small_ints_to_column(pick(-32768)),
            taosws.ints_to_column(pick(-2147483648)),
            taosws.big_ints_to_column(pick(-9223372036854775807)),
            taosws.unsigned_tiny_ints_to_column(pick(255)),
            taosws.unsigned_small_ints_to_column(pick(65535)),
            taosws.unsigned_ints_to_column(pick(4294967295)),
            taosws.unsigned_big_ints_to_column(pick(18446744073709551615)),
            taosws.floats_to_column(pick(1.5)),
            taosws.doubles_to_column(pick(0.1)),
            taosws.varchar_to_column(pick("plain é")),
            taosws.nchar_to_column(pick("北京 😀")),
            taosws.varbinary_to_column(pick(b"\x00\xff")),
            taosws.geometry_to_column(pick(point)),
        ]

    def tags(number):
        return [taosws.int_to_tag(number), taosws.varchar_to_tag("tag %d" % number), taosws.nchar_to_tag("标签")]

    stmt = conn.stmt2_statement()
    stmt.prepare("insert into ? using types tags(?,?,?) values(%s)" % ",".join("?" * 16))
    bound = [taosws.stmt2_bind_param_view(table_name="e%d" % i, tags=tags(i), columns=columns(3 - i)) for i in (1, 2)]
    stmt.bind(bound)
    affected = stmt.execute()
    reader = conn.stmt2_statement()
    reader.prepare("select ts, i32, vc from types where i32 < ? and vc = ? order by tbname")
    reader.bind(
        [
            taosws.stmt2_bind_param_view(
                table_name="", tags=None, columns=[taosws.ints_to_column([0]), taosws.varchar_to_column(["plain é"])]
            )
        ]
    )
    reader.execute()
    return {
        "affected": affected,
        "rows": rows(conn.query("select * from types order by t1, ts")),
        "found": rows(reader.result_set()),
    }


def first_statement(conn):
    """The older statement class: one table after another."""
    conn.execute("create table plain (ts timestamp, v int, s varchar(10))")
    stmt = conn.statement()
    stmt.prepare("insert into ? using meters tags(?, ?) values(?, ?, ?)")
    for number in (7, 8):
        stmt.set_tbname_tags("s%d" % number, [taosws.int_to_tag(number), taosws.varchar_to_tag("stmt")])
        stmt.bind_param(
            [
                taosws.millis_timestamps_to_column([START, START + 1]),
                taosws.floats_to_column([0.5, None]),
                taosws.ints_to_column([number, None]),
            ]
        )
        stmt.add_batch()
    affected = stmt.execute()
    return {
        "affected": affected,
        "rows": rows(conn.query("select ts, current, voltage, groupid from meters where location = 'stmt' order by groupid, ts")),
    }


def schemaless(conn):
    """Writes the three schemaless formats and provokes an error."""
    protocol, precision = taosws.PySchemalessProtocol, taosws.PySchemalessPrecision
    conn.execute("drop database if exists official_lines")
    conn.execute("create database official_lines precision 'ns'")
    conn.execute("use official_lines")
    line = 'weather,city=Z\\ H temp=21.5,hum=40i,ok=true,note=L"北京 \\"hi\\"" 1700000000000000001'
    conn.schemaless_insert([line], protocol.Line, precision.Nanosecond, 1, 41)
    conn.schemaless_insert(["sys.cpu 1700000000 42.5 host=h1"], protocol.Telnet, precision.Second, 1, 42)
    point = {"metric": "sys.mem", "timestamp": START, "value": 18.25, "tags": {"host": "h1", "id": 3}}
    conn.schemaless_insert([json.dumps(point)], protocol.Json, precision.Millisecond, 1, 43)
    refused = failure(lambda: conn.schemaless_insert(["bad line here"], protocol.Line, precision.Nanosecond, 0, 44))
    return {"refused": refused, "rows": rows(conn.query("select temp, hum, ok, note, city from weather"))}


def main():
    url = sys.argv[1]
    conn = taosws.connect(url)
    report = {
        "refused": failure(lambda: taosws.connect(url.replace("taosdata", "wrong"))),
        "query": query(conn),
        "every_type": every_type(conn),
        "first_statement": first_statement(conn),
    }
    report["schemaless"] = schemaless(conn)
    cursor = conn.cursor()
    cursor.execute("select voltage from official.d0 order by ts")
    report["cursor"] = [list(row) for row in cursor.fetchall()]
    conn.close()
    print(json.dumps(report, ensure_ascii=False))


main()
