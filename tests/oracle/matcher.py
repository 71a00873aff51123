#!/usr/bin/env python3
"""A slow and obvious matcher beside the scanner: every value that could stand in a text is tried on every type.

    matcher.py FINDINGS [TEXTS [SEED [BYTES]]]

It follows docs/types.md and docs/inspecting.md, reads the files of types by identifiers.py, and knows neither stages,
sets of instructions nor windows. The texts are made of the types' own values, some spoilt, their words and other words,
then changed here and there; and of the documents and fuzzing corpora of this repository. Of every text must hold:

  sound      each reading is accepted by its type, and as sure as the documents say: what is told to speak for it does
  complete   each value that stands apart, passes a type and reaches the level is a reading of a finding of just these
             bytes, or lies over another finding that is surer, or as sure and longer, or as sure and as long, or
             within one of a secret that begins as only such do
  apart      findings do not overlap
"""
import json
import pathlib
import random
import re
import subprocess
import sys
import urllib.parse

import identifiers as TYPES

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

NEAR = 300          # bytes within which a word speaks for a value
NEAR_WEAK = 100     # the same of types that little speaks for
EDGE = 20           # it is measured from the groups with digits, not from short words beside them
SHORT = 3           # letters of a word that speaks, in small letters, only within
SHORT_NEAR = 12     # bytes
SMALL_TAKES, SMALL_SURE = 10, 80   # what small letters take from a number that nothing speaks for and that is less sure
SHOWN = 15
WORD, FIELD, COLUMN = 0x100, 0x200, 0x400
BREAKS = set('\n\t,;:="\'<>[]{}|&#')       # what no number goes on beyond
CODE = re.compile(r"[A-Za-z0-9_\-+/=.:~]*")
MAIL = re.compile(r"[A-Za-z0-9._%+\-]*@[A-Za-z0-9.\-]*")
NUMBER = re.compile(r"[A-Za-z0-9]+(?:[ \-./()]{1,4}[A-Za-z0-9]+)*")
TIME = re.compile(r"(?:19|20)\d\d([-/.])[01]\d\1[0-3]\d[T _]\d\d:[\d:.]*|:\d\d\.\d{3,}")
# what is nobody's number: seconds, days, years and their zones, versions, measures
DAY = re.compile(r"(?:19|20)\d\d([-/.])(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)|(?:19|20)\d\d [-+](?:0\d|1[0-4])\d\d(?!\d)"
                 r"|(?:19|20)\d\d-(?:19|20)\d\d(?!\d)|:\d\d:\d\d(?!\d)|\d+(?:\.\d+){3}|(?<![\d.])\d+\.\d+(?!\d|\.\d)")
DOTTED = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}")
NOTICED = re.compile(r"@|\d(?:[ \-./]{0,3}\d){5}|(?=[A-Za-z0-9]{7})[A-Za-z]*\d|[^\x00-\x7f]")   # six digits, or seven with letters
LABEL = re.compile(r"(?:^|[\n,;{(])[ ]*([A-Za-z](?:[ _-]?[A-Za-z0-9]){1,40}?)[ ]*[:=][ ]*\"?$")
GROUPS = re.compile(r"[ \-./()]+")
LANGUAGE = re.compile("[a-z]{2,} ")   # a word in small letters before a number is no part of it
LETTERS = 4         # of a word without digits that may belong to a number


def plain_name(text):
    """A name as it is compared: letters and digits, in small letters."""
    return "".join(c for c in text.lower() if not c.isascii() or c.isalnum())


class Known:
    """What the oracle knows of the types: names, words and what makes them sure."""

    def __init__(self, paths):
        self.types = TYPES.read_files(paths)
        self.by_name = {}                        # plain names of fields and words: types
        self.by_word = {}                        # words of three letters and more, small: types
        self.by_size = {}                        # (writing, size): forms
        self.labels = {}                         # forms of `find label`
        for kind in self.types.values():
            for name in self.names_of(kind):
                self.by_name.setdefault(plain_name(name), set()).add(kind.name)
            for word in kind.words:
                if len(word) > 2 and kind.kind != "mark":
                    self.by_word.setdefault(word.lower(), set()).add(kind.name)
            kind.alone, kind.spoken = self.sureness(kind)
            for form in kind.forms:
                for size in range(self.least(form), min(self.most(form), 128) + 1):
                    self.by_size.setdefault((form.find, form.writing, size), []).append((kind, form))

    @staticmethod
    def names_of(kind):
        """What a field of the type may be called: the type's own name, too, if it is longer than two letters."""
        own = kind.name.rpartition(".")[2]
        return kind.words + kind.fields + ([own] if len(own) > 2 else [])

    def is_anchored(self, name):
        """It begins with letters and signs of its own: what lies within it is a part of it."""
        return any(form.find == "anchor" for form in self.types[name].forms)

    @staticmethod
    def least(form):
        return sum(e["min"] * (min(map(len, e["texts"])) if "texts" in e else 1) for e in form.elements)

    @staticmethod
    def most(form):
        return sum(max(map(len, e["texts"])) if "texts" in e else e["max"] for e in form.elements)

    @staticmethod
    def sureness(kind):
        """Confidence alone and with context, as "How sure" in docs/types.md has it."""
        odds = kind.odds or 0
        checked = any(keyword == "check" for keyword, _ in kind.conditions)
        strong = 16 if kind.kind == "secret" else 20
        if kind.kind in ("mark", "file"):
            alone, spoken = 75, 85
        else:
            alone = 80 if odds >= 27 else 75 if odds >= strong else 65 if checked else 0
            spoken = 90 if odds >= strong else 85 if checked or odds >= 10 else 75
        if kind.sure:
            alone, spoken = kind.sure
        return (0 if kind.needs_context else alone), spoken


class Text:
    """A text, its bytes as latin-1, and what is said in it."""

    def __init__(self, known, syntax, text):
        self.known, self.syntax, self.text = known, syntax, text
        self.bytes = text.encode("utf-8").decode("latin-1")
        self.small = "".join(c.lower() if c.isascii() else c for c in self.bytes)
        self.hits = None

    def words(self):
        """Every word of a type in it: (begin, end, whole, types)."""
        if self.hits is None:
            self.hits = []
            small = "".join(c.lower() for c in self.text)
            for word, types in self.known.by_word.items():
                if word in small or word in self.text.lower():
                    for match in re.finditer(re.escape(word), self.text, re.IGNORECASE):
                        begin = len(self.text[:match.start()].encode())
                        end = begin + len(match.group().encode())
                        before, after = self.text[match.start() - 1:match.start()], self.text[match.end():match.end() + 1]
                        whole = not any(c.isalpha() or ord(c) > 127 for c in before + after) and word.isascii()
                        self.hits.append((begin, end, whole, types))
        return self.hits

    def said(self, begin, end):
        """Types that words near are sure to speak for, and those that some might."""
        sure, may = set(), set()
        for at, stop, whole, types in self.words():
            if at < end and begin < stop:
                continue
            gap = self.bytes[stop:begin] if stop <= begin else self.bytes[end:at]
            if len(gap) + stop - at > NEAR:   # the word as a whole
                continue
            may |= types
            apart = stop - at > 4 or any(c in BREAKS for c in gap)   # a short word may be taken for a part of the number
            if whole and apart and self.syntax == "text":
                if stop - at <= SHORT and self.bytes[at:stop] != self.bytes[at:stop].upper() and len(gap) + EDGE > SHORT_NEAR:
                    continue
                size = len(gap) + stop - at + EDGE
                sure |= {name for name in types if size <= (NEAR_WEAK if self.is_weak(name) else NEAR)}
        return sure, may

    def is_weak(self, name):
        return self.known.types[name].spoken < 85

    def labelled(self, begin):
        """Types for which the label just before speaks."""
        match = LABEL.search(self.bytes[max(0, begin - 60):begin])
        return self.known.by_name.get(plain_name(match.group(1)), set()) if match else set()

    def named_somewhere(self, name):
        """A name of the type stands in the text, in whatever way."""
        kind = self.known.types[name]
        text = plain_name(self.text)
        return any(plain_name(one) in text for one in self.known.names_of(kind))


def is_common(value):
    """Letters of ASCII, or of full width, and digits of any script: others are words of a language."""
    text = value.encode("latin-1").decode("utf-8", "replace")
    return all(ord(c) < 128 or not c.isalpha() or 0xFF21 <= ord(c) <= 0xFF5A for c in text)


def spans(text):
    """Values that stand apart: (begin, end) in bytes."""
    raw = text.bytes
    inside = re.compile(r"[A-Za-z0-9\x80-\xff]")
    begins = [i for i in range(len(raw)) if (i == 0 or raw[i - 1] in BREAKS or raw[i - 1] == " ") and (inside.match(raw[i]) or re.match(r"\+\d", raw[i:i + 2]))]
    for begin in begins:
        words = 1
        for end in range(begin + 1, min(len(raw), begin + 90) + 1):
            last = end == len(raw) or raw[end] in BREAKS or raw[end] == " " or (raw[end] in ".!?" and raw[end + 1:end + 2] in ("", " ", "\n"))
            if raw[end - 1] in BREAKS:
                break
            if raw[end - 1] == " ":
                words += 1
                if words > 9 or raw[end - 2] == " ":
                    break
                continue
            if last and inside.match(raw[end - 1]) and is_common(raw[begin:end]):
                yield begin, end


def has_words(text):
    """It holds a word that belongs to no number."""
    groups = GROUPS.split(text)
    return len(groups) > 1 and any(len(word) > LETTERS and not any(c.isdigit() for c in word) for word in groups)


def tries(known, value):
    """The types that take a value, by how it is found."""
    raw = value.encode("latin-1")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return
    seen = set()
    spaced = " " in value
    worded = has_words(text)
    for writing in ("compact", "upper", "exact"):
        written, separators, repeated = TYPES.write(text, writing)
        if writing == "compact" and not any(c.isdigit() for c in written):
            continue
        for find in ("digits", "phone", "alnum", "written", "token", "email"):
            if find in ("token", "email") and (spaced or writing != "exact" or not (CODE if find == "token" else MAIL).fullmatch(value)):
                continue
            if find not in ("token", "email") and worded:
                continue
            for kind, form in known.by_size.get((find, writing, len(written)), ()):
                allowed = "".join(TYPES.SEPARATORS[name] for name in kind.separators)
                if any(c not in allowed for c in separators) or (repeated and kind.single) or kind.name in seen:
                    continue
                if kind.passes(form, written):
                    seen.add(kind.name)
                    yield kind, form


def is_joined_far(text, begin, end):
    """It stands among more words with digits than a number is made of."""
    for match in NUMBER.finditer(text.bytes):
        if match.start() < end and begin < match.end():
            return len(re.findall(r"[A-Za-z0-9]+", match.group())) > 9
    return False


def wanted(text, level):
    """What must be found: (begin, end, type, confidence)."""
    known = text.known
    passed_over = [m.span() for how in (TIME, DAY, DOTTED) for m in how.finditer(text.bytes)]
    for begin, end in spans(text):
        if any(at < end and begin < stop for at, stop in passed_over):
            continue
        value = text.bytes[begin:end]
        if re.fullmatch(r"\d+\.\d+", value) or not NOTICED.search(value) or LANGUAGE.match(value):
            continue
        found = list(tries(known, value))
        if not found:
            continue
        sure, _ = text.said(begin, end)
        sure |= text.labelled(begin)
        for kind, form in found:
            confidence = kind.spoken if kind.name in sure else alone_in(kind, form.find, value)
            if confidence >= level and form.find not in ("mrz", "coordinates", "anchor", "label"):
                yield begin, end, kind.name, confidence


def accepted(kind, value, syntax):
    """A type's own view of the bytes of a reading, without escapes, separators of coordinates made one."""
    text = value.encode("latin-1").decode("utf-8", "replace")
    if syntax == "ndjson" and "\\" in text:
        text = re.sub(r'\\(u[0-9A-Fa-f]{4}|.)', lambda m: json.loads(f'"{m.group()}"'), text)
    if kind.kind in ("mark", "file"):
        return kind.kind == "file" or any(text.lower() == word.lower() for word in kind.words)
    if any(form.find == "coordinates" for form in kind.forms):
        return kind.accepts(re.sub(r"[,; \t]+", ",", text))
    in_query = urllib.parse.unquote_plus(text)
    in_layout = re.sub(r"\\(.)|'(')", lambda m: " " if m.group(1) in ("n", "t", "r") else m.group(1) or m.group(2), text)
    of_parts = re.sub(" +", " ", re.sub(r"[;^&]", " ", in_layout)).strip()
    ways = {text, in_query, in_layout, of_parts}
    for _ in range(3):   # strings of JSON in one another
        text = re.sub(r"\\(u[0-9A-Fa-f]{4}|.)", lambda m: chr(int(m.group(1)[1:], 16)) if len(m.group(1)) == 5 else m.group(1), text)
        ways.add(text)
    return any(kind.accepts(one) for one in ways)


def alone_in(kind, find, value):
    """Confidence by itself."""
    is_small = find in ("alnum", "written") and re.search("[a-z]", value) is not None
    return max(0, kind.alone - SMALL_TAKES) if is_small and kind.alone < SMALL_SURE else kind.alone


def sure_of(kind, spoken, evidence):
    """What a reading's confidence can be: a label that comes again and again in a text makes a column of it."""
    plain = kind.spoken if spoken else kind.alone
    if evidence & COLUMN:
        return (min(plain + 5, 99),) if spoken else (min(plain + 5, 99), plain + 5 - SMALL_TAKES)
    return (plain,) if spoken else (plain, plain - 20, plain - SMALL_TAKES, plain - SMALL_TAKES - 20)


def judge_sound(text, found, complain):
    last = 0
    for begin, end, readings in found:
        if begin < last or end <= begin:
            complain("overlaps", begin, end, "")
        last = end
        value = text.bytes[begin:end]
        _, may = text.said(begin, end)
        for name, confidence, evidence in readings:
            kind = text.known.types[name]
            spoken = evidence & (WORD | FIELD)
            if not accepted(kind, value, text.syntax):
                complain("is not accepted", begin, end, name)
            elif confidence not in sure_of(kind, spoken, evidence):
                complain(f"is {confidence} sure, not one of {sure_of(kind, spoken, evidence)}", begin, end, name)
            elif spoken and name not in may and not text.named_somewhere(name):
                complain("has nothing that speaks for it", begin, end, name)


def judge_complete(text, found, level, complain):
    for begin, end, name, confidence in wanted(text, level):
        good = False
        for at, stop, readings in found:
            if at >= end or begin >= stop:
                continue
            best = readings[0][1]
            # the label says what it is, whatever words are near; but what it is by itself is told
            alone = text.known.types[name].alone
            good |= bool(readings[0][2] & FIELD) and (alone < level or best >= alone or
                                                      any(one[0] == name and one[1] >= alone for one in readings))
            if (at, stop) == (begin, end):
                good |= any(one[0] == name and one[1] >= confidence for one in readings) or len(readings) == 8
            else:
                good |= best > confidence or (best == confidence and stop - at >= end - begin)
            good |= (at < begin or stop > end) and best >= confidence
            good |= at <= begin and stop >= end and text.known.is_anchored(readings[0][0])
        if not good and not is_joined_far(text, begin, end):
            complain(f"{confidence} sure, is not found", begin, end, name)


# ---- texts ----

def read_values():
    values = []
    for name in ("values.tsv", "published.tsv"):
        for line in (ROOT / "tests/cases/types" / name).read_text(encoding="utf-8").split("\n"):
            if line and not line.startswith("#"):
                row = line.split("\t")
                values.append((row[0], json.loads(row[1]), row[2]))
    return values


FILLER = ("the order of Anna was sent on Monday to the shop and paid for at once number no ref is in a list with others "
          "Straße größer 数据 данные total 12 3.50 EUR v2 A4 x1y2 2026 3f786850e387550fdab836ed7e6dc881de23001b").split()
JOINS = (" ", " ", " ", ", ", ": ", "=", "\n", "; ", " (", ") ", ". ", "\t", " \"", "\" ", "/", "-", " - ", "  ", "|")


def separated(value, rng):
    """With separators between some characters, as people write numbers."""
    if len(value) < 6 or not value.isalnum() or not value.isascii():
        return value
    sign, group = rng.choice(" -./"), rng.choice((2, 3, 4))
    return sign.join(value[i:i + group] for i in range(0, len(value), group))


def make_text(known, values, rng, most):
    parts = []
    for _ in range(rng.randint(2, max(2, most // 75))):
        name, value, _ = rng.choice(values)
        kind = known.types[name]
        if rng.random() < 0.35:
            value = TYPES.spoil(value, rng) if value else value
        if rng.random() < 0.3:
            value = separated(value, rng)
        piece = []
        if rng.random() < 0.6 and kind.words:
            word = rng.choice(kind.words)
            piece += [rng.choice((word, word.upper(), word.title())), rng.choice((": ", " ", "=", " is ", ", no. "))]
        elif rng.random() < 0.3 and kind.fields:
            piece += [rng.choice(kind.fields), rng.choice((": ", "=", " = "))]
        piece.append(value)
        for _ in range(rng.randint(0, 5)):
            piece += [rng.choice(JOINS), rng.choice(FILLER)]
        parts.append("".join(piece))
    text = "".join(part + rng.choice(JOINS) for part in parts)
    for _ in range(rng.choice((0, 0, 0, 1, 3))):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(("", rng.choice(JOINS), rng.choice("0123456789AZaz@+"))) + text[at + rng.randint(0, 1):]
    return text.encode("utf-8")[:most].decode("utf-8", "ignore")


def make_record(known, values, rng):
    """A line of NDJSON: some fields named as the type would have it."""
    record = {}
    for i in range(rng.randint(1, 6)):
        name, value, _ = rng.choice(values)
        kind = known.types[name]
        key = rng.choice(kind.words + kind.fields) if rng.random() < 0.6 and kind.words + kind.fields else rng.choice(FILLER[:12]) + str(i)
        record[key] = value if rng.random() < 0.7 else rng.choice(FILLER) + " " + value
    return json.dumps(record, ensure_ascii=False) + "\n"


def corpora(most):
    for folder in ("docs", "examples", "fuzz/corpus/inspect", "fuzz/corpus/mask", "types"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file():
                data = path.read_bytes()[:40000].decode("utf-8", "ignore").replace("\0", " ")
                for at in range(0, len(data), most):
                    yield data[at:at + most]


def judge_cases(program, known):
    """tests/cases/inspect/values.tsv: what was not found, or not rightly, once."""
    failed = 0
    rows = [line.split("\t") for line in (ROOT / "tests/cases/inspect/values.tsv").read_text(encoding="utf-8").split("\n")
            if line and not line.startswith("#")]
    texts = [Text(known, row[0], json.loads(row[2])) for row in rows]
    for row, text in zip(rows, texts):
        found = scan(program, int(row[1]), [text])[0]
        told = [" ".join([text.bytes[at:stop].encode("latin-1").decode("utf-8")] + [one[0] for one in readings[:3]])
                for at, stop, readings in found]
        wanted_here = [json.loads(one) for one in row[3:]]
        good = len(told) == len(wanted_here) and all(one.startswith(want) for one, want in zip(told, wanted_here))
        failed += not good
        if not good:
            print(f"values.tsv: {text.text!r}: {json.dumps(told, ensure_ascii=False)}", file=sys.stderr)
    return len(rows) - failed, failed


def scan(program, level, texts):
    lines = "".join(f"{text.syntax}\t{json.dumps(text.text)}\n" for text in texts)
    run = subprocess.run([program, str(level)], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seed = sys.argv[3] if len(sys.argv) > 3 else "1"
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 700    # bytes of a text
    known = Known(sorted((ROOT / "types").glob("*.types")))
    values = read_values()
    rng = random.Random("matcher/" + seed)
    random_texts = [Text(known, "text", make_text(known, values, rng, most)) for _ in range(count)]
    records = [Text(known, "ndjson", make_record(known, values, rng)) for _ in range(count // 4)]
    pieces = list(corpora(most))
    rng.shuffle(pieces)
    real = [Text(known, "text", piece) for piece in pieces[:count // 4]]
    failed = compared = 0
    for level, texts in ((75, random_texts[:count * 3 // 4] + real), (60, random_texts[count * 3 // 4:]), (75, records)):
        for text, found in zip(texts, scan(program, level, texts)):
            wrong = []

            def complain(what, begin, end, name):
                wrong.append(f"{name} {what}: {text.bytes[begin:end].encode('latin-1').decode('utf-8', 'replace')!r} at {begin}")
            judge_sound(text, found, complain)
            if text.syntax == "text":
                judge_complete(text, found, level, complain)
            compared += 1
            if wrong:
                failed += 1
                if failed <= SHOWN:
                    print(f"at level {level}, in {text.text!r}", *wrong[:4], f"found: {found}", sep="\n  ", file=sys.stderr)
    passed, wrong_cases = judge_cases(program, known)
    compared += passed + wrong_cases
    failed += wrong_cases
    print(f"matcher: {compared - failed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
