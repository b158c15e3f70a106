"""Everything that the description of the JSON interface allows, and what it does not, is asked."""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from jsonschema import validate
from schemathesis import GenerationMode

from chorall.web.app import create_app
from chorall.web.settings import Settings

DESCRIPTION = create_app(Settings()).openapi()
DESCRIBED = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS = {
    f"{one.ok().method.upper()} {one.ok().path}": one.ok() for one in DESCRIBED.get_all_operations()
}
MODES = {"allowed": GenerationMode.POSITIVE, "not allowed": GenerationMode.NEGATIVE}
ASKED = [
    (name, mode)
    for name, one in OPERATIONS.items()
    for mode in MODES
    if mode == "allowed" or one.body or any(one.iter_parameters())
]
"""Without body and parameters there is nothing that is not allowed."""
EXAMPLES = 10
ALWAYS = (200, 400, 404, 405, 413, 415, 422)


def find_schema(operation):
    """Return what the description says of the answer, with all that it refers to."""
    answer = DESCRIPTION["paths"][operation.path][operation.method]["responses"]["200"]
    (content,) = answer["content"].values()
    return content["schema"] | {"components": DESCRIPTION["components"]}


def send(client, case):
    """Send what was generated, as it is; bodies that JSON cannot hold are written by Python."""
    body = case.body if type(case.body).__name__ != "NotSet" else None
    sent = {} if body is None else {
        "content": body if isinstance(body, bytes) else json.dumps(body).encode(),
        "headers": {"content-type": "application/json"},
    }  # fmt: skip
    return client.request(
        case.method, case.formatted_path.replace("\n", "%0A"), params=case.query, **sent
    )


@pytest.mark.parametrize(("name", "mode"), ASKED)
def test_what_is_described_breaks_nothing(client, name, mode):
    """No mistake of ours; an answer is as described, a refusal is one clear problem."""
    operation = OPERATIONS[name]

    @examples(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=MODES[mode]))
    def ask(case):
        found = send(client, case)
        assert found.status_code in ALWAYS, found.text[:300]
        if found.status_code == 200:
            validate(found.json(), find_schema(operation))
        else:
            assert found.headers["content-type"] == "application/problem+json"
            assert found.json()["status"] == found.status_code
            assert found.json()["detail"]

    ask()


UNREADABLE = {
    "empty": (b"", 400),
    "cut off": (b'{"patient": {"age_years": 3', 400),
    "no UTF-8": (b'{"patient": "\xff"}', 400),
    "a lone surrogate": (b'{"patient": {"\\ud800": 1}}', 400),
    "NaN": (b'{"patient": {"age_years": NaN}}', 400),
    "Infinity": (b'{"patient": {"age_years": -Infinity}}', 400),
    "a number of 5000 digits": (b'{"patient": {"age_years": ' + b"9" * 5000 + b"}}", 400),
    "20,000 brackets": (b"[" * 20_000 + b"]" * 20_000, 400),
    "a name twice": (b'{"patient": {"TP53": "absent", "TP53": "present"}}', 400),
    "10 MB": (b'{"patient": {"x": "' + b"a" * 10_000_000 + b'"}}', 413),
    "an array": (b"[]", 422),
    "a huge number": (b'{"patient": {"age_years": 1e999}, "draws": 1e308}', 422),
    "letters of many scripts": ('{"patient": {"\u0436\u4e2d\U0001f9a0": "\u0661"}}'.encode(), 422),
}


@pytest.mark.parametrize("what", UNREADABLE)
@pytest.mark.parametrize("name", [one for one in OPERATIONS if one.startswith("POST")])
def test_what_cannot_be_read_gets_one_clear_answer_everywhere(client, name, what):
    body, status = UNREADABLE[what]
    path = OPERATIONS[name].path.replace("{service}", "all-outcome")
    found = client.post(path, content=body, headers={"content-type": "application/json"})
    assert found.status_code == status, found.text
    assert found.headers["content-type"] == "application/problem+json"
    assert set(found.json()) == {"type", "title", "status", "detail"}
