"""entente alarm: what needs a response now is heard, once for each cause, until it has one."""
import fcntl
import json
import os
import subprocess
import termios
import threading
import time

import nodes

RUN = 'printf "%s|%s|%s|%s\\n" "$ENTENTE_ALARM_KIND" "$ENTENTE_ALARM_PRECEDENCE" "$ENTENTE_ALARM_CAUSE" "$ENTENTE_ALARM_OTHERS" >>"$RUNG"'


class Alarm:
    """The command, what it said, and what its own command was told."""

    def __init__(self, node, rung, *arguments, command=RUN, env=None, **more):
        self.rung, self.said = rung, []
        env = {**os.environ, "LC_ALL": "C.UTF-8", "RUNG": str(rung), **(env or {})}
        self.process = subprocess.Popen([str(nodes.BINARY), "alarm", "--json", "--home", str(node.home), "--run", command, *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, **more)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.said.append((time.monotonic(), json.loads(line)))

    def await_said(self, what, patience=20.0, **words):
        def find():
            return next((one for one in self.said if one[1]["alarm"] == what and all(one[1][key] == word for key, word in words.items())),
                        None)
        nodes.wait_for(f"{what} {words}", find, patience)
        return find()

    def rings(self, kind):
        lines = self.rung.read_text().split("\n") if self.rung.exists() else []
        return [line for line in lines if line.startswith(kind)]

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.reader.join()
        return self.process.stderr.read()


def test_a_flash_rings_until_it_is_read(pair, tmp_path):
    kor, usa = pair["kor"], pair["usa"]
    alarm = Alarm(usa, tmp_path / "rung", "--every", "1s")
    routine = kor.say("send", "share", "May wait.", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    usa.await_step(routine, "STATION RECEIPT")
    place = kor.release("send", "notify-urgent", "Now.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    cause = f"{place} WATCH READ"
    alarm.await_said("ALARM", kind="OWED", cause=cause)
    nodes.wait_for("it rings again", lambda: len(alarm.rings("OWED")) >= 3)
    assert set(alarm.rings("OWED")) == {f"OWED|FLASH|{cause}|0"}, "one cause; what may wait makes no sound"
    usa.say("ack", place, key="head")
    alarm.await_said("ENDED", cause=cause)
    assert alarm.end() == "", "nothing was complained of"


def test_who_has_heard_it_has_quiet_and_another_rung_breaks_it(pair, tmp_path):
    kor, usa = pair["kor"], pair["usa"]
    desk, terminal = os.openpty()
    alarm = Alarm(usa, tmp_path / "rung", "--every", "1s", stdin=terminal, preexec_fn=lambda: take_terminal(terminal))
    place = kor.release("send", "notify-urgent", "Now.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    alarm.await_said("ALARM", kind="OWED", cause=f"{place} WATCH READ")
    nodes.wait_for("it rings again", lambda: len(alarm.rings("OWED")) >= 2)
    os.write(desk, b"\n")
    heard = alarm.await_said("HEARD", cause=f"{place} WATCH READ")[0]
    kor.stop()
    alarm.await_said("ALARM", kind="LINE")
    nodes.wait_for("the other rings on", lambda: len(alarm.rings("LINE")) >= 3)
    assert not [one for at, one in alarm.said if at > heard and one["kind"] == "OWED"], alarm.said
    usa.say("ack", place, key="head", code=5)
    alarm.await_said("ENDED", cause=f"{place} WATCH READ")
    alarm.await_said("ALARM", cause=f"{place} READ BACK")
    assert "press Enter when you have heard what rings" in alarm.end()


def take_terminal(terminal):
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)


def test_it_is_heard_within_a_second(pair, tmp_path):
    """From the receiving node's record to the bell, of eight messages the slowest but one."""
    kor, usa = pair["kor"], pair["usa"]
    alarm, events, waits = Alarm(usa, tmp_path / "rung"), usa.events(), []
    for number in range(8):
        place = kor.say("send", "consult", f"{number}", "--to", "usa/watch", "--precedence", "IMMEDIATE", "--label", "U", key="watch")["place"]
        events.next(lambda event: event.get("place") == place)
        stood = time.monotonic()
        waits.append(alarm.await_said("ALARM", place=place)[0] - stood)
    events.close()
    alarm.end()
    assert sorted(waits)[-2] < 1.0, waits


def test_a_flood_is_one_line_with_the_most_urgent_first(pair, tmp_path):
    kor, usa = pair["kor"], pair["usa"]
    for number in range(14):
        kor.say("send", "consult", f"{number}", "--to", "usa/watch", "--precedence", "IMMEDIATE", "--label", "U", key="watch")
    flash = kor.release("send", "notify-urgent", "Now.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    usa.await_step(flash, "STATION RECEIPT")
    pair.await_receipts()
    alarm = Alarm(usa, tmp_path / "rung")
    alarm.await_said("ALARM", place=flash, others=14)
    assert len(alarm.rings("OWED")) <= 1
    alarm.end()


def test_faults_ring_too_and_the_alarm_watches_its_own_stream(pair, tmp_path):
    kor, usa = pair["kor"], pair["usa"]
    alarm = Alarm(kor, tmp_path / "rung")
    usa.stop()
    alarm.await_said("ALARM", kind="LINE", cause="LINE USA")
    kor.kill()
    kor.end()
    alarm.await_said("ALARM", kind="NODE")
    kor.start()
    alarm.await_said("ENDED", kind="NODE")
    usa.start()
    alarm.await_said("ENDED", kind="LINE")
    alarm.end()


def test_a_command_that_fails_is_complained_of(pair, tmp_path):
    kor, usa = pair["kor"], pair["usa"]
    done = usa.run("alarm", "--test", "--run", "exit 3", code=1)
    assert "perhaps nobody was called" in done.stderr
    assert "TEST" in usa.run("alarm", "--test", "--run", "true").stdout
    assert "not of its form" in usa.run("alarm", "--every", "soon", code=2).stderr
    alarm = Alarm(usa, tmp_path / "rung", command="exit 3")
    place = kor.release("send", "notify-urgent", "Now.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    alarm.await_said("ALARM", place=place)
    assert "perhaps nobody was called" in alarm.process.stderr.readline()
    alarm.end()


def test_what_the_log_contradicts_calls_again(pair, stage, tmp_path):
    """Who was called by a copy is called once more when the log holds another; who was not, hears nothing of it."""
    usa = pair["usa"]
    state = {"heard": "BY_LINE", "unheard": "FALSE"}
    between = nodes.Between(usa, tmp_path / "terminal")
    stage.others.append(between)

    def copy(name):
        entry = {"id": name, "precedence": "FLASH", "to": [{"party": "usa", "role": "watch", "information": False}]}
        return {"log": "KOR/NOTIFY-URGENT 1", "channel": 2, "ended": False, "state": state[name], "place": "KOR/NOTIFY-URGENT 1.9", "entry": entry}

    between.change = lambda path, answer: path == "/advances" and answer.update(advances=[copy(name) for name in state])
    alarm = Alarm(between, tmp_path / "rung", "--every", "1s")
    alarm.await_said("ALARM", kind="ADVANCE", cause="KOR/NOTIFY-URGENT 1 heard ADVANCE")
    state["heard"] = "FALSE"
    alarm.await_said("ENDED", kind="ADVANCE")
    alarm.await_said("ALARM", kind="FALSE", precedence="FLASH", place="KOR/NOTIFY-URGENT 1.9")
    time.sleep(3)
    alarm.end()
    assert alarm.rings("FALSE") == ["FALSE|FLASH|KOR/NOTIFY-URGENT 1 heard FALSE|0"], "once: nobody is there to say that he has heard"
