"""A fake dev.to: articles by the rules of Forem (app/models/article.rb, api/v1/articles_controller.rb, main, 2026-11-22)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from smm_cli.sandbox.base import Call, Fake, Posted, Refused, Reply, route

MOST_TITLE, MOST_BODY, MOST_TAGS = 128, 800 * 1024, 4


class FakeDevTo(Fake):
    """Articles by number; drafts are kept, not shown."""

    name = "devto"
    hosts = ("dev.to",)
    channel = ""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock)
        self.articles: dict[str, dict[str, Any]] = {}

    def account_of(self, call: Call) -> str:
        """By the header api-key; there is no bearer."""
        return self.whose(call.headers.get("api-key", ""))

    def too_many(self, seconds: float) -> Reply:
        # config/initializers/rack_attack.rb and rate_limit_checker: the same shape for both
        return Reply(429, {"error": "Rate limit reached, try again later", "status": 429}, {"retry-after": str(int(seconds))})

    def missing(self, call: Call) -> Reply:
        return Reply(404, {"error": "not found", "status": 404})

    def _who(self, call: Call) -> str:
        if not (who := self.account_of(call)):
            raise Refused(401, {"error": "unauthorized", "status": 401})
        return who

    def _refuse(self, words: str) -> Refused:
        return Refused(422, {"error": words, "status": 422})

    @route("GET", "/api/users/me")
    def me(self, call: Call) -> Reply:
        who = self._who(call)
        return Reply(200, {"type_of": "user", "id": 1, "username": who, "name": who.title()})

    @route("POST", "/api/articles", commits=True)
    def create(self, call: Call) -> Reply:
        who, sent = self._who(call), self._sent(call)
        if any(
            other["title"] == sent.get("title") and self.now() - other["at"] < timedelta(minutes=5)
            for other in self.articles.values()
            if other["account"] == who
        ):
            raise self._refuse("Title has already been used in the last five minutes")
        number = str(self.next_number())
        article = self.articles[number] = {"account": who, "at": self.now(), "number": number, "published_at": None, "published": False}
        try:
            self._take(article, sent)
        except Refused:
            del self.articles[number]
            raise
        more = {key: value for key, value in sent.items() if key != "body_markdown"}
        posted = Posted(
            self.name, who, number, self._url(article, call), article["body_markdown"], self.now(), self._media(article), more=more
        )
        self.publish(posted)
        return Reply(201, self._shape(article, call), {"location": self._url(article, call)})

    @route("PUT", "/api/articles/{id}")
    def update(self, call: Call) -> Reply:
        who, article = self._who(call), self.articles.get(call.args["id"])
        if not article or article["account"] != who:
            return self.missing(call)
        self._take(article, self._sent(call))
        fields = {"text": article["body_markdown"], "media": self._media(article), "edited": True}
        self.change(article["number"], **({"deleted": True} if not article["published"] else {"deleted": False, **fields}))
        return Reply(200, self._shape(article, call))

    @route("GET", "/api/articles/me/all")
    def mine(self, call: Call) -> Reply:
        who, size, page = self._who(call), int(call.asked("per_page") or 30), int(call.asked("page") or 1)
        own = [article for article in reversed(self.articles.values()) if article["account"] == who]
        return Reply(200, [self._shape(article, call) for article in own[(page - 1) * size : page * size]])

    def _sent(self, call: Call) -> dict[str, Any]:
        sent = call.sent.get("article")
        if not isinstance(sent, dict):
            raise self._refuse("param is missing or the value is empty: article")
        return sent

    def _take(self, article: dict[str, Any], sent: dict[str, Any]) -> None:
        made = {"title": "", "body_markdown": "", "tags": [], "canonical_url": None, "main_image": None, **article, **sent}
        self._check(made)
        if made["published"] and any(
            other["published"] and other["canonical_url"] == made["canonical_url"]
            for other in self.articles.values()
            if made["canonical_url"] and other["number"] != article["number"]
        ):
            raise self._refuse("Validation failed: Canonical url has already been taken. Email support@dev.to for further details.")
        article.update(made)
        if made["published"] and not article["published_at"]:
            article["published_at"] = self.now().isoformat().replace("+00:00", "Z")

    def _check(self, made: dict[str, Any]) -> None:
        if not str(made["title"]).strip():
            raise self._refuse("Validation failed: Title can't be blank")
        if len(made["title"]) > MOST_TITLE:
            raise self._refuse(f"Validation failed: Title is too long (maximum is {MOST_TITLE} characters)")
        if len(str(made["body_markdown"]).encode()) > MOST_BODY:
            raise self._refuse("Validation failed: Body markdown is too long.")
        if not isinstance(made["tags"], list):  # strong parameters would drop it; a client that sends a string is wrong
            raise self._refuse("Validation failed: Tag list is no list")
        if len(made["tags"]) > MOST_TAGS:
            raise self._refuse(f"Validation failed: Tag list exceed the maximum of {MOST_TAGS} tags")
        if wrong := next((tag for tag in made["tags"] if not str(tag).isalnum()), ""):
            raise self._refuse(f'Validation failed: Tag "{wrong}" contains non-alphanumeric or prohibited unicode characters')
        if made["main_image"] and not str(made["main_image"]).startswith("https://"):
            raise self._refuse("Validation failed: Main image is not a valid URL")

    def _media(self, article: dict[str, Any]) -> tuple[str, ...]:
        """Pictures: the cover, and what the text shows."""
        shown = [piece.partition("](")[0] for piece in str(article["body_markdown"]).split("![")[1:]]
        return (*(("cover",) if article["main_image"] else ()), *shown)

    def _url(self, article: dict[str, Any], call: Call) -> str:
        return f"{call.base}/{article['account']}/article-{article['number']}"

    def _shape(self, article: dict[str, Any], call: Call) -> dict[str, Any]:
        """As api/v1/articles/me.json.jbuilder: what is written as main_image is read as cover_image."""
        slug = f"article-{article['number']}"
        shown = {key: article[key] for key in ("title", "published", "published_at", "body_markdown")}
        url = self._url(article, call)
        own = {"type_of": "article", "id": int(article["number"]), "slug": slug, "path": f"/{article['account']}/{slug}", "url": url}
        return {
            **own,
            **shown,
            "canonical_url": article["canonical_url"] or url,
            "cover_image": article["main_image"],
            "tag_list": article["tags"],
            "published_timestamp": article["published_at"] or "",
        }


FAKE = FakeDevTo
