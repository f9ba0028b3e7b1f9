"""Decodes raw blocks with the component, in a host that is not JavaScript.

Usage: component_host.py component.wasm block ...   prints one JSON line a block
"""

import json
import sys

from wasmtime import Engine, Store, component


def plain(value):
    """Records, variants and lists as JSON has them."""
    if isinstance(value, component.Variant):
        return {"tag": value.tag, "val": plain(value.payload)}
    if isinstance(value, (bytes, bytearray)):
        return list(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "__dict__"):
        return {name: plain(item) for name, item in vars(value).items()}
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def main(path, blocks):
    engine = Engine()
    store = Store(engine)
    loaded = component.Component.from_file(engine, path)
    instance = component.Linker(engine).instantiate(store, loaded)
    interface = instance.get_export_index(store, "tdwire:codec/block@0.1.0")
    decode = instance.get_func(store, instance.get_export_index(store, "decode", interface))
    for block in blocks:
        with open(block, "rb") as file:
            result = decode(store, file.read())
        decode.post_return(store)
        print(json.dumps(plain(result)))


main(sys.argv[1], sys.argv[2:])
