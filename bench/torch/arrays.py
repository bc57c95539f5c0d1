"""Arrays of a safetensors file (float32 only), without the package of that name."""

import json
import struct

import torch


def read(file):
    with open(file, "rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header = json.loads(stream.read(length))
        data = bytearray(stream.read())
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{file}: {name} is {entry['dtype']}, not F32")
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin)
        arrays[name] = flat.clone().reshape(entry["shape"])
    return arrays


def image(file, name):
    """[1, h, w, 3] as torch likes it: [1, 3, h, w]."""
    return read(file)[name].permute(0, 3, 1, 2).contiguous()
