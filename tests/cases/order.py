"""The order of a judgement's lists, as docs/formats/act-and-judgement.md tells it."""
import json


def written(item):
    """As it stands in the judgement, quotes included."""
    return json.dumps(item, ensure_ascii=False).encode()


def ways_key(way):
    return len(way), [written(item) for item in way]


KEYS = {
    "touched": str.encode,
    "rules": lambda entry: entry["rule"].encode(),
    "needs": lambda entry: entry["rule"].encode(),
    "met": lambda entry: entry["rule"].encode(),
    "lifted": lambda entry: entry["rule"].encode(),
    "duties": lambda entry: entry["rule"].encode(),
    "notes": lambda entry: entry["rule"].encode(),
    "uncovered": lambda entry: entry["state"].encode(),
    "questions": lambda entry: -len(entry["rules"]),
    "conflicts": lambda entry: (entry["compels"].encode(), entry["against"].encode()),
    "ways": ways_key,
    "rests_on_unverified": str.encode,
}


def disorder(answer):
    """What is out of order, a line each."""
    told = []
    for member, key in KEYS.items():
        items = answer.get(member, [])
        keys = [key(item) for item in items]
        if keys != sorted(keys):
            told.append(f"{member} is out of order: {json.dumps(items, ensure_ascii=False)}")
        if member != "questions" and len({repr(k) for k in keys}) != len(keys):
            told.append(f"{member} says something twice: {json.dumps(items, ensure_ascii=False)}")
    for question in answer.get("questions", []):
        if question["rules"] != sorted(question["rules"], key=str.encode):
            told.append(f"the rules of a question are out of order: {json.dumps(question, ensure_ascii=False)}")
    for way in answer.get("ways", []):
        if way != sorted(way, key=written):
            told.append(f"a way is out of order: {json.dumps(way, ensure_ascii=False)}")
    return told
