#!/usr/bin/env python3
"""A second reading of the files of types, slow and obvious: it follows docs/types.md and shares nothing with the C.

    identifiers.py judge FILE…                    reads `TYPE<tab>JSON string` lines, prints 1 or 0 for each
    identifiers.py values N SEED FILE…            prints N values a form: `TYPE<tab>JSON string`, about half of them passing
    identifiers.py cases [TYPE…] FILE…            prints lines of tests/cases/types/values.tsv, of these types or of all
    identifiers.py odds [--write] [TYPE…] FILE…   estimates the odds of these types or of all; with --write puts them into the
                                            files, where a type says none

FILE is a name that ends in `.types`. Of all types, odds take half an hour.
"""
import json
import math
import pathlib
import random
import re
import sys
import zlib
from hashlib import sha256

SEPARATORS = {"space": " \t\r\n", "hyphen": "-", "dot": ".", "slash": "/", "colon": ":", "brackets": "()", "other": "(),'_\\"}
ZEROS = (0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20,
         0x1040, 0x17E0, 0x1810, 0xFF10)
CLASSES = {"9": "0-9", "A": "A-Z", "a": "a-z", "X": "0-9A-Z", "x": "0-9A-Za-z", "h": "0-9A-Fa-f", "b": "0-9A-Za-z+/",
           "u": "0-9A-Za-z_\\-", "L": "A-Za-z\x80-\xff", "*": "\x20-\x7e\x80-\xff"}


# ---- writing: bytes are handled as latin-1 strings, one character a byte ----

def is_space(code):
    return code in (9, 10, 13, 32, 0xA0, 0x202F, 0x205F, 0x3000) or 0x2000 <= code <= 0x200A


def plain(code):
    if code < 0x80:
        return code
    if is_space(code):
        return 32
    if 0x2010 <= code <= 0x2015 or code in (0x2212, 0xFE58, 0xFE63, 0xFF0D, 0xAD):
        return 45
    if 0xFF01 <= code <= 0xFF5E:
        return code - 0xFF01 + 33
    for zero in ZEROS:
        if zero <= code < zero + 10:
            return code - zero + 48
    return code


def write(text, writing):
    """A string in a writing, as latin-1 of its UTF-8, with the separators left out and whether they were repeated."""
    text = "".join(chr(plain(ord(c))) for c in text).strip(" \t\r\n")
    kept, seen, repeated = [], "", False
    if writing != "exact":
        text = "".join(c.upper() if c.isascii() else c for c in text)
    if writing == "upper":
        text = text.replace("\n", "").replace("\r", "")
    if writing != "compact":
        return text.encode("utf-8").decode("latin-1"), "", False
    everything = "".join(SEPARATORS.values())
    waiting = ""
    for c in text:
        if c in everything:
            waiting += c
        else:
            kept.append(c)
            seen += waiting
            repeated |= len(waiting) > 1
            waiting = ""
    return "".join(kept).encode("utf-8").decode("latin-1"), seen + waiting.rstrip(" \t\r\n"), repeated


# ---- reading the files ----

class Form:
    def __init__(self, elements, ordinal):
        self.elements = elements          # (regular expression, counts?, alphabet or None, min, max, texts)
        self.ordinal = ordinal
        self.pattern = re.compile("".join(f"({e['re']})" for e in elements), re.S)

    def fit(self, value):
        match = self.pattern.fullmatch(value)
        if not match:
            return None
        parts = [match.span(i + 1) for i in range(len(self.elements))]
        body = [span for span, e in zip(parts, self.elements) if e["counts"]]
        return parts, body[0][0], body[-1][1]


def unescape(text):
    def meaning(match):
        rest = match.group(1)
        return chr(int(rest[1:], 16)) if rest[0] == "x" else {"n": "\n", "r": "\r", "t": "\t"}.get(rest, rest)
    return re.sub(r"\\(x[0-9A-Fa-f]{2}|.)", meaning, text)


def latin(text):
    """UTF-8 bytes as a string, one character a byte."""
    return text.encode("utf-8").decode("latin-1")


def read_shape(text):
    text = latin(text)
    alternatives, at = [[]], 0
    element = re.compile(r'\s*(?:(\()|(")|(\[(?:\\.|[^\]\\])*\])|([9AaXxhbuL*])|(\|)|(#.*))')
    string = re.compile(r'\s*"((?:\\.|[^"\\])*)"\s*(/?)')
    times = re.compile(r"(\?)|\{(\d+)(?:,(\d+))?\}")
    while at < len(text.rstrip()):
        match = element.match(text, at)
        if not match:
            raise ValueError(f"shape {text!r} at {at}")
        at = match.end()
        if match.group(6):
            break
        if match.group(5):
            alternatives.append([])
            continue
        if match.group(1) or match.group(2):
            if match.group(2):
                at -= 1
            texts, more = [], "/"
            while more:
                one = string.match(text, at)
                texts.append(unescape(one.group(1)))
                more, at = one.group(2), one.end()
            if match.group(1):
                assert text[at] == ")"
                at += 1
            else:
                at = len(text[:at].rstrip())
            optional = text[at:at + 1] == "?"
            at += optional
            texts.sort(key=len, reverse=True)
            pattern = "(?:" + "|".join(map(re.escape, texts)) + ")" + ("?" if optional else "")
            alternatives[-1].append({"re": pattern, "counts": not match.group(1), "texts": texts, "min": 0 if optional else 1, "max": 1})
            continue
        if match.group(3):
            inside = match.group(3)[1:-1]
            inside = inside if not inside.startswith("^") else "^" + inside[1:]
            inside = re.sub(r"\\.|\[", lambda m: m.group() if len(m.group()) == 2 else "\\[", inside)
        else:
            inside = CLASSES[match.group(4)]
        found = times.match(text, at)
        least = most = 1
        if found:
            at = found.end()
            least, most = (0, 1) if found.group(1) else (int(found.group(2)), int(found.group(3) or found.group(2)))
        one = re.compile(f"[{inside}]", re.S)
        alphabet = [chr(c) for c in range(256) if one.match(chr(c))]
        pool = [c for c in alphabet if " " <= c <= "~"] if len(alphabet) > 64 else alphabet   # values that can be read
        alternatives[-1].append({"re": f"[{inside}]{{{least},{most}}}", "counts": True, "alphabet": alphabet, "pool": pool,
                                 "min": least, "max": most})
    return alternatives


class Type:
    def __init__(self, name, path, line):
        self.name, self.path, self.line = name, path, line
        self.kind, self.find, self.writing, self.odds = "identifier", None, None, None
        self.separators, self.single = ["space", "hyphen", "dot", "slash"], False
        self.shapes, self.inherited, self.conditions, self.forms = [], False, [], []
        self.words, self.fields, self.needs_context, self.sure = [], [], False, None

    def line_of(self, keyword, rest, inherited):
        if keyword == "shape":
            if self.inherited and not inherited:
                self.shapes = []
            self.inherited = inherited
            self.shapes += read_shape(rest)
        elif keyword in ("let", "check", "date", "region", "require", "entropy"):
            self.conditions.append((keyword, rest))
        elif keyword == "separators":
            words = rest.split()
            self.separators, self.single = [w for w in words if w in SEPARATORS], "single" in words
        elif keyword in ("kind", "find", "writing"):
            setattr(self, keyword, rest.split()[0])
        elif keyword == "odds":
            self.odds = int(rest.split()[0])
        elif keyword == "needs":
            self.needs_context = True
        elif keyword == "confidence":
            self.sure = tuple(map(int, rest.split()[:2]))
        elif keyword == "fields":
            self.fields += re.findall(r'"((?:\\.|[^"\\])*)"', rest)
        elif keyword == "words":
            self.words += re.findall(r'"((?:\\.|[^"\\])*)"', rest)

    def finish(self):
        self.forms = [Form(shape, number + 1) for number, shape in enumerate(self.shapes)]
        self.program = Program(self.conditions)
        for form in self.forms:
            form.find = self.find or ("anchor" if self.kind == "secret" else self.guess(form))
            form.writing = self.writing or ("compact" if form.find in ("digits", "phone", "alnum") else
                                            "upper" if form.find in ("written", "mrz") else "exact")

    @staticmethod
    def guess(form):
        first = form.elements[0]
        if "+" in (first.get("alphabet") or []) or any(t.startswith("+") for t in first.get("texts", [])):
            return "phone"
        digits = all(all(c.isdigit() for c in (e.get("alphabet") or "".join(e["texts"]))) for e in form.elements)
        return "digits" if digits else "alnum"

    def passes(self, form, value):
        fitted = form.fit(value)
        return fitted is not None and self.program.holds(value, fitted, form.ordinal)

    def accepts(self, text):
        for form in self.forms:
            value, seen, repeated = write(text, form.writing)
            allowed = "".join(SEPARATORS[name] for name in self.separators)
            if all(c in allowed for c in seen) and not (repeated and self.single) and value and self.passes(form, value):
                return True
        return False


def read_files(paths):
    blocks = []
    for path in paths:
        block = None
        for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").split("\n")):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if not line.startswith(" "):
                head = re.match(r"(type|family) (\S+)", line)
                block = (head.group(1), head.group(2), path, number, [])
                blocks.append(block)
            elif line.startswith("   "):
                block[4][-1][1] += "\n" + line
            else:
                keyword, _, rest = line.strip().partition(" ")
                block[4].append([keyword, rest])
    families = {block[1]: block[4] for block in blocks if block[0] == "family"}
    types = {}
    for sort, name, path, number, lines in blocks:
        if sort != "type":
            continue
        made = types[name] = Type(name, path, number)
        for keyword, rest in lines:
            if keyword == "like":
                for inherited in families[rest.split()[0]]:
                    made.line_of(*inherited, True)
            else:
                made.line_of(keyword, rest, False)
        made.finish()
    return types


# ---- conditions ----

TOKEN = re.compile(r'\s*(?:#[^\n]*\n?\s*)*(?:(\d+)|([A-Za-z](?:[A-Za-z0-9_-]|\.(?!\.))*)|"((?:\\.|[^"\\])*)"|(\.\.|!=|<=|>=|[()@,+*=<>-]))')


def wrap(number):
    return (number + 2**63) % 2**64 - 2**63


DIGITS = {c: int(c, 36) for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}


def digit_of(c):
    return DIGITS.get(c, 0)


class Value:
    def __init__(self, value, fitted, form, names):
        self.value, (self.parts, self.begin, self.end), self.form, self.names = value, fitted, form, names


class Program:
    """Conditions as functions of a Value, in order."""

    def __init__(self, conditions):
        self.steps = []
        for keyword, text in conditions:
            self.tokens, at = [], 0
            text = text + "\n"
            while text[at:].strip() and not text[at:].strip().startswith("#"):
                match = TOKEN.match(text, at)
                if not match:
                    if re.match(r"\s*(#[^\n]*\n\s*)+$", text[at:]):
                        break
                    raise ValueError(f"{text!r} at {at}")
                number, word, string, sign = match.groups()
                self.tokens.append(int(number) if number else word or sign or ("string", unescape(latin(string))))
                at = match.end()
            self.at = 0
            if keyword == "let":
                name = self.take()
                self.expect("=")
                self.steps.append((name, self.either()))
            elif keyword == "date":
                year = self.either()
                self.expect(",")
                month = self.either()
                self.expect(",")
                day = self.either()
                self.steps.append((None, lambda v, y=year, m=month, d=day: is_date(y(v), m(v), d(v))))
            elif keyword == "entropy":
                least = self.take()
                self.steps.append((None, lambda v, n=least: entropy(v.value[v.begin:v.end]) >= n))
            else:
                self.steps.append((None, self.either()))
            if self.at != len(self.tokens):
                raise ValueError(f"{text!r}: {self.tokens[self.at:]}")

    def holds(self, value, fitted, form):
        return self.progress(value, fitted, form) == len(self.steps)

    def progress(self, value, fitted, form):
        """How many of the conditions, from the first on, hold."""
        v = Value(value, fitted, form, {})
        for count, (name, run) in enumerate(self.steps):
            if name is not None:
                v.names[name] = run(v)
            elif not run(v):
                return count
        return len(self.steps)

    # tokens

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, token):
        found = self.peek() == token and isinstance(self.peek(), str)
        self.at += found
        return found

    def expect(self, token):
        if not self.accept(token):
            raise ValueError(f"{token} expected in {self.tokens} at {self.at}")

    def string(self):
        return self.take()[1]

    # grammar

    def either(self):
        left = self.all_of()
        while self.accept("or"):
            left = (lambda v, a=left, b=self.all_of(): a(v) or b(v))
        return left

    def all_of(self):
        left = self.denial()
        while self.accept("and"):
            left = (lambda v, a=left, b=self.denial(): a(v) and b(v))
        return left

    def denial(self):
        if self.accept("not"):
            inner = self.comparison()
            return lambda v: int(inner(v) == 0)
        return self.comparison()

    def comparison(self):
        left = self.total()
        if self.accept("in"):
            pairs = []
            while True:
                first = self.take()
                pairs.append((first, self.take() if self.accept("..") else first))
                if not self.accept(","):
                    break
            return lambda v: int(any(a <= left(v) <= b for a, b in pairs))
        for sign, holds in (("=", lambda a, b: a == b), ("!=", lambda a, b: a != b), ("<=", lambda a, b: a <= b),
                            (">=", lambda a, b: a >= b), ("<", lambda a, b: a < b), (">", lambda a, b: a > b)):
            if self.accept(sign):
                right = self.total()
                return lambda v, holds=holds: int(holds(left(v), right(v)))
        return left

    def total(self):
        left = self.product()
        while self.peek() in ("+", "-"):
            if self.take() == "+":
                left = (lambda v, a=left, b=self.product(): wrap(a(v) + b(v)))
            else:
                left = (lambda v, a=left, b=self.product(): wrap(a(v) - b(v)))
        return left

    def product(self):
        left = self.unary()
        while self.peek() in ("*", "div", "mod"):
            sign = self.take()
            right = self.unary()
            if sign == "*":
                left = (lambda v, a=left, b=right: wrap(a(v) * b(v)))
            elif sign == "div":
                left = (lambda v, a=left, b=right: a(v) // b(v) if b(v) else 0)
            else:
                left = (lambda v, a=left, b=right: a(v) % abs(b(v)) if b(v) else 0)
        return left

    def unary(self):
        if self.accept("-"):
            inner = self.primary()
            return lambda v: wrap(-inner(v))
        return self.primary()

    def primary(self):
        token = self.take()
        if isinstance(token, int):
            return lambda v: token
        if token == "(":
            inner = self.either()
            self.expect(")")
            return inner
        if token == "if":
            condition = self.either()
            self.expect("then")
            yes = self.either()
            self.expect("else")
            no = self.either()
            return lambda v: yes(v) if condition(v) else no(v)
        if token == "length":
            return lambda v: v.end - v.begin
        if token == "form":
            return lambda v: v.form
        if self.peek() == "(" and hasattr(self, "do_" + token):
            self.expect("(")
            return getattr(self, "do_" + token)()
        return lambda v: v.names[token]

    # ranges

    def position(self):
        return -self.take() if self.accept("-") else self.take()

    def range(self, may_lack=False):
        """A function of a Value to (text, how many places before it are missing)."""
        if may_lack and self.peek() in (")", "using", "by"):
            return lambda v: (v.value[v.begin:v.end], 0)
        if self.accept("@"):
            part = self.take() - 1
            return lambda v: (v.value[slice(*v.parts[part])] if part < len(v.parts) else "", 0)
        first = self.position()
        last = self.position() if self.accept("..") else first

        def find(v):
            wanted = v.begin + first - 1 if first > 0 else v.end + first
            end = min(v.begin + last if last > 0 else v.end + last + 1, v.end)
            begin = max(wanted, v.begin)
            return ("", 0) if begin >= end else (v.value[begin:end], begin - wanted)
        return find

    def simple(self, judge, may_lack=True):
        where = self.range(may_lack)
        self.expect(")")
        return lambda v: int(judge(where(v)[0]))

    def using(self, judge):
        where = self.range(True)
        alphabet = self.string() if self.accept("using") else None
        self.expect(")")
        return lambda v: int(judge(where(v)[0], alphabet))

    def numbers(self):
        found = []
        while isinstance(self.peek(), int) or self.peek() == "-":
            found.append(self.position())
        return found

    # functions

    def do_digit(self):
        return self.simple(lambda t: digit_of(t[0]) if t else 0, False)

    def do_char(self):
        return self.simple(lambda t: ord(t[0]) if t else -1, False)

    def do_index(self):
        where = self.range()
        self.expect(",")
        text = self.string()
        self.expect(")")
        return lambda v: text.find(where(v)[0][0]) if where(v)[0] else -1

    def do_count(self):
        where = self.range()
        self.expect(",")
        text = self.string()
        self.expect(")")
        return lambda v: sum(c in text for c in where(v)[0])

    def do_number(self):
        def number(text, alphabet):
            if alphabet is None:
                if len(text) > 18:
                    return -1
                result = 0
                for c in text:
                    result = result * 10 + digit_of(c)
                return result
            if any(c not in alphabet for c in text):
                return -1
            result = 0
            for c in text:
                result = wrap(result * len(alphabet) + alphabet.index(c))
            return result
        return self.using(number)

    def do_sum(self):
        where = self.range(True)
        alphabet = self.string() if self.accept("using") else None
        self.expect("by")
        weights = self.numbers()
        crossed = self.accept("crossed")
        self.expect(")")

        def total(v):
            text, missing = where(v)
            result = 0
            for i, c in enumerate(text):
                number = digit_of(c) if alphabet is None else max(alphabet.find(c), 0)
                product = number * weights[(missing + i) % len(weights)]
                result += sum(map(int, str(product))) if crossed and product > 0 else 0 if crossed else product
            return result
        return total

    def do_remainder(self):
        where = self.range()
        self.expect(",")
        modulus = self.take()
        self.expect(")")
        return lambda v: int("0" + "".join(str(digit_of(c)) for c in where(v)[0])) % modulus

    def do_text(self):
        where = self.range()
        self.expect(")")
        sign = self.take()
        texts = []
        while isinstance(self.peek(), tuple):
            texts.append(self.string())
        return lambda v: int((where(v)[0] in texts) == (sign != "!="))

    def do_pick(self):
        inner = self.either()
        self.expect(",")
        text = self.string()
        self.expect(")")
        return lambda v: ord(text[inner(v)]) if 0 <= inner(v) < len(text) else -1

    def do_choose(self):
        inner = self.either()
        self.expect(",")
        numbers = self.numbers()
        self.expect(")")
        return lambda v: numbers[inner(v)] if 0 <= inner(v) < len(numbers) else -1

    def do_date(self):
        year = self.either()
        self.expect(",")
        month = self.either()
        self.expect(",")
        day = self.either()
        self.expect(")")
        return lambda v: int(is_date(year(v), month(v), day(v)))

    def do_same(self):
        return self.simple(lambda t: len(set(t)) <= 1)

    def do_entropy(self):
        return self.simple(entropy)

    def do_crc32(self):
        return self.simple(lambda t: zlib.crc32(t.encode("latin-1")))

    def do_luhn(self):
        return self.using(lambda t, alphabet: luhn(t, alphabet or "0123456789"))

    def do_luhn_expanded(self):
        return self.simple(lambda t: luhn("".join(str(digit_of(c)) for c in t), "0123456789"))

    def do_verhoeff(self):
        return self.simple(verhoeff)

    def do_damm(self):
        return self.simple(damm)

    def do_mod_11_2(self):
        return self.simple(lambda t: pure(t, 11, 2))

    def do_mod_37_2(self):
        return self.simple(lambda t: pure(t, 37, 2))

    def do_mod_97_10(self):
        return self.simple(lambda t: int("0" + "".join(str(digit_of(c)) for c in t)) % 97 == 1)

    def do_mod_11_10(self):
        return self.simple(lambda t: hybrid(t, 10))

    def do_mod_37_36(self):
        return self.simple(lambda t: hybrid(t, 36))

    def do_iban(self):
        return self.simple(lambda t: len(t) >= 5 and int("".join(str(digit_of(c)) for c in t[4:] + t[:4])) % 97 == 1)

    def do_base58(self):
        return self.using(base58)

    def do_bech32(self):
        return self.simple(bech32)

    def do_eip55(self):
        return self.simple(eip55)

    def do_ipv6(self):
        return self.simple(ipv6)

    def do_host(self):
        return self.simple(host)


# ---- schemes, from their definitions ----

def is_date(year, month, day):
    import calendar
    return int(1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1])


def log2_fixed(number):
    """Logarithm to base 2, in 65536ths, rounded down bit by bit as docs/types.md says."""
    whole = number.bit_length() - 1
    mantissa, result = (number << 31) >> whole, whole << 16
    for place in range(15, -1, -1):
        mantissa = mantissa * mantissa >> 31
        if mantissa >> 32:
            mantissa >>= 1
            result |= 1 << place
    return result


def entropy(text):
    if not text or len(text) > 8192:
        return 0
    total = sum(n * log2_fixed(n) for n in (text.count(c) for c in set(text)) if n > 1)
    return (log2_fixed(len(text)) * len(text) - total) * 100 // len(text) >> 16


def luhn(text, alphabet):
    if not text or any(c not in alphabet for c in text):
        return False
    total, radix = 0, len(alphabet)
    for place, c in enumerate(reversed(text)):
        number = alphabet.index(c) * (1 + place % 2)
        total += number // radix + number % radix
    return total % radix == 0


def verhoeff(text):
    if not text or not text.isdigit() or not text.isascii():
        return False

    def dihedral(a, b):
        if a < 5:
            return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
        return 5 + (a - b) % 5 if b < 5 else (a - b) % 5
    permutation, state = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4), 0
    for place, c in enumerate(reversed(text)):
        digit = int(c)
        for _ in range(place % 8):
            digit = permutation[digit]
        state = dihedral(state, digit)
    return state == 0


def damm(text):
    rows = ("0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
            "3674209581", "5869720134", "8945362017", "9438617205", "2581436790")
    if not text or not text.isdigit():
        return False
    state = 0
    for c in text:
        state = int(rows[state][int(c)])
    return state == 0


def pure(text, modulus, radix):
    numbers = []
    for place, c in enumerate(text):
        last = place == len(text) - 1
        number = modulus - 1 if last and c in ("Xx" if modulus == 11 else "*") else digit_of(c)
        if number >= modulus or (not last and number == modulus - 1):
            return False
        numbers.append(number)
    return bool(numbers) and sum(n * radix**i for i, n in enumerate(reversed(numbers))) % modulus == 1


def hybrid(text, modulus):
    product = modulus
    for place, c in enumerate(text):
        number = digit_of(c)
        if number >= modulus:
            return False
        total = (product + number) % modulus
        if place == len(text) - 1:
            return total == 1
        product = (total or modulus) * 2 % (modulus + 1)
    return False


def base58(text, alphabet):
    if len(text) > 128 or any(c not in alphabet for c in text):
        return False
    number = 0
    for c in text:
        number = number * 58 + alphabet.index(c)
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    return len(data) >= 5 and sha256(sha256(data[:-4]).digest()).digest()[:4] == data[-4:]


def bech32(text):
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    human, one, data = text.rpartition("1")
    if not human or not one or len(data) < 6 or len(text) > 128 or (re.search("[a-z]", text) and re.search("[A-Z]", text)):
        return False
    human, data = (re.sub("[A-Z]", lambda m: m.group().lower(), t) for t in (human, data))
    if any(c not in alphabet for c in data):
        return False
    state = 1
    for value in [ord(c) >> 5 for c in human] + [0] + [ord(c) & 31 for c in human] + [alphabet.index(c) for c in data]:
        top, state = state >> 25, (state & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            state ^= generator if top >> i & 1 else 0
    return state in (1, 0x2BC830A3)


def keccak256(data):
    constants, lfsr = [], 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            constant |= (lfsr & 1) << ((1 << j) - 1)
            lfsr = (lfsr << 1) ^ (0x171 if lfsr & 0x80 else 0)
        constants.append(constant)
    lanes = [[0] * 5 for _ in range(5)]
    block = bytearray(data) + bytearray(136 - len(data))
    block[len(data)] ^= 1
    block[-1] ^= 0x80
    for i in range(17):
        lanes[i % 5][i // 5] ^= int.from_bytes(block[8 * i:8 * i + 8], "little")
    mask = 2**64 - 1

    def turn(word, by):
        return (word << by % 64 | word >> (64 - by % 64)) & mask if by % 64 else word
    for constant in constants:
        c = [lanes[x][0] ^ lanes[x][1] ^ lanes[x][2] ^ lanes[x][3] ^ lanes[x][4] for x in range(5)]
        d = [c[(x - 1) % 5] ^ turn(c[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lanes[x][y] ^ d[x] for y in range(5)] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], turn(current, (t + 1) * (t + 2) // 2)
        lanes = [[lanes[x][y] ^ (~lanes[(x + 1) % 5][y] & mask & lanes[(x + 2) % 5][y]) for y in range(5)] for x in range(5)]
        lanes[0][0] ^= constant
    return b"".join(lanes[i % 5][i // 5].to_bytes(8, "little") for i in range(4))


def eip55(text):
    if len(text) != 40:
        return False
    small = re.sub("[A-Z]", lambda m: m.group().lower(), text)
    digest = keccak256(small.encode("latin-1")).hex()
    return all(not "a" <= s or (c != s) == (int(digest[i], 16) >= 8) for i, (c, s) in enumerate(zip(text, small)))


def ipv6(text):
    import ipaddress
    if not re.fullmatch(r"[0-9A-Fa-f:.]+", text):
        return False
    dotted = re.search(r"[^:]*\.[^:]*$", text)
    if dotted:   # the module refuses leading zeros, RFC 4291 does not speak of them
        numbers = dotted.group().split(".")
        if len(numbers) != 4 or any(not re.fullmatch(r"\d{1,3}", n) or int(n) > 255 for n in numbers):
            return False
        text = text[:dotted.start()] + ".".join(str(int(n)) for n in numbers)
    try:
        ipaddress.IPv6Address(text)
        return True
    except ValueError:
        return False


def host(text):
    labels = text.split(".")
    good = all(re.fullmatch(r"(?!-)[A-Za-z0-9\x80-\xff-]{1,63}(?<!-)", label) for label in labels)
    return good and len(labels) >= 2 and bool(re.fullmatch(r"[A-Za-z\x80-\xff].*[A-Za-z\x80-\xff]", labels[-1]))


# ---- values ----

def sample_element(element, rng):
    if "texts" in element:
        return rng.choice(element["texts"]) if element["min"] or rng.random() < 0.5 else ""
    count = rng.randint(element["min"], min(element["max"], element["min"] + 40))
    return "".join(rng.choice(element["pool"]) for _ in range(count))


def sample(form, rng):
    return [sample_element(element, rng) for element in form.elements]


def mutate(form, parts, rng):
    parts = list(parts)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
        i = rng.randrange(len(parts))
        element = form.elements[i]
        if "alphabet" in element and parts[i] and rng.random() < 0.97:
            at = rng.randrange(len(parts[i]))
            parts[i] = parts[i][:at] + rng.choice(element["pool"]) + parts[i][at + 1:]
        else:
            parts[i] = sample_element(element, rng)
    return parts


def progress(kind, form, parts):
    value = "".join(parts)
    fitted = form.fit(value)
    return -1 if fitted is None else kind.program.progress(value, fitted, form.ordinal)


def search(kind, form, rng, tries=60000):
    """A passing value: random changes that never lose a condition that held."""
    goal = len(kind.program.steps)
    parts = sample(form, rng)
    best = progress(kind, form, parts)
    for _ in range(tries):
        if best == goal:
            return "".join(parts)
        changed = mutate(form, parts, rng) if rng.random() < 0.95 else sample(form, rng)
        now = progress(kind, form, changed)
        if now >= best:
            parts, best = changed, now
    return None


def spoil(value, rng):
    """One character changed, two neighbours swapped, one lost or one more."""
    at = rng.randrange(len(value))
    how = rng.randrange(4)
    if how == 0:
        pool = "0123456789" if value[at].isdigit() else "ABCDEFGHJKLMNPQRSTUVWXYZ" if value[at].isupper() else "abcdefghz"
        return value[:at] + rng.choice(pool) + value[at + 1:]
    if how == 1 and at + 1 < len(value):
        return value[:at] + value[at + 1] + value[at] + value[at + 2:]
    return value[:at] + value[at + 1:] if how == 2 else value[:at] + rng.choice("0123456789") + value[at:]


def values(types, count, seed):
    """(type, text) pairs, mostly near what passes."""
    for name, kind in types.items():
        for form in kind.forms:
            rng = random.Random(f"{seed}/{name}/{form.ordinal}")
            for i in range(count):
                found = search(kind, form, rng, 20000)
                if found is None:
                    found = "".join(sample(form, rng))
                yield name, found.encode("latin-1").decode("utf-8", "replace")
                yield name, spoil(found, rng).encode("latin-1").decode("utf-8", "replace")


# ---- odds ----

def may_be_digits(form):
    return all(e["min"] == 0 or any(c in "0123456789" for c in e.get("alphabet", ())) or
               any(t.isdigit() for t in e.get("texts", ())) for e in form.elements)


def shape_bits(form):
    """How rarely a random value of the same size and sort has the shape. What may be digits is measured among digits."""
    digits = form.find in ("digits", "alnum", "written") and may_be_digits(form)
    radix = 10 if digits else {"digits": 10, "phone": 10, "alnum": 36, "written": 36, "mrz": 37}.get(form.find, 64)
    bits = 0.0
    for element in form.elements:
        if "texts" in element:
            bits += element["min"] * (min(map(len, element["texts"])) * math.log2(radix) - math.log2(len(element["texts"])))
        else:
            size = sum(c in "0123456789" for c in element["alphabet"]) if digits else len(element["alphabet"])
            bits += element["min"] * max(0.0, math.log2(radix / size)) if size else 0
    return bits


def condition_bits(kind, form, rng, count=1500):
    """How rarely a value of the shape passes: condition after condition, on values that pass those before."""
    goal = len(kind.program.steps)
    pool = [sample(form, rng) for _ in range(count)]
    bits, level = 0.0, 0
    for step in range(1, goal + 1):
        passed = [parts for parts in pool if progress(kind, form, parts) >= step]
        if len(passed) == len(pool):
            continue
        if not passed:   # rarer than can be counted: the walk finds a value, or the scheme is one of 20 bits and more
            found = search(kind, form, rng, 4000)
            hard = any(word in text for _, text in kind.conditions for word in ("base58", "bech32", "eip55", "crc32"))
            return bits + 20 if found or hard else None
        bits += math.log2(len(pool) / len(passed))
        pool = []
        while len(pool) < count:   # walk on among those that pass
            parts = list(rng.choice(passed))
            for _ in range(6):
                changed = mutate(form, parts, rng)
                if progress(kind, form, changed) >= step:
                    parts = changed
            pool.append(parts)
    return bits


def odds(types):
    for name, kind in types.items():
        if not kind.forms:
            continue
        found = []
        for form in kind.forms:
            more = condition_bits(kind, form, random.Random(f"odds/{name}/{form.ordinal}"))
            if more is None:
                print(f"{name}: no value passes shape {form.ordinal}", file=sys.stderr)
                continue
            found.append(shape_bits(form) + more)
        if found:
            yield name, max(0, min(255, int(min(found))))


def write_odds(types):
    """Odds that a type says itself stay as they are."""
    for name, bits in odds({name: kind for name, kind in types.items() if kind.odds is None}):
        kind = types[name]
        path = pathlib.Path(kind.path)
        lines = path.read_text(encoding="utf-8").split("\n")
        start = next(i for i, line in enumerate(lines) if line.startswith(f"type {name} "))
        end = next((i for i in range(start + 1, len(lines)) if not lines[i].startswith(" ")), len(lines))
        place = next((i for i in range(start, end) if lines[i].startswith("  source ")), end)
        lines.insert(place, f"  odds     {bits}")
        path.write_text("\n".join(lines), encoding="utf-8")


def chosen(arguments):
    """The types that are named, or all, of the files."""
    types = read_files([word for word in arguments if word.endswith(".types")])
    names = [word for word in arguments if not word.endswith(".types")]
    if unknown := [name for name in names if name not in types]:
        sys.exit(f"identifiers.py: {' '.join(unknown)}: no such type in these files")
    return {name: types[name] for name in names or types}


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in ("judge", "values", "cases", "odds"):
        sys.exit(__doc__)
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "judge":
        types = read_files(arguments)
        for line in sys.stdin:
            name, text = line.rstrip("\n").split("\t")
            print(int(types[name].accepts(json.loads(text))))
    elif command == "values":
        for name, text in values(read_files(arguments[2:]), int(arguments[0]), arguments[1]):
            print(f"{name}\t{json.dumps(text)}")
    elif command == "cases":
        types = chosen(arguments)
        if len(types) > 1:
            print("# Made by `tests/oracle/identifiers.py cases`, and judged by it: a form's value that passes, if one was found, and one spoilt.")
        for name, text in values(types, 1, "1"):
            print(f"{name}\t{json.dumps(text)}\t{'valid' if types[name].accepts(text) else 'invalid'}")
    elif arguments[0] == "--write":
        write_odds(chosen(arguments[1:]))
    else:
        for name, bits in odds(chosen(arguments)):
            print(f"{name}\t{bits}")


if __name__ == "__main__":
    main()
