"""What a person is told who types something wrong, in both languages: what happened, why, and a command that works."""
import json
import os
import re
import shutil
import signal
import subprocess
import threading

import nodes
import pytest

ALERT = nodes.ROOT / "accords/rok-us/procedures/alert-state.json"


def refused(*arguments, code, english, korean, **more):
    """Both languages say it, with what to do next."""
    for words, next_word, env in ((english, "next: ", {}), (korean, "다음: ", nodes.KOREAN)):
        said = nodes.run(*arguments, code=code, env=env, **more).stderr
        assert words in said and next_word in said, said


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with an empty folder, a file, a draft of an accord and a signed one."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "empty").mkdir()
    (folder / "file").write_text("Words.\n")
    world = nodes.World(folder / "world", nodes.ROOT / "accords/rok-us").make_keys()
    shutil.copytree(world.accord, folder / "draft")
    lines = [word for party in world.parties for word in ("--lines", world.keys(party) / "lines")]
    nodes.run("init", "accord", folder / "draft", *lines)
    world.sign()
    return folder


MISSING, EMPTY, FILE = "none", "empty", "file"


@pytest.mark.parametrize("arguments, code, english, korean", [
    (["accord", "check", MISSING], 3, "There is no folder none", "폴더가 없습니다: none"),
    (["accord", "check", EMPTY], 4, "empty is an empty folder", "빈 폴더"),
    (["accord", "check", FILE], 3, "file is a file, and an accord is a folder", "파일입니다: file"),
    (["accord", "diff", "draft", MISSING], 3, "There is no folder none", "폴더가 없습니다: none"),
    (["accord", "sign", FILE, "--key", "world/keys/kor/root"], 3, "file is a file", "파일입니다: file"),
    (["init", "accord", MISSING], 3, "There is no folder none", "폴더가 없습니다: none"),
    (["init", "accord", EMPTY], 4, "the file accord is not in it", "accord 파일이 없습니다"),
    (["init", "accord", FILE], 3, "file is a file", "파일입니다: file"),
    (["init", "home", "--home", "home", "--party", "kor", "--accord", MISSING, "--keys", "world/keys/kor"], 3,
     "There is no folder none", "폴더가 없습니다: none"),
    (["init", "home", "--home", "home", "--party", "kor", "--accord", "draft", "--keys", "world/keys/kor"], 4,
     "KOR has not signed", "서명하지 않은 당사국 KOR"),
    (["procedure", "check", MISSING], 3, "There is no file none", "파일이 없습니다: none"),
    (["procedure", "check", EMPTY], 1, "empty is a folder, and a file is needed", "폴더입니다: empty"),
    (["procedure", "dry-run", MISSING], 3, "There is no file none", "파일이 없습니다: none"),
    (["procedure", "dry-run", ALERT, MISSING], 3, "There is no file none", "파일이 없습니다: none"),
    (["procedure", "dry-run", ALERT, EMPTY], 3, "empty is a folder, and a file is needed", "폴더입니다: empty"),
    (["verify", "--home", EMPTY], 3, "There is no node's home at empty", "노드의 홈이 없습니다: empty"),
    (["restore", FILE, "--home", EMPTY], 3, "There is no node's home at empty", "노드의 홈이 없습니다: empty"),
    (["watch", "--count", "0"], 2, "--count is a number from 1", "--count 값은 1부터"),
    (["watch", "--after", "yesterday"], 2, "--after as a line of --json names it", "--after는 --json의 행에"),
    (["bundle", "write", "new", "--peer", "usa", "--limit", "much"], 2, "--limit is a number from 1", "--limit 값은 1부터"),
    (["keys", "--sign"], 2, "--draft", "--draft"),
])
def test_what_is_not_there_is_said(desk, arguments, code, english, korean):
    refused(*arguments, code=code, english=english, korean=korean, preexec_fn=lambda: os.chdir(desk))
    assert sorted(os.listdir(desk / "empty")) == [] and not (desk / "home").exists()


@pytest.mark.parametrize("file, old, new, line, rule, english, korean", [
    ("accord", "mode live", "mode Live", "mode Live", "accord.mode", "one line says mode live or mode exercise",
     "mode live나 mode exercise"),
    ("timers", "start free", "start never", "start never", "timers.start", "start strict or start free", "start strict나 start free"),
    ("parties", "kor", "KOR", "KOR ", "parties.name", "1 to 16 small letters, digits and hyphens", "소문자로 시작하는"),
    ("channels", "NOTIFY", "TELL", "TELL", "channels.plane", "LEADER, CONSULT, NOTIFY", "LEADER, CONSULT, NOTIFY"),
    ("procedures/alert-state.json", '"kind"', '"sort"', '"sort"', "procedure.", "key", "키"),
])
def test_a_broken_rule_is_told_in_words(desk, tmp_path, file, old, new, line, rule, english, korean):
    """What the rule asks, the file, the line and how it reads; and the printed way out of it works."""
    shutil.copytree(desk / "draft", tmp_path / "broken")
    path = tmp_path / "broken" / file
    was = path.read_text()
    assert old in was
    path.write_text(was.replace(old, new, 1))
    changed = nodes.run("accord", "check", "broken", code=4, preexec_fn=lambda: os.chdir(tmp_path)).stderr
    assert "was changed after MANIFEST was written" in changed and "(bundle.hash)" in changed
    nodes.run("init", "accord", "broken", preexec_fn=lambda: os.chdir(tmp_path))
    for words, reads, env in ((english, "reads: ", {}), (korean, "행 내용: ", nodes.KOREAN)):
        said = nodes.run("accord", "check", "broken", code=4, env=env, preexec_fn=lambda: os.chdir(tmp_path)).stderr
        assert f"broken/{file}" in said and words in said and rule in said, said
        assert line in said.split(reads)[1].splitlines()[0], said
    path.write_text(was)
    commands = said.split("다음: ", 1)[1].splitlines()[0].split(": ", 1)[1].split("; ")
    nodes.run(*commands[0].split()[1:], preexec_fn=lambda: os.chdir(tmp_path))
    assert "KOR" in nodes.run(*commands[1].split()[1:], code=4, preexec_fn=lambda: os.chdir(tmp_path)).stdout


def test_a_signed_accord_that_was_changed_is_not_mended(desk, tmp_path):
    shutil.copytree(desk / "world/accord", tmp_path / "signed")
    (tmp_path / "signed/parties").write_text((tmp_path / "signed/parties").read_text() + "# a word\n")
    refused("accord", "check", tmp_path / "signed", code=4, english="have it sent again", korean="서명한 것은 고치지 않습니다")


def test_a_pipe_that_closes_and_a_disk_that_is_full(pair):
    """Whoever reads no more is told apart from a disk without room; a watch ends by it."""
    kor = pair["kor"]
    full = subprocess.Popen([nodes.BINARY, "watch", "--home", kor.home], stdout=open("/dev/full", "w"), stderr=subprocess.PIPE,
                            env={**os.environ, "LC_ALL": "C.UTF-8"}, text=True)
    gone = subprocess.Popen([nodes.BINARY, "watch", "--home", kor.home, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, "LC_ALL": "C.UTF-8"}, text=True)
    gone.stdout.close()

    def both_end():
        kor.say("send", "notify", "Text.", "--to", "usa/watch", "--label", "U", key="watch")
        return full.poll() is not None and gone.poll() is not None
    nodes.wait_for("both end", both_end)
    assert full.returncode == 1 and "make room on the disk" in full.stderr.read()
    said = gone.stderr.read()
    assert gone.returncode == 1 and "has ended" in said and "disk" not in said
    interrupted = subprocess.Popen([nodes.BINARY, "watch", "--home", kor.home, "--json"], stdout=subprocess.PIPE, text=True,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # a shell's background job ignores it
    kor.say("send", "notify", "Text.", "--to", "usa/watch", "--label", "U", key="watch")
    interrupted.stdout.readline()
    interrupted.send_signal(signal.SIGINT)
    assert interrupted.wait(10) == -signal.SIGINT
    assert kor.is_linked()


def test_an_export_says_what_it_leaves_out(pair, tmp_path):
    """Entries that no signed note covers are held and not in it: with how many, and what to do."""
    kor = pair["kor"]
    whole = json.loads(kor.run("export", "--to", tmp_path / "whole", "--json").stdout)
    assert whole["unproved"] == 0
    signer = kor.processes()["signer"]
    os.kill(signer, signal.SIGSTOP)
    kor.say("send", "notify", "Held, and not proved.", "--to", "usa/watch", "--label", "U", key="watch", code=None)
    kor.kill()
    kor.end()
    os.kill(signer, signal.SIGKILL)
    count = json.loads(kor.run("export", "--to", tmp_path / "cut", "--json").stdout)["unproved"]
    assert count > 0
    for words, env in ((f"{count} entr", {}), (f"보유한 항목 {count}건은 들어 있지 않습니다", nodes.KOREAN)):
        done = kor.run("export", "--to", tmp_path / f"cut{len(env)}", env=env)
        assert words in done.stderr and "entente status" in done.stderr
    kor.start().await_link()
    assert json.loads(kor.run("export", "--to", tmp_path / "again", "--json").stdout)["unproved"] == 0


def test_a_bundle_waits_for_the_signer(pair, tmp_path):
    """What was filed a moment ago is in it; and where the signer does not come, it says what is not."""
    kor = pair["kor"]
    pair["usa"].stop()
    signer = kor.processes()["signer"]

    def write(name, seconds, **more):
        os.kill(signer, signal.SIGSTOP)
        kor.say("send", "notify", f"Words {name}.", "--to", "usa/watch", "--label", "U", key="watch", code=5)
        goes_on = threading.Timer(seconds, os.kill, (signer, signal.SIGCONT))
        goes_on.start()
        done = kor.run("bundle", "write", "--peer", "usa", tmp_path / name, **more)
        goes_on.cancel()
        os.kill(signer, signal.SIGCONT)
        return done
    write("at-once", 0.7)
    assert b"Words at-once." in (tmp_path / "at-once").read_bytes()
    done = write("too-late", 60)
    assert re.search(r"1 entry that is held is not in it|entries that are held are not in it", done.stderr) and "write another bundle" in done.stderr
    assert b"Words too-late." not in (tmp_path / "too-late").read_bytes()
    assert re.search(r"보유한 항목 \d건은 들어 있지 않습니다", write("again", 60, env=nodes.KOREAN).stderr)


def test_a_version_that_is_not_signed_stays_out_of_the_home(pair, tmp_path):
    kor = pair["kor"]
    held = os.listdir(kor.home / "accord")
    nodes.run("accord", "draft", tmp_path / "next", pair.accord)
    nodes.run("init", "accord", tmp_path / "next")
    for words, env in (("KOR has not signed", {}), ("서명하지 않은 당사국 KOR", nodes.KOREAN)):
        said = kor.run("accord", "adopt", tmp_path / "next", code=4, env=env).stderr
        assert words in said and f"entente accord sign {tmp_path / 'next'}" in said
    assert os.listdir(kor.home / "accord") == held
    assert "BAD" not in nodes.run("doctor", home=kor.home, code=None).stdout


def test_a_key_that_no_log_has_is_not_withdrawn(pair):
    """A withdrawal of it would stand in every log for ever and say nothing."""
    kor = pair["kor"]

    def sizes():
        return {name: row["size"] for name, row in kor.logs().items() if "SERVICE" not in name}
    before = sizes()
    stranger = nodes.officers.Key(pair.folder / "stranger")
    withdraw = ["keys", "--withdraw", f"{stranger.path}.pub", "--label", "U"]
    for words, env in (("entente keys lists", {}), ("entente keys", nodes.KOREAN)):
        assert words in kor.run(*withdraw, key="registrar", code=3, env=env).stderr
    assert sizes() == before
    kor.run("keys", "--withdraw", kor.keys / "deputy.pub", "--label", "U", key="registrar")
    kor.run("keys", "--withdraw", kor.keys / "deputy.pub", "--label", "U", key="registrar", code=3)


def test_a_backup_where_no_record_stood(stage, tmp_path):
    """What is said of the record before is true."""
    world = stage.world(officers_of={"kor": {"watch": ["watch"]}, "usa": {"watch": ["watch"]}})
    kor = world["kor"]
    kor.run("export", "--backup", tmp_path / "backup")
    kor.stop()
    said = kor.run("restore", tmp_path / "backup").stdout
    assert "record.db.before" in said and f"entente serve --home {kor.home}" in said
    for name in ("record.db", "record.db-wal", "record.db-redo"):
        (kor.home / name).unlink(missing_ok=True)
    said = kor.run("restore", tmp_path / "backup").stdout
    assert "where no record stood" in said and "before.2" not in said
