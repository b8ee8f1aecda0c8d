"""What is refused, said to whoever asked: of which place, why, and what to type next, in both languages."""
import re

import nodes
import pytest

SEND = ("send", "consult", "--label", "U", "A word.", "--to")

# The command (PLACE is a message from kor, OWN one of usa's own), its exit status, what is read in English and in Korean.
ROWS = [
    (["read", "KOR/CONSULT 1.99"], 3, "Nothing stands at KOR/CONSULT 1.99 here.", "이 위치에 항목이 없습니다: KOR/CONSULT 1.99.", "entente log"),
    (["ack", "KOR/NOWHERE 1.1"], 3, "Nothing stands at KOR/NOWHERE 1.1 here.", "이 위치에 항목이 없습니다: KOR/NOWHERE 1.1.", "entente log"),
    (["ladder", "word"], 2, "word is no place.", "위치를 적는 꼴이 아닙니다: word.", "CODE/CHANNEL 1.7"),
    (["send", "nowhere", "--label", "U", "Word.", "--to", "kor/watch"], 3, "There is no channel nowhere.", "이 통신로가 없습니다: nowhere.", "entente accord show"),
    (["readback", "PLACE", "Word."], 4, "READ BACK comes after WATCH READ, and nobody here has said that of PLACE (STEP).",
     "당직 열람 다음의 단계입니다: 복창. 자국에서는 아직 아무도 PLACE의 당직 열람을 남기지 않았습니다(STEP).", "entente ack 'PLACE'"),
    (["ack", "OWN"], 4, "WATCH READ cannot be said of OWN: that was said by usa and is: message (REFERS).",
     "OWN에는 할 수 없습니다: 당직 열람. 그 항목은 당사국 usa의 것이며 종류는 문건입니다(REFERS).", "entente inbox"),
    (["present", "KOR/CONSULT 1.1"], 4, "PRESENTED cannot be said of KOR/CONSULT 1.1: that was said by kor and is: keys (REFERS).",
     "KOR/CONSULT 1.1에는 할 수 없습니다: 보고 완료.", "entente inbox"),
    (["negative", "OWN", "--cause", "incomplete"], 4, "NEGATIVE cannot be said of OWN: that was said by usa and is: message (REFERS).",
     "OWN에는 할 수 없습니다: 수신불량.", "entente read PLACE"),
    (["defer", "PLACE", "--until", "tomorrow"], 2, "tomorrow is no time: it is written as 2h, 30m or 1d from now, or as 2026-11-24T14:30Z.",
     "시각이 아닙니다: tomorrow.", "entente defer 'PLACE' --until 2h"),
    (["defer", "PLACE", "--until", "2020-01-01T00:00Z"], 2, "2020-01-01T00:00Z is over already by this terminal's clock.",
     "이미 지난 시각입니다: 2020-01-01T00:00Z.", "entente defer 'PLACE' --until 2h"),
    (["defer", "PLACE", "--until", "36526d"], 2, "36526d is further away than 36525 days (TIME_AHEAD_MAX).",
     "36526d: 지금부터 36525일(TIME_AHEAD_MAX)보다 뒤입니다.", "entente defer 'PLACE' --until 2h"),
    ([*SEND, "none/watch"], 4, "none/watch is no addressee: the accord has no party none (ADDRESSEE).", "약정에 당사국 none이(가) 없습니다", "entente accord show"),
    ([*SEND, "kor/none"], 4, "kor/none is no addressee: the accord has no role none (ADDRESSEE).", "약정에 직책 none이(가) 없습니다", "entente accord show"),
    ([*SEND, "usa/head"], 4, "usa/head is of your own party, which does not write to itself here (ADDRESSEE).", "자국의 수신처입니다: usa/head.", "entente accord show"),
]


@pytest.fixture
def places(pair):
    place, own = (node.say(*SEND, f"{to}/watch", key="watch")["place"] for node, to in ((pair["kor"], "usa"), (pair["usa"], "kor")))
    pair["usa"].await_step(place, "STATION RECEIPT")
    return {"PLACE": place, "OWN": own}


def test_each_refusal_names_its_place_and_what_comes_next(pair, places):
    def filled(text):
        for name, place in places.items():
            text = text.replace(name, place) if not text.endswith("PLACE") else text
        return text

    for arguments, code, english, korean, following in ROWS:
        for words, env, following_word in ((english, {}, "next: "), (korean, nodes.KOREAN, "다음: ")):
            said = pair["usa"].run(*[places.get(word, word) for word in arguments], key="watch", code=code, env=env).stderr
            assert filled(words) in said, (arguments, said)
            after = [line for line in said.splitlines() if line.startswith(following_word)]
            assert len(after) == 1 and filled(following) in after[0], (arguments, said)


def test_one_of_a_thing_is_one(pair):
    """In English a number of one has its own form; Korean has one form for all."""
    kor = pair["kor"]
    kor.await_step(kor.say(*SEND, "usa/watch", "--attach", __file__, key="watch")["place"], "STATION RECEIPT")
    kor.stop()
    for record, words in ((["verify"], "1 attachment: 0 findings"), (["export", "--to", kor.home.parent / "out"], ", 1 attachment\n")):
        assert words in kor.run(*record).stdout
    assert "첨부 1건: 이상 0건" in kor.run("verify", env=nodes.KOREAN).stdout
    kor.start()


def test_the_table_of_bad_input_names_tests():
    """docs/spec/record.md section 15: each row's test is there."""
    section = (nodes.ROOT / "docs/spec/record.md").read_text(encoding="utf-8").split("## 15. Bad input\n")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 25
    for what, _, test in rows:
        file, name = test.split(" ")
        source = (nodes.ROOT / "test" / file.strip("`")).read_text(encoding="utf-8")
        assert f"\ndef {name}(" in source or f"\nstatic void {name}(void **state)" in source, (what, test)


DROPPED = r"메시지|채널|전문|(?<!프)로그(?!인|아웃|램)|합의서|긴급도|전송 순위|까닭|상대 측"


def test_korean_has_one_word_and_one_register():
    """po/REVIEW.md: the words that were dropped stay out; a sentence is one, and nothing ends in the plain style."""
    wrong = []
    for block in (nodes.ROOT / "po/ko.po").read_text(encoding="utf-8").split("\n\n"):
        if "#~" in block or "\nmsgid " not in block:
            continue
        one, *_, last = re.split(r"\nmsg(?:id_plural|str(?:\[0\])?) ", block[block.find("\nmsgid "):])
        english, korean = ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', part)) for part in (one, last))
        end = korean.replace("\\n", "").rstrip(" .:")
        is_sentence = re.match(r"[A-Z{]", english.strip()) and english.replace("\\n", "").rstrip().endswith(".")
        if re.search(DROPPED, korean) or (re.search(r"[가-힣]다$", end) and not end.endswith("니다")) or (
                is_sentence and "src/" in block and re.search(r"(없음|아님|않음|있음)(?=$|\.|: )", korean.replace("\\n", ""))):
            wrong.append((english, korean))
    assert not wrong, wrong
