"""Starts one program and says what it cost. A small process of its own, since a child's peak of memory begins with its parent's.

python -I -S _start.py OUTPUT PROGRAM ARGUMENT …    prints one line of JSON: code, user, system (s), wall (s), memory (bytes)
"""

import os
import sys
import time


def main() -> None:
    output, command = sys.argv[1], sys.argv[2:]
    to = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    inherit = [(os.POSIX_SPAWN_DUP2, to, 1), (os.POSIX_SPAWN_DUP2, to, 2)]
    started = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=inherit)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - started
    scale = 1 if sys.platform == "darwin" else 1024
    code = os.waitstatus_to_exitcode(status)
    print(f'{{"code": {code}, "user": {used.ru_utime}, "system": {used.ru_stime}, "wall": {wall}, "memory": {used.ru_maxrss * scale}}}')


main()
