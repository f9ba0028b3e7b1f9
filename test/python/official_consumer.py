"""Consumes topics with the unmodified official client (PyPI taos-ws-py) and prints what it saw as JSON.

Usage: official_consumer.py taosws://root:taosdata@127.0.0.1:6041
"""

import json
import sys

import taosws

START = 1700000000000
TABLES = 4
ROWS = 500


def consumer(url, topic, group):
    """Makes a consumer that has subscribed."""
    address = url.split("@")[1]
    conf = {
        "td.connect.websocket.scheme": "ws",
        "td.connect.ip": address.split(":")[0],
        "td.connect.port": int(address.split(":")[1]),
        "td.connect.user": "root",
        "td.connect.pass": "taosdata",
        "group.id": group,
        "client.id": "official",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": "false",
    }
    made = taosws.Consumer(conf=conf)
    made.subscribe([topic])
    return made


def prepare(url):
    """Creates a database, three kinds of topics, and rows."""
    conn = taosws.connect(url)
    for sql in [
        "create database consumed vgroups 2 wal_retention_period 3600",
        "use consumed",
        "create stable st (ts timestamp, v int, d double, ok bool, s nchar(16), b varchar(16)) tags (g int, name varchar(8))",
        "create topic by_query as select tbname, ts, v, d, ok, s, b, g from st where v >= 10",
        "create topic by_stable as stable st",
        "create topic by_database with meta as database consumed",
    ]:
        conn.execute(sql)
    for table in range(TABLES):
        values = " ".join(
            "(%d, %s, %d.5, %s, '字%d', 'b%d')" % (START + i, "null" if i == 7 else i, i, "true" if i % 2 else "false", i, i)
            for i in range(ROWS)
        )
        conn.execute("insert into t%d using st tags(%d, 'n%d') values %s" % (table, table, table, values))
    return conn


def receive(made, limit=20, commit=False):
    """All rows, and the kinds of messages they came in."""
    rows, vgroups, idle = [], set(), 0
    while idle < 3 and limit > 0:
        message = made.poll(timeout=0.3)
        if message is None:
            idle += 1
            continue
        limit -= 1
        vgroups.add((message.topic(), message.database(), message.vgroup()))
        for block in message:
            rows += [list(row) for row in block.fetchall()]
        if commit:
            made.commit(message)
    return rows, sorted(vgroups)


def plain(value):
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def main():
    url = sys.argv[1]
    conn = prepare(url)
    report = {}
    for topic in ("by_query", "by_stable", "by_database"):
        made = consumer(url, topic, "g")
        rows, vgroups = receive(made)
        report[topic] = {"count": len(rows), "first": [plain(cell) for cell in rows[0]], "vgroups": vgroups}
        made.unsubscribe()
    made = consumer(url, "by_stable", "restarted")
    first, _ = receive(made, limit=1, commit=True)
    made.unsubscribe()
    made = consumer(url, "by_stable", "restarted")
    rest, _ = receive(made)
    report["restarted"] = [len(first), len(rest)]
    assignment = made.assignment()
    report["assignment"] = [
        [item.topic(), [[part.vg_id(), part.offset(), part.begin(), part.end()] for part in item.assignments()]]
        for item in assignment
    ]
    for item in assignment:
        for part in item.assignments():
            made.seek(item.topic(), part.vg_id(), part.begin())
    again, _ = receive(made)
    report["again"] = len(again)
    offsets = made.assignment()[0].assignments()[0]
    made.commit_offset("by_stable", offsets.vg_id(), 1)
    report["committed"] = made.committed("by_stable", offsets.vg_id())
    report["position"] = made.position("by_stable", offsets.vg_id())
    report["topics"] = made.list_topics()
    made.unsubscribe()
    made.close()
    report["refused"] = failure(lambda: consumer(url, "nosuch", "g"))
    conn.close()
    print(json.dumps(report, ensure_ascii=False))


def failure(action):
    """The text of the error that an action raises."""
    try:
        action()
    except Exception as error:
        return str(error)
    return None


main()
