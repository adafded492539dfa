"""Whole processes, timed with the memory they had at their peak."""
import subprocess, sys

# Runs commands and says how long each took and how much memory it had at its peak. It is a small process of its own because the
# system counts the memory of whoever starts a program as the program's; below that of this one, about 9 MB, nothing can be told.
RUNNER = r"""
import os, sys, time
null = os.open(os.devnull, os.O_RDWR)
for line in sys.stdin:
    command = eval(line)
    start = time.perf_counter()
    actions = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    child = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    print(time.perf_counter() - start, usage.ru_maxrss, os.waitstatus_to_exitcode(status), flush=True)
"""


class Runner:
    def __init__(self):
        command = [sys.executable, "-I", "-S", "-c", RUNNER]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, command):
        """Returns milliseconds, peak MB and exit code."""
        self.process.stdin.write(repr(command) + "\n")
        self.process.stdin.flush()
        seconds, kilobytes, code = self.process.stdout.readline().split()
        return float(seconds) * 1000, int(kilobytes) / 1024, int(code)
