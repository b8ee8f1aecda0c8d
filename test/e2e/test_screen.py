"""entente watch --full as an officer sees it: under a terminal, in Korean and in English."""

import nodes
import terminal

ENGLISH = {"LC_ALL": "C.UTF-8"}
RIGHT, TAB = "\x1b[C", "\t"
WORDS = "우리 항공기이며 14시 05분에 귀환합니다."


def screen_of(node, env, key="watch", **size):
    env = {"ENTENTE_KEY": str(node.keys / key), **env}
    return terminal.Terminal([str(nodes.BINARY), "watch", "--full", "--home", str(node.home)], env, **size)


def act(screen, letter, answer, then):
    """Presses the key of an act, answers what it asks, and comes back to the screen."""
    screen.type(letter)
    screen.await_text(then)
    screen.type(answer + "\n")
    screen.await_text("-- ")
    screen.read(0.5)
    screen.type("\n")


def test_a_flash_is_read_and_read_back_on_a_bare_terminal(pair):
    kor, usa = pair["kor"], pair["usa"]
    usa_screen = screen_of(usa, ENGLISH, key="head")
    kor_screen = screen_of(kor, nodes.KOREAN)
    usa_screen.await_text("| LIVE 실제 | USA |", "I OWE (0)", "UP")
    place = kor.release("send", "notify-urgent", WORDS, "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    # It comes by itself, in the list of what is owed, with its label and its words, and the keys act on it.
    usa_screen.await_text("I OWE (1)", "KOR/NOTIFY-URGE~", "> WATCH READ", "(U//REL KOR, USA) " + WORDS)
    assert usa_screen.is_marked(usa_screen.row_of("> WATCH READ"))
    kor_screen.await_text("상대측 이행 의무 (1)", "KOR/NOTIFY-URGE~", "> 당직 열람")

    # The letter that a Korean keyboard gives on the same key acts too; without "yes" nothing is signed.
    act(usa_screen, "ㅁ", "no", "type yes to sign it")
    assert not usa.has_step(place, "WATCH READ")
    act(usa_screen, "ㅁ", "yes", "type yes to sign it")
    usa_screen.await_text("> READ BACK")
    act(usa_screen, "b", "귀측 항공기, 14시 05분 귀환.", "your words to read back")
    kor.await_step(place, "WATCH READ")
    kor_screen.await_text("우리 측 이행 의무 (1)")
    act(kor_screen, "c", "yes", "서명하려면 yes 입력")
    usa.await_step(place, "READ BACK")
    usa_screen.await_text("> PRESENTED")

    # The channel: the whole of it, and the other channels beside.
    kor_screen.type(TAB)
    kor_screen.await_text("leader  LEADER")
    kor_screen.type(RIGHT)
    kor_screen.await_text("consult-urgent  CONSULT")
    kor_screen.type(RIGHT)
    kor_screen.await_text("notify-urgent  NOTIFY", WORDS, "복창")
    for screen in (usa_screen, kor_screen):
        screen.type("q")
        assert screen.end() == 0


def test_what_is_owed_stands_in_the_order_of_the_specification(pair):
    """Of two FLASHes the one that is owed now stands before the one that has minutes left, whichever was filed first."""
    kor, usa = pair["kor"], pair["usa"]
    first, second = [kor.release("send", "notify-urgent", words, "--to", "usa/head", "--precedence", "FLASH", "--label", "U") for words in ("The first.", "The second.")]
    usa.await_step(second, "STATION RECEIPT")
    screen = screen_of(usa, ENGLISH, key="head")
    screen.await_text("The first.", "The second.")
    assert screen.row_of("The first.") < screen.row_of("The second."), "both have minutes"
    usa.say("ack", second, key="head")
    screen.await_text("> READ BACK")
    screen.read_all()
    assert screen.row_of("The second.") < screen.row_of("The first.")
    screen.type("q")
    assert screen.end() == 0


def test_words_from_right_to_left_turn_nothing_on_the_screen(pair):
    kor = pair["kor"]
    words = "\u05d0\u05d1\u05d2 14:05"
    kor.say("send", "share", words, "--to", "usa/watch", "--label", "U", key="watch")
    screen = screen_of(kor, ENGLISH)
    screen.await_text(f"(U//REL KOR, USA) {words}")
    assert "\u2068\u05d0\u05d1\u05d2\u2069 14:05" in screen.raw.decode()
    screen.type("q")
    assert screen.end() == 0


def test_a_draft_is_seen_and_signed_from_it(pair):
    kor = pair["kor"]
    draft = kor.say("send", "notify-urgent", "Two persons.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U", key="watch")["place"]
    screen = screen_of(kor, ENGLISH, key="head")
    screen.await_text("WAITING TO GO OUT (1)", draft, "0 of 2 approved", "Two persons.")
    act(screen, "s", "yes", "type yes to sign it")
    screen.await_text("1 of 2 approved")
    screen.type("q")
    assert screen.end() == 0


def test_rows_stay_where_they_are_and_are_counted_when_they_do_not_fit(pair):
    kor = pair["kor"]
    for number in range(9):
        kor.say("send", "share", f"문건 {number}", "--to", "usa/watch", "--label", "U", key="watch")
    screen = screen_of(kor, ENGLISH, rows=24, columns=80)
    screen.await_text("THEY OWE (9)", "above", "below")
    # Hangul takes two cells: what stands behind it stands where it does in every row.
    shown = screen.await_text("문건")
    assert all(len(line) <= 80 for line in shown.split("\n"))
    screen.resize(10, 40)
    screen.await_text("72 x 20")
    screen.resize(40, 140)
    screen.await_text("LINES", "THEY OWE (9)")
    screen.type("q")
    assert screen.end() == 0


def test_a_node_that_goes_away_is_said_and_comes_back(pair):
    kor = pair["kor"]
    screen = screen_of(kor, ENGLISH)
    screen.await_text("UP")
    kor.kill()
    kor.end()
    screen.await_text("THE NODE DOES NOT ANSWER")
    assert "LINES" in screen.text(), "what was known stays, with its age"
    kor.start()
    screen.await_text("LINES", "UP")
    for _ in range(50):
        if "DOES NOT ANSWER" not in screen.text():
            break
        screen.read(0.2)
    assert "DOES NOT ANSWER" not in screen.text()
    screen.type("q")
    assert screen.end() == 0


def test_what_is_no_terminal_is_told_so(pair):
    kor = pair["kor"]
    done = kor.run("watch", "--full", code=2)
    assert "is no terminal" in done.stderr and "entente watch" in done.stderr
    assert "goes without --json" in kor.run("watch", "--full", "--count", "1", code=2).stderr
    screen = terminal.Terminal([str(nodes.BINARY), "watch", "--full", "--home", str(kor.home)], {"TERM": "dumb", **ENGLISH})
    screen.await_text("is no terminal")
    assert screen.end() == 2
