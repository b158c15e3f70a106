"""Keys of the provider and of health records: kept, fetched anew, given up."""

from __future__ import annotations

import json
import logging

import anyio
import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from starlette.responses import JSONResponse
from unit.web.login.programs.made_tokens import (
    MANY_KEY,
    RECORD_KEY,
    ask,
    ask_record,
    call,
    claim,
    sign,
    sign_call,
)

from chorall.web.login.keys import (
    FRESH_SECONDS,
    OLDEST_SECONDS,
    PAUSE_SECONDS,
    fetch_json,
    import_keys,
)


def test_keys_are_fetched_once_and_a_new_one_is_found(browser, provider, clock):
    for _ in range(3):
        assert ask(browser, sign(provider)).status_code == 200
    assert provider.keys_asked == 1
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    clock[0] += PAUSE_SECONDS
    assert ask(browser, sign(provider, claim(), kid="two")).status_code == 200
    assert provider.keys_asked == 2
    old = sign(provider, claim(), kid="one")
    assert ask(browser, old).status_code == 401, "the provider gave that key up"


def test_unknown_keys_are_asked_for_once_in_a_while(browser, provider, clock):
    """Nobody lets the provider be asked as often as they like."""
    assert ask(browser, sign(provider)).status_code == 200
    for number in range(20):
        assert ask(browser, sign(provider, kid=f"none-{number}")).status_code == 401
    assert provider.keys_asked == 1
    clock[0] += PAUSE_SECONDS
    for number in range(20):
        assert ask(browser, sign(provider, kid=f"none-{number}")).status_code == 401
    assert provider.keys_asked == 2


def claim_at(clock) -> dict:
    return claim(iat=int(clock[0]), exp=int(clock[0]) + 300)


def test_a_key_that_was_given_up_counts_no_more_after_a_while(browser, provider, clock):
    stolen, old = provider.key, sign(provider)
    assert ask(browser, old).status_code == 200
    provider.key = ECKey.generate_key("P-256", {"kid": "two"})
    clock[0] += FRESH_SECONDS
    assert ask(browser, sign(provider, claim_at(clock), key=stolen)).status_code == 401


def test_a_provider_that_is_down_closes_programs_after_an_hour(browser, provider, clock, caplog):
    assert ask(browser, sign(provider)).status_code == 200
    provider.down = True
    clock[0] += OLDEST_SECONDS - 1
    with caplog.at_level(logging.ERROR, logger="chorall.web"):
        assert ask(browser, sign(provider, claim_at(clock))).status_code == 200
        clock[0] += 1
        found = ask(browser, sign(provider, claim_at(clock)))
    assert (found.status_code, found.headers["retry-after"]) == (503, "60")
    assert "keys of the provider: " in caplog.text
    provider.down = False
    assert ask(browser, sign(provider, claim_at(clock))).status_code == 503
    clock[0] += PAUSE_SECONDS
    assert ask(browser, sign(provider, claim_at(clock))).status_code == 200


def test_a_file_of_keys_is_read_again(browser, key_file, clock):
    assert ask_record(browser, sign_call()).status_code == 200
    new = ECKey.generate_key("P-384", {"kid": "r2"})
    key_file.write_text(json.dumps({"keys": [new.as_dict(private=False)]}))
    clock[0] += PAUSE_SECONDS
    claims = call(iat=int(clock[0]), exp=int(clock[0]) + 300)
    assert ask_record(browser, sign_call(claims, key=new, kid="r2")).status_code == 200


@pytest.mark.parametrize(
    ("given", "status"),
    [({"use": "enc"}, 401), ({"alg": "ES384"}, 401), ({"use": "sig", "alg": "ES256"}, 200)],
)
def test_a_key_for_another_purpose_is_none(browser, provider, given, status):
    signing = ECKey.generate_key("P-256", {"kid": "one"})
    provider.key = ECKey.import_key({**signing.as_dict(private=False), **given})
    assert ask(browser, sign(provider, key=signing)).status_code == status


@pytest.mark.filterwarnings("ignore:.*:joserfc.errors.SecurityWarning")
def test_only_public_keys_that_are_long_enough_count():
    short, secret = RSAKey.generate_key(1024, {"kid": "s"}), OctKey.generate_key()
    found = import_keys({"keys": [
        MANY_KEY.as_dict(private=False), short.as_dict(private=False), secret.as_dict(),
        RECORD_KEY.as_dict(private=True), {"kty": "new", "kid": "n"}, "text", None, 7,
        {"kty": "EC", "crv": "P-new", "kid": "n"}, {"kty": "RSA", "n": 7}, {"kty": ["RSA"]},
    ]})  # fmt: skip
    assert [key.kid for key in found] == ["m1"]
    for none in (None, [], {}, {"keys": {}}, {"keys": []}, {"keys": [secret.as_dict()]},
                 {"keys": [{"kty": "EC", "crv": "P-256"}]}):  # fmt: skip
        with pytest.raises(ValueError, match="no "):
            import_keys(none)


def test_the_providers_of_keys_are_asked_without_following_elsewhere(provider):
    async def send_elsewhere(scope, receive, send):
        await JSONResponse({}, 302, {"location": "https://evil.example"})(scope, receive, send)

    with pytest.raises(httpx2.HTTPStatusError):
        anyio.run(fetch_json, "https://a.example/k", httpx2.ASGITransport(app=send_elsewhere))
