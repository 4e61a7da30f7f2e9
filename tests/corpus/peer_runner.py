# SPDX-License-Identifier: Apache-2.0
"""Runs in the environment of a peer: loads its program once, then runs it in a fork for every line of the
standard input, so that a table does not measure the start of Python a thousand times.

    peer_runner.py PROGRAM SECONDS BYTES        SECONDS of a processor, and ten times as many by the clock
    <- {"arguments": [...], "out": FILE}        -> {"code": 0, "seconds": 0.1, "peak_kib": 1}; code null: out of time"""
import json
import os
import resource
import signal
import sys
import time
from importlib.metadata import entry_points

PROGRAM, SECONDS, BYTES = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def child(program, arguments, out):
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))  # then SIGXCPU, whatever else the machine does
    file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number in (1, 2):
        os.dup2(file, number)
    sys.argv = [PROGRAM, *arguments]
    code = 0
    try:
        code = program()
    except SystemExit as end:
        code = end.code
    except BaseException as error:  # as the interpreter would: told, exit code 1 is not ours to give
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def main():
    program = next(e for e in entry_points(group="console_scripts") if e.name == PROGRAM).load()
    answers = os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_RDONLY)
    for line in sys.stdin:
        work = json.loads(line)
        began = time.monotonic()
        pid = os.fork()
        if pid == 0:
            os.dup2(null, 0)
            child(program, work["arguments"], work["out"])
        late = False
        while True:
            done, status, usage = os.wait4(pid, os.WNOHANG)
            if done:
                break
            if not late and time.monotonic() - began > 10 * SECONDS:
                late = True
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)
        code = os.waitstatus_to_exitcode(status)
        answers.write(json.dumps({"code": None if late or code == -signal.SIGXCPU else code,
                                  "seconds": usage.ru_utime + usage.ru_stime, "peak_kib": usage.ru_maxrss}) + "\n")
        answers.flush()


main()
