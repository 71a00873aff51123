#!/usr/bin/env python3
"""Writes law ten times as large as the law on file: that law, and nine copies of
every file with law in which all states, parts, unions and agreements have other
codes, and so have the kinds of party that law derives. Other names, of data,
papers, purposes and so on, are shared.

    tenfold.py LAW FOLDER [ACTS]

FOLDER/law/ gets the law. With ACTS (NDJSON), FOLDER/acts.ndjson gets the same acts,
each moved as a whole into one of the ten copies: so an act finds as many rules
as it did before, among ten times as many.

States have codes of two letters. Of the codes that no place has, each copy takes
as many as there are for it, for the places first that have most rules and that law
mentions most. Further places are the same in all copies where conditions mention
them; among the parties and members of a copy they are left out, and so is their law.
What is missing by that is a few rules in a hundred; an act that touches such a
state stays as it is.
"""
import collections
import itertools
import os
import re
import string
import sys

COPIES = 9

# A comment, a string, a word, or what is between them.
PIECE = re.compile(r'#[^\n]*|"(?:[^"\\\n]|\\.)*"|[A-Za-z0-9_.?-]+|[^#"A-Za-z0-9_.?-]+')
HEADER = re.compile(r'^(taxonomy|state|part|union|agreement|policy)\b[ ]*([A-Z0-9-]*)', re.M)
PLACE = re.compile(r'^place[ ]+([A-Z]{2})\b', re.M)
GROUP = re.compile(r'^group[ ]+([A-Z0-9-]+)[ ]', re.M)
DERIVE = re.compile(r'^derive[ ]+([a-z0-9-]+)', re.M)
SHARED_WORDS = ('category', 'kind', 'certificate', 'purpose', 'deal', 'circumstance', 'safeguard', 'place')
RULE = re.compile(r'^rule[ ]', re.M)
STATE = re.compile(r'[A-Z]{2}\Z')
PLACE_IN_ACT = re.compile(r'[A-Z]{2}(?:-[A-Z0-9]+)?')
STRING_IN_ACT = re.compile(r'"([A-Za-z0-9-]+)"')


def read_law(folder):
    """Path below the folder -> text."""
    law = {}
    for path, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith('.law'):
                file = os.path.join(path, name)
                with open(file, encoding='utf-8') as opened:
                    law[os.path.relpath(file, folder)] = opened.read()
    return law


def declarations(text):
    """The text in pieces that each begin with a line that is not indented."""
    return re.split(r'\n(?=[^\s])', text)


def is_shared(declaration):
    """Declares something the copies share."""
    word = declaration.split(' ', 1)[0]
    return word in SHARED_WORDS or (word == 'paper' and '"' in declaration)


def words_of(text):
    return [piece for piece in PIECE.findall(text) if piece[0] not in '#"']


class Codes:
    """What is called what in a copy."""

    def __init__(self, law):
        self.lawful = []   # states with law
        self.parts = {}    # part -> state
        self.others = []   # unions, agreements, policies, groups without a code before them
        self.derived = sorted({kind for text in law.values() for kind in DERIVE.findall(text)})
        self.copied = [path for path in law if HEADER.search(law[path]).group(1) != 'taxonomy']
        places = set()
        rules = collections.Counter()
        for path in law:
            kind, code = HEADER.search(law[path]).groups()
            places.update(PLACE.findall(law[path]))
            if kind in ('state', 'part'):
                rules[code[:2]] += len(RULE.findall(law[path]))
            if kind == 'state':
                self.lawful.append(code)
            elif kind == 'part':
                self.parts[code] = code[:2]
            elif kind != 'taxonomy':
                self.others.append(code)
            if kind != 'taxonomy':
                self.others += GROUP.findall(law[path])
        places.update(self.lawful)
        taken = places | {code for code in self.others if STATE.match(code)}
        free = [a + b for a, b in itertools.product(string.ascii_uppercase, repeat=2) if a + b not in taken]
        room = len(free) // COPIES
        mentions = collections.Counter(word for path in self.copied for word in words_of(law[path]) if word in places)
        self.states = sorted(places, key=lambda code: (-rules[code] - mentions[code], code))[:room]
        self.places = places
        self.left = set(self.lawful) - set(self.states)
        self.parts = {part: state for part, state in self.parts.items() if state not in self.left}
        self.copied = [path for path in self.copied if HEADER.search(law[path]).group(2)[:2] not in self.left
                       or HEADER.search(law[path]).group(1) not in ('state', 'part')]
        self.maps = [self.make_map(copy, free[copy * room:(copy + 1) * room]) for copy in range(COPIES)]

    def make_map(self, copy, fresh):
        names = dict(zip(self.states, fresh))
        for part, state in self.parts.items():
            names[part] = names[state] + part[2:]
        for other in self.others:
            names[other] = f'{other}X{copy + 1}'
        for kind in self.derived:
            names[kind] = f'{kind}-x{copy + 1}'
        return names


def rename_word(word, names):
    """`CN` and what begins with `CN.`."""
    code, dot, rest = word.partition('.')
    return names.get(code, code) + dot + rest


def rename(text, names):
    """All words of a text; instruments have names of their own."""
    out = []
    before = ''
    for piece in PIECE.findall(text):
        if piece[0] == '#':
            continue
        if piece[0] != '"' and not piece.isspace():
            plain = before in ('instrument', 'cite')
            before, piece = piece, piece if plain else rename_word(piece, names)
        out.append(piece)
    return ''.join(out)


def keep_renamed(declaration, codes, names):
    """A line of members or parties with those only that the copy has codes for."""
    match = re.match(r'((?:members|parties|signed|reaches) )(.*?)((?:\s+(?:from|until|reserving)\b.*)?)\Z', declaration, re.S)
    body = re.sub(r'\s*#[^\n]*', '', match.group(2))
    kept = [item.strip() for item in body.split(',')]
    kept = [item for item in kept if item in names or item not in codes.places]
    return match.group(1) + ', '.join(kept) + match.group(3) if kept else ''


def copy_of(text, codes, names):
    out = []
    for declaration in declarations(text):
        if is_shared(declaration):
            continue
        if declaration.split(' ', 1)[0] in ('members', 'parties', 'signed', 'reaches'):
            declaration = keep_renamed(declaration, codes, names)
        out.append(rename(declaration, names))
    return re.sub(r'\n{3,}', '\n\n', '\n'.join(out)).strip() + '\n'


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as opened:
        opened.write(text)


def write_law(law, codes, folder):
    for path, text in law.items():
        write(os.path.join(folder, path), text)
    for copy, names in enumerate(codes.maps):
        for path in codes.copied:
            write(os.path.join(folder, f'copy-{copy + 1}', path), copy_of(law[path], codes, names))
        lines = [f'taxonomy "Names of copy {copy + 1}"\n']
        lines += [f'place {names[code]} "{code} of copy {copy + 1}"' for code in codes.states if code not in codes.lawful]
        lines += [f'kind {names[kind]} "{kind} of copy {copy + 1}"' for kind in codes.derived]
        write(os.path.join(folder, f'copy-{copy + 1}', 'names.law'), '\n'.join(lines) + '\n')


def write_acts(acts, codes, path):
    with open(acts, encoding='utf-8') as opened, open(path, 'w', encoding='utf-8') as out:
        for i, act in enumerate(opened):
            copy = i % (COPIES + 1)
            stays = copy == 0 or any(word[:2] in codes.left for word in STRING_IN_ACT.findall(act) if PLACE_IN_ACT.fullmatch(word))
            names = {} if stays else codes.maps[copy - 1]
            out.write(STRING_IN_ACT.sub(lambda found: '"' + names.get(found[1], found[1]) + '"', act))


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    law = read_law(sys.argv[1])
    codes = Codes(law)
    write_law(law, codes, os.path.join(sys.argv[2], 'law'))
    if len(sys.argv) == 4:
        write_acts(sys.argv[3], codes, os.path.join(sys.argv[2], 'acts.ndjson'))


main()
