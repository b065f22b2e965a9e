"""The fake Mastodon refuses what Mastodon refuses, and says so in its words."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from smm_cli.clock import SetClock
from smm_cli.sandbox.base import Fault
from smm_cli.sandbox.fakes._mastodon_rules import Rules, counted
from smm_cli.sandbox.fakes.mastodon import FAKE

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(16)


@pytest.fixture
def fake():
    return FAKE(SetClock(NOON))


@pytest.fixture
def ask(fake):
    def asking(method, path, *, who="ada", **more):
        headers = {"authorization": f"Bearer {fake.token(who)}", **more.pop("headers", {})} if who else more.pop("headers", {})

        async def go():
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(fake), base_url="https://social.example") as client:
                return await client.request(method, path, headers=headers, **more)

        return asyncio.run(go())

    return asking


@pytest.fixture
def post(ask):
    def posting(text="Hello", *, key="", who="ada", **fields):
        headers = {"idempotency-key": key} if key else {}
        return ask("POST", "/api/v1/statuses", json={"status": text, **fields}, headers=headers, who=who)

    return posting


@pytest.fixture
def upload(ask):
    def uploading(content=PNG, **fields):
        return ask("POST", "/api/v2/media", files={"file": ("a", content, "image/png")}, data=fields)

    return uploading


def refused(answer):
    return answer.status_code, answer.json()["error"]


def test_a_bad_token_is_refused(ask):
    assert ask("GET", "/api/v1/accounts/verify_credentials", who="").status_code == 401
    answer = ask("GET", "/api/v1/accounts/verify_credentials", who="", headers={"authorization": "Bearer x"})
    assert refused(answer) == (401, "The access token is invalid")


@pytest.mark.parametrize("text", ["", "  \n "])
def test_a_blank_post_is_refused(post, text):
    assert refused(post(text)) == (422, "Validation failed: Text can't be blank")


def test_a_long_post_is_refused_and_the_longest_taken(post, fake):
    assert post("a" * 500).status_code == 200
    assert refused(post("a" * 501))[0] == 422
    assert refused(post("a" * 490, spoiler_text="b" * 11))[0] == 422
    assert len(fake.posted) == 1


@pytest.mark.parametrize(
    ("text", "warning", "count"),
    [
        ("https://example.com/very/long", "", 23),
        ("see https://a.bc.", "", 28),
        ("@ann@example.social hi", "", 7),
        ("👩‍👩‍👧‍👦", "", 1),
        ("example.com", "", 11),
        ("two https://a.example https://b.example/x", "", 51),
        ("(https://a.example/b_(c))", "", 25),
        ("hi", "https://example.com/", 22),
        ("e\u0301\n\nx", "", 4),
    ],
)
def test_the_server_counts_by_its_own_rule(text, warning, count):
    assert counted(text, warning, 23) == count


def test_an_unknown_visibility_is_refused(post):
    assert refused(post(visibility="bogus")) == (422, "'bogus' is not a valid visibility")


def test_a_reply_to_nothing_is_refused(post):
    assert post(in_reply_to_id="99").status_code == 404


@pytest.mark.parametrize(
    ("poll", "said"),
    [
        ({"options": ["a"], "expires_in": 300}, "more than one item"),
        ({"options": list("abcde"), "expires_in": 300}, "more than 4 items"),
        ({"options": ["a", "b" * 51], "expires_in": 300}, "longer than 50"),
        ({"options": ["a", "a"], "expires_in": 300}, "duplicate"),
        ({"options": ["a", "b"], "expires_in": 299}, "too soon"),
        ({"options": ["a", "b"], "expires_in": 2_629_747}, "too far"),
    ],
)
def test_a_bad_poll_is_refused(post, poll, said):
    assert said in refused(post(poll=poll))[1]


def test_a_poll_excludes_media(post, upload):
    assert post(media_ids=[upload().json()["id"]], poll={"options": ["a", "b"], "expires_in": 300}).status_code == 422


def test_media_are_attached_once_and_then_found_no_more(post, upload, ask):
    id = upload(description="A cat").json()["id"]
    assert ask("GET", f"/api/v1/media/{id}").status_code == 200
    assert post(media_ids=[id]).status_code == 200
    assert ask("GET", f"/api/v1/media/{id}").status_code == 404
    assert "already attached" in refused(post(media_ids=[id]))[1]


def test_media_of_somebody_else_are_not_found(post, upload):
    assert post(media_ids=[upload().json()["id"]], who="bea").status_code == 422


def test_a_film_is_worked_on_before_it_can_be_posted(post, upload, ask):
    answer = upload(MP4)
    id = answer.json()["id"]
    assert (answer.status_code, answer.json()["url"]) == (202, None)
    assert "not finished processing" in refused(post(media_ids=[id]))[1]
    assert [ask("GET", f"/api/v1/media/{id}").status_code for _ in range(2)] == [206, 200]
    assert post(media_ids=[id]).status_code == 200


def test_a_film_beside_a_picture_is_refused(post, upload, ask):
    film, picture = upload(MP4).json()["id"], upload().json()["id"]
    ask("GET", f"/api/v1/media/{film}")
    assert "already contains images" in refused(post(media_ids=[film, picture]))[1]


def test_a_fifth_picture_is_refused(post, upload):
    ids = [upload().json()["id"] for _ in range(5)]
    assert refused(post(media_ids=ids)) == (422, "Cannot attach more than 4 files")


def test_media_are_forgotten_after_a_day(fake, upload, ask):
    id = upload().json()["id"]
    fake.clock.set(NOON + timedelta(hours=23))
    assert ask("GET", f"/api/v1/media/{id}").status_code == 200
    fake.clock.set(NOON + timedelta(hours=25))
    assert ask("GET", f"/api/v1/media/{id}").status_code == 404


@pytest.mark.parametrize(("content", "said"), [(b"%PDF-1.4", "could not be verified"), (b"", "can't be blank")])
def test_files_that_are_no_media_are_refused(upload, content, said):
    assert said in refused(upload(content))[1]


def test_a_picture_with_too_many_pixels_is_refused(upload):
    huge = PNG[:16] + (6000).to_bytes(4) + (6000).to_bytes(4)
    assert upload(huge).status_code == 422


def test_a_long_description_is_refused(upload):
    assert upload(description="a" * 1500).status_code == 200
    assert upload(description="a" * 1501).status_code == 422


def test_a_key_gives_the_same_post_for_an_hour(fake, post):
    first = post(key="k").json()["id"]
    fake.clock.set(NOON + timedelta(minutes=59))
    assert post(key="k").json()["id"] == first
    assert post(key="k", who="bea").json()["id"] != first
    fake.clock.set(NOON + timedelta(minutes=61))
    assert post(key="k").json()["id"] != first


def test_a_relative_that_ignores_keys_posts_twice(fake, post):
    fake.relate("gotosocial")
    assert post(key="k").json()["id"] != post(key="k").json()["id"]


def test_every_answer_tells_the_nearest_limit_with_an_iso_time(ask):
    headers = ask("GET", "/api/v1/accounts/verify_credentials").headers
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("300", "299")
    assert datetime.fromisoformat(headers["x-ratelimit-reset"]) == NOON + timedelta(minutes=5)


def test_the_31st_upload_within_half_an_hour_is_refused(fake, upload):
    assert [upload().status_code for _ in range(31)].count(200) == 30
    fake.clock.set(NOON + timedelta(minutes=30))
    assert upload().status_code == 200


def test_a_rate_limit_on_demand_looks_like_the_real_one(fake, post):
    fake.faults.append(Fault("rate_limit", commits=True, seconds=90))
    answer = post()
    assert (answer.status_code, "retry-after" in answer.headers) == (429, False)
    assert datetime.fromisoformat(answer.headers["x-ratelimit-reset"]) == NOON + timedelta(seconds=90)


def test_a_post_can_be_changed_and_taken_down_once_by_its_author_alone(fake, post, ask):
    id = post().json()["id"]
    assert ask("PUT", f"/api/v1/statuses/{id}", json={"status": "x"}, who="bea").status_code == 404
    assert ask("PUT", f"/api/v1/statuses/{id}", json={"status": "Better"}).json()["content"] == "<p>Better</p>"
    assert ask("DELETE", f"/api/v1/statuses/{id}").json()["text"] == "Better"
    assert ask("DELETE", f"/api/v1/statuses/{id}").status_code == 404
    assert fake.posted[0].deleted


def test_others_do_not_see_what_is_private(post, ask):
    public, private = post().json(), post(visibility="private").json()
    path = f"/api/v1/accounts/{public['account']['id']}/statuses"
    assert [status["id"] for status in ask("GET", path, who="bea").json()] == [public["id"]]
    assert [status["id"] for status in ask("GET", path).json()] == [private["id"], public["id"]]
    assert ask("GET", f"/api/v1/statuses/{private['id']}", who="bea").status_code == 404


def test_a_list_has_at_most_forty_and_goes_on_below_an_id(post, ask):
    ids = [post(f"n{number}").json()["id"] for number in range(50)][::-1]
    path = "/api/v1/accounts/" + post("last").json()["account"]["id"] + "/statuses"
    first = [status["id"] for status in ask("GET", f"{path}?limit=80").json()]
    assert first[1:] == ids[:39]
    assert [status["id"] for status in ask("GET", f"{path}?limit=40&max_id={first[-1]}").json()] == ids[39:]


@pytest.mark.parametrize(("errors", "body"), [("json", "{"), ("html", "<!DOCTYPE"), ("text", "Validation")])
def test_errors_take_every_shape(fake, post, errors, body):
    fake.rules = Rules(errors=errors)
    assert post("").text.startswith(body)


def test_a_terse_server_answers_a_bad_token_with_nothing(fake, ask):
    fake.relate("terse")
    answer = ask("GET", "/api/v1/accounts/verify_credentials", who="")
    assert (answer.status_code, answer.text) == (401, "")


def test_signing_in_wants_the_same_address_and_the_right_verifier(fake, ask):
    back = "http://127.0.0.1:1/"
    app = ask("POST", "/api/v1/apps", json={"client_name": "smm", "redirect_uris": back, "scopes": "read write:statuses"}, who="").json()
    query = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": back, "scope": "write:statuses", "state": "s"}

    def code(**more):
        return ask("GET", "/oauth/authorize", params=query | more, who="")

    assert code(redirect_uri="http://evil.example/").status_code == 400
    assert code(scope="admin").status_code == 400
    location = code(code_challenge="zzz").headers["location"]
    assert location.endswith("state=s")
    form = {"grant_type": "authorization_code", "client_id": app["client_id"], "redirect_uri": back, "code": next(iter(fake.codes))}
    assert ask("POST", "/oauth/token", data=form | {"client_secret": "x"}, who="").status_code == 401
    answer = ask("POST", "/oauth/token", data=form | {"client_secret": app["client_secret"], "code_verifier": "wrong"}, who="")
    assert refused(answer) == (400, "invalid_grant")
