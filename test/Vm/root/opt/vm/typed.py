"""A person at a terminal of its own: runs a command and answers its questions in order. typed.py QUESTION ANSWER … -- COMMAND…

Prints what stood on the screen; ends as the command did, or with 1 when an answer that was to stay hidden (it begins with !) was shown, or a question did not come.
"""
import os, pty, select, sys, time

end = sys.argv.index("--")
script, command = sys.argv[1:end], sys.argv[end + 1:]
pid, screen = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown, answered, hidden, patience = "", 0, [], time.monotonic() + 300
while True:
    if select.select([screen], [], [], 1)[0]:
        try:
            some = os.read(screen, 4096)
        except OSError:
            break
        if not some:
            break
        shown += some.decode(errors="replace")
    if script and (at := shown.find(script[0], answered)) >= 0:
        answered = at + len(script[0])
        answer = script[1]
        if answer.startswith("!"):
            answer = answer[1:]
            hidden.append(answer)
        os.write(screen, answer.encode() + b"\r")
        script = script[2:]
    if time.monotonic() > patience:
        break
print(shown)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(status or (1 if script or any(answer in shown for answer in hidden) else 0))
