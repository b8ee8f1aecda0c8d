"""Translations beside the authentic text: whose, how good, and raised by those alone whom the accord allows."""
import functools
import json
import unicodedata

import nodes

PEOPLE = {"watch": ["watch"], "linguist": ["linguist"], "second": ["linguist"], "press": ["press"], "policy": ["policy"]}


def there(node, place):
    node.wait(f"{place} is folded at {node.party}", lambda: (node.find("/entry", place=place) or {}).get("folded"))
    return node.entry(place)


def test_from_machine_to_certified(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    said = kor.say("send", "notify", "발사 1회 탐지함.\n추가 통보 예정.", "--language", "ko", "--to", "usa/watch", "--label", "U",
                   key="watch")["place"]
    there(usa, said)
    # The receiver's side translates; what a machine made says so on every line.
    made = usa.say("translate", said, "One launch detected.\nMore follows.", "--to", "en", "--status", "MACHINE", key="watch")["place"]
    for node in (kor, usa):
        there(node, made)
        found = node.entry(said)["translations"]
        assert [(one["place"], one["to"], one["status"], one["by"]["role"]) for one in found] == [(made, "en", "MACHINE", "watch")]
    text = kor.run("read", said).stdout
    assert "발사 1회 탐지함." in text and "[MACHINE] One launch detected." in text and "[MACHINE] More follows." in text
    # A watch officer may not say that it is good, nor anybody whom the accord does not name.
    done = usa.run("translate", made, "--status", "CERTIFIED", key="watch", code=4)
    assert "ROLE" in done.stderr
    usa.run("translate", said, "One.", "--to", "en", "--status", "DRAFT", key="press", code=4)
    reviewed = usa.say("translate", made, "One launch was detected.\nMore follows.", "--status", "REVIEWED", key="linguist")["place"]
    done = usa.run("translate", reviewed, "--status", "CERTIFIED", key="linguist", code=4)
    assert "(PERSON" in done.stderr, "the words that stand are his own by now"
    certified = usa.say("translate", reviewed, "--status", "CERTIFIED", key="second")["place"]
    there(kor, certified)
    one, = kor.entry(said)["translations"]
    assert (one["place"], one["status"], one["text"]) == (made, "CERTIFIED", ["One launch was detected.\nMore follows."])
    assert (one["by"]["role"], one["by"]["place"]) == ("linguist", certified) and one["by"]["holder"] > 0
    text = kor.run("read", said, env=nodes.KOREAN).stdout
    assert "인증됨" in text and "One launch was detected." in text and "기계번역" not in text and "정본" in text
    # Beside it another, and one that is taken back; the ladder is as it was.
    other = kor.say("translate", said, "A launch.", "--to", "en", key="linguist")["place"]
    none = kor.say("translate", other, "--status", "NONE", key="linguist")["place"]
    there(usa, none)
    assert [row["status"] for row in usa.entry(said)["translations"]] == ["CERTIFIED", "NONE"]
    assert "A launch." not in usa.run("read", said).stdout
    assert usa.ladder(said)["highest"] == "STATION RECEIPT" and usa.status()["void"] == 0
    kor.run("translate", said, "Eins.", "--to", "en", "--status", "PERFECT", key="linguist", code=2)


def test_terms_are_warned_of(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    words = ["--to", "usa/watch", "--label", "U"]
    done = kor.run("send", "notify", "On nuclear sharing and the NCG, see ABCD.", *words, "--language", "en", key="watch")
    assert "nuclear sharing is contested" in done.stderr and "ABCD is not in the joint glossary" in done.stderr
    assert "NCG is not" not in done.stderr
    said = kor.run("send", "notify", "비무장지대에서 협의함.", *words, "--language", "ko", key="watch")
    assert "glossary" not in said.stderr
    place = said.stdout.split("  ")[0]
    done = kor.run("translate", place, "Discussed in the Demilitarized Zone.", "--to", "en", key="linguist", env=nodes.KOREAN)
    assert "공동 용어집에서 협의에 해당하는 말은 consultation입니다" in done.stderr and "비무장지대에" not in done.stderr
    # A term within a longer one is that, and later words are held against the original.
    group = kor.say("send", "notify", "핵협의그룹 회의", *words, "--language", "ko", key="watch")["place"]
    done = kor.run("translate", group, "A meeting of the Group", "--to", "en", "--json", key="linguist")
    assert "consultation" not in done.stderr
    made = json.loads(done.stdout.splitlines()[0])["place"]
    done = kor.run("translate", made, "The Group meets", key="linguist")
    assert "Nuclear Consultative Group (NCG) for 핵협의그룹" in done.stderr and "consultation" not in done.stderr
    for good in ("The Nuclear Consultative\nGroup meets", "The NCG meets"):
        assert kor.run("translate", made, good, key="linguist").stderr == ""
    first = kor.say("translate", place, "A consultation in the Demilitarized Zone.", "--to", "en", key="linguist")["place"]
    assert "consultation for 협의" in kor.run("translate", first, "Talks in the Demilitarized Zone.", key="linguist").stderr


def test_terms_are_found_as_they_are_written(stage):
    """With a particle, apart or together, over the end of a line, in the other language's text, in the subject; and nothing in a longer run of capitals."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]

    def said(text, *more, language="ko"):
        return kor.run("send", "notify", text, "--to", "usa/watch", "--label", "U", "--language", language, *more, key="watch").stderr

    for text in ("핵공유를 논의함", "핵 공유에 관하여", "핵\n공유", "미측은 nuclear sharing이라 함"):
        assert "is contested" in said(text), text
    assert "nuclear sharing is contested" in said("On nuclear\n  sharing.", language="en")
    assert "joint planning is contested" in said("As agreed.", "--subject", "Joint planning", language="en")
    assert "EDS is not in the joint glossary" in said("See EDS.", language="en")
    assert said("EDSCG 회의, 핵 협의 그룹") == ""


def test_what_is_refused_says_why(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    said = kor.say("send", "notify", "A launch.", "--language", "en", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    there(usa, said)
    done = usa.run("translate", said, "발사.", "--to", "xx!", key="watch", code=2)
    assert "xx! is no language" in done.stderr
    for tag in ("a", "korean"):
        assert f"{tag} is no language" in usa.run("translate", said, "발사.", "--to", tag, key="watch", code=2).stderr
    done = usa.run("translate", "KOR/NOTIFY 1.0", "열림.", "--to", "ko", key="watch", code=4)
    assert "has no words to translate" in done.stderr
    done = usa.run("rectify", said, "--field", "act-on=correct", key="watch", code=4)
    assert "was said by kor, and only who said it" in done.stderr
    for words in (["recall", said], ["downgrade", said, "--label", "U"], ["relabel", said, "--label", "R"]):
        done = usa.run(*words, key="watch", code=4)
        assert f"{words[0]} cannot be said of {said}: that was said by kor" in done.stderr, done.stderr
    assert "No calendar goes to an outside party" in kor.run("feed", "ics", "--party", "PUBLIC", code=2).stderr
    assert "KOR may read it already" in kor.run("release", said, "--to", "KOR", key="watch", code=2).stderr
    made = usa.say("translate", said, "발사.", "--to", "ko", key="watch")["place"]
    assert "is none any more" in usa.run("translate", made, "--status", "NONE", key="watch").stdout
    assert f"entente read '{made}'" in usa.run("read", said).stdout and "발사." in usa.run("read", made).stdout


def test_units_of_a_text_are_warned_of(stage):
    """The same words hold a unit against the glossary, and against what stands in the other language; it goes as it is."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "statement", "Statement", "--language", "en", "--languages", "ko,en", key="policy")

    def unit(language, words, **more):
        return kor.run("text", "unit", "statement", "goal", words, "--language", language, key="policy", **more).stderr

    said = unit("en", "On nuclear sharing and the NCG, see ABCD.")
    assert "nuclear sharing is contested" in said and "ABCD is not in the joint glossary" in said and "NCG is not" not in said
    assert "핵공유은(는) 이견이 있는 용어" in unit("ko", "핵공유에 관하여", env=nodes.KOREAN)
    said = unit("en", "On the way")
    assert "The joint glossary has nuclear sharing for 핵공유" in said and "is contested" not in said and "is not in" not in said
    assert "The joint glossary has Demilitarized Zone for 비무장지대" in unit("ko", "비무장지대에서")
    assert "공동 용어집에서 비무장지대에 해당하는 말은 Demilitarized Zone" in unit("en", "In the zone", env=nodes.KOREAN)
    assert unit("en", "In the Demilitarized Zone") == ""
    shown, = kor.get("/text", place=kor.get("/dialogues", kind="text")["things"][0]["place"])["units"]
    assert [one["words"] for tag in ("ko", "en") for one in shown["languages"][tag]["versions"]] == ["비무장지대에서", "In the Demilitarized Zone"]


def test_two_certified_that_differ(stage):
    """Two into one language are certified and say not the same: whoever reads one is told of the other; of two that agree, nothing is said."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    said = kor.say("send", "notify", "발사 1회 탐지함.", "--language", "ko", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    there(usa, said)

    def certified(node, words):
        made = node.say("translate", said, words, "--to", "en", key="linguist")["place"]
        done = node.say("translate", made, "--status", "CERTIFIED", key="second")["place"]
        for one in (kor, usa):
            there(one, done)
        return made

    first = certified(usa, "One launch detected.")
    certified(usa, "One launch detected.")
    assert "DIFFER" not in kor.run("read", said).stdout
    other = certified(kor, "One launch was not detected.")
    for node in (kor, usa):
        shown = node.run("read", said).stdout
        assert shown.count("TWO ARE CERTIFIED AND DIFFER") == 3 and shown.count(f"another says otherwise, {first};") == 1 and f"another says otherwise, {other};" in shown, shown
        assert "인증된 번역문이 둘이며 서로 다름" in node.run("read", said, env=nodes.KOREAN).stdout
    kor.run("translate", other, "--status", "NONE", key="linguist")
    assert "DIFFER" not in kor.run("read", said).stdout


def test_terms_are_found_in_single_letters(stage):
    """A machine that writes syllables as their letters: the same words are warned of, in what is sent and in what is translated."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    apart = functools.partial(unicodedata.normalize, "NFD")
    words = ["--to", "usa/watch", "--label", "U", "--language", "ko"]
    assert apart("핵공유") != "핵공유"
    done = kor.run("send", "notify", apart("첫 줄\n핵공유를 논의함"), *words, key="watch")
    assert "핵공유 is contested" in done.stderr, done.stderr
    place = kor.say("send", "notify", apart("비무장지대에서 협의함."), *words, key="watch")["place"]
    done = kor.run("translate", place, "Discussed in the zone.", "--to", "en", key="linguist")
    assert "Demilitarized Zone for 비무장지대" in done.stderr and "consultation for 협의" in done.stderr, done.stderr
