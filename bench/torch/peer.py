"""The same tasks by torch, told line by line like participantProcess.ts: peer.py THREADS."""

import ctypes
import json
import sys
import time

try:
    import torch
except ImportError:
    torch = None


def spent():
    """Milliseconds since the process began: wall and CPU time of all threads."""
    return {"wall": time.perf_counter() * 1000, "cpu": time.process_time() * 1000}


def timed(work):
    before = spent()
    work()
    after = spent()
    return {name: after[name] - before[name] for name in after}


def resident(name):
    """Bytes by a name of /proc/self/status: VmRSS now, VmHWM at most since the last reset. None where there is no /proc."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        return None
    return None


def first_run(work):
    """The value of work, and how far it makes the memory of the process rise: later runs use again what the first one took."""
    try:
        # What was freed before goes back to the system, or it would be used again and not be seen.
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")
    except (OSError, AttributeError):
        return {"value": work()}
    before = resident("VmRSS")
    value = work()
    return {"value": value, "peakBytes": resident("VmHWM") - before}


class Ended(Exception):
    """The parent wants no more runs of this task."""


class Turns:
    """Hands a sample over and waits for the next turn: optimisers of torch cannot be left and entered again."""

    def __init__(self):
        self.waiting = False

    def take(self):
        request = json.loads(sys.stdin.readline() or '{"end": true}')
        if request.get("end"):
            raise Ended
        self.waiting = True

    def give(self, sample):
        self.waiting = False
        reply(sample)


def reply(value):
    print(json.dumps(value), flush=True)


def main():
    if torch is None:
        for _ in sys.stdin:
            reply({"error": "torch is not installed"})
        return
    import cascade
    import converge
    import network
    import operation
    import overhead

    torch.set_num_threads(int(sys.argv[1]))
    tasks = {
        "closure": network.closure,
        "operation": operation.operation,
        "cascade": cascade.cascade,
        "converge": converge.converge,
        "overhead": overhead.overhead,
    }
    while True:
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        turns = Turns()
        try:
            # A task is a generator: it yields facts when it is ready, then a sample for every run; or it takes turns itself.
            task = tasks[request["begin"]](request["options"], turns)
            reply(next(task))
            while True:
                turns.take()
                turns.give(next(task))
        except Ended:
            task.close()
            reply({})
        except StopIteration:
            reply({"error": "the task has ended"})
        except Exception as error:
            reply({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
