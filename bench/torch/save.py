"""The arrays of a safetensors file as a torch checkpoint: save.py FROM TO."""

import sys

import arrays
import torch

torch.save(arrays.read(sys.argv[1]), sys.argv[2])
