#!/usr/bin/env python3
"""Asks comityd as clients of OPA ask, and goes by the answer.

    OPA_URL=http://127.0.0.1:7380 OPA_TOKEN=TOKEN python3 opa.py <act.json

Whatever asks OPA's data API needs this address, this path and this token in its settings, and
an act as its input. Ends with 0 where the act is permitted, with 1 where it is not, and with 2
where there is no answer, which lets nothing through either.
"""
import json
import os
import sys
import urllib.request

PATH = "/v1/data/comity/judgement"


def main():
    try:
        request = urllib.request.Request(
            os.environ.get("OPA_URL", "http://127.0.0.1:7380") + PATH,
            json.dumps({"input": json.load(sys.stdin)}).encode(),
            {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["OPA_TOKEN"]})
        with urllib.request.urlopen(request, timeout=10) as answer:
            verdict = json.load(answer)["result"]["verdict"]
    except (OSError, KeyError, ValueError) as error:
        print(f"no answer: {error!r}", file=sys.stderr)
        return 2
    print(verdict)
    return 0 if verdict == "permit" else 1


sys.exit(main())
