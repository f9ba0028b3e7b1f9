"""Drives the unmodified official REST client (PyPI taospy, module taosrest) against a server and prints what it saw as JSON.

Usage: official_rest.py http://127.0.0.1:6041
"""

import datetime
import json
import sys

import taosrest

START = 1700000000000


def plain(value):
    """A cell as JSON can hold it."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    return value


def rows(result):
    return [[plain(cell) for cell in row] for row in result]


def failure(action):
    """Class and text of the error that an action raises."""
    try:
        action()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return None


def main(url):
    conn = taosrest.connect(url=url, user="root", password="taosdata", timezone="UTC")
    version = conn.server_info
    conn.execute("create database official_rest precision 'us' keep 36500")
    conn.execute(
        "create stable official_rest.meters (ts timestamp, b bool, i8 tinyint, i64 bigint, u64 bigint unsigned, f float,"
        " d double, s varchar(20), n nchar(20), bin varbinary(20), g geometry(100), de decimal(10, 2))"
        " tags (t int, l nchar(10))"
    )
    inserted = conn.execute(
        "insert into official_rest.e1 using official_rest.meters tags (7, '标签') values"
        " (%d, true, -128, -9223372036854775807, 18446744073709551615, 1.5, 0.1, 'plain é', '北京 😀', '\\x00ff',"
        " 'POINT(1 2)', '12.30')"
        " (%d, null, null, null, null, null, null, null, null, null, null, null)" % (START * 1000 + 1, START * 1000 + 2)
    )
    database = taosrest.connect(url=url, user="root", password="taosdata", database="official_rest", timezone="UTC")
    result = database.query("select * from meters order by ts", req_id=77)
    cursor = database.cursor()
    cursor.execute("select count(*), max(t) from meters")
    client = taosrest.RestClient(url, user="root", password="taosdata")
    print(json.dumps({
        "version": version,
        "inserted": inserted,
        "fields": result.fields,
        "rows": rows(result),
        "cursor": rows(cursor.fetchall()),
        "rowcount": cursor.rowcount,
        "many": client.sql("show databases")["rows"],
        "none": database.query("select * from meters where i8 = 99").rows,
        "noTable": failure(lambda: database.query("select * from nosuch")),
        "wrongPassword": failure(
            lambda: taosrest.connect(url=url, user="root", password="wrong").query("show databases")
        ),
    }))


main(sys.argv[1])
