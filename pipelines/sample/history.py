"""Writes the whole history of one fictional company's account: its posts, who replies, and what it answers.

A history is drawn once and kept; `wire_bluesky.py` shows what of it can be seen at a moment.
"""

from __future__ import annotations

import datetime as dt
from datetime import UTC
from typing import TypeVar

import numpy as np

from pipelines.sample import texts
from pipelines.sample.companies import FictionalCompany
from pipelines.sample.counts import (
    ANSWER_LIKES,
    ANSWER_SPREAD,
    CHATTER_SHARE,
    IN_SCOPE_RATE,
    MEDIA,
    MEDIA_SHARES,
    QUOTED_SHARE,
    REPOSTED_SHARE,
    SMALL_TALK_ANSWERED,
    csr_items,
    cumulative,
    draw_counts,
    ever_answered,
    person_shares,
    replies_per_post,
)
from pipelines.sample.posts import NEIGHBOURS, Author, FictionalPost, company_account, neighbour, person, post_uri, tid

START = dt.datetime(2024, 12, 30, tzinfo=UTC)
WEEKS = 79
HOUR, DAY = 3_600_000, 86_400_000
_START = int(START.timestamp()) * 1_000
_POPULATION = 40_000
SHORTENER = "bit.ly"
T = TypeVar("T")


def write_history(seed: int, company: FictionalCompany) -> list[FictionalPost]:
    """Writes all items of the company's feed, oldest first: posts, reposts and answers, with the threads below them."""
    return _Writer(seed, company).write()


class _Writer:
    def __init__(self, seed: int, company: FictionalCompany) -> None:
        self.seed = seed
        self.company = company
        self.account = company_account(company)
        self.rng = np.random.default_rng([seed, 1, company.number])
        shares = person_shares(company)
        self.people = self.rng.choice(_POPULATION, len(shares), replace=False).tolist()
        self.people_edges = cumulative(shares)
        self.scope_share = min(0.5, IN_SCOPE_RATE / replies_per_post(company))
        self.cause_edges = cumulative(company.causes)
        self.causes = list(texts.CAUSES.values())
        self.items: list[FictionalPost] = []

    def write(self) -> list[FictionalPost]:
        company, rng = self.company, self.rng
        csr_week = np.repeat(np.arange(WEEKS), csr_items(rng, company, WEEKS))
        other_week = np.repeat(np.arange(WEEKS), rng.poisson(company.other_rate, WEEKS))
        week = np.concatenate([csr_week, other_week])
        size = len(week)
        is_csr = np.arange(size) < len(csr_week)
        created = _START + week * 7 * DAY + rng.integers(0, 7, size) * DAY + rng.integers(7 * HOUR, 19 * HOUR, size)
        media = rng.choice(len(MEDIA), size, p=MEDIA_SHARES)
        years = (_START + WEEKS * 7 * DAY - created) / (365 * DAY)
        followers = company.followers * np.exp(-company.growth * years)
        counts = draw_counts(rng, company, is_csr, media, followers)
        chance = rng.random((size, 8))
        for i in np.argsort(created, kind="stable").tolist():
            post = self._post(int(created[i]), bool(is_csr[i]), MEDIA[media[i]], chance[i].tolist())
            self.items.append(post)
            if post.kind == "repost":
                continue
            post.likes = int(counts.likes[i])
            post.quotes = int(counts.reposts[i] * QUOTED_SHARE)
            post.reposts = int(counts.reposts[i]) - post.quotes
            self._replies(post, int(counts.replies[i]))
        self.items.sort(key=lambda item: item.created)
        return self.items

    def _post(self, created: int, is_csr: bool, media: str, chance: list[float]) -> FictionalPost:
        company = self.company
        is_outward = is_csr and chance[0] < company.outward_share
        sentence = self._sentence() if is_csr else self._pick(texts.ORDINARY).format(goods=company.goods)
        if is_outward and chance[1] < REPOSTED_SHARE:
            return self._repost(created, texts.SHARED.format(sentence=sentence), is_csr=True, is_outward=True)
        if not is_csr and chance[1] < 0.03:
            return self._repost(created, self._pick(texts.SMALL_TALK), is_csr=False, is_outward=False)
        post = FictionalPost(
            uri=post_uri(self.account, created),
            author=self.account,
            created=created,
            text=(self._pick(texts.OPENERS) if is_csr else "") + sentence,
            media=media,
            is_csr=is_csr,
            is_outward=is_outward,
        )
        link = self._link(is_csr, is_outward, chance[2])
        if media == "link":
            post.card = link
        elif is_outward or chance[3] < 0.15:
            post.links = (link,)
        if chance[4] < 0.06:
            post.mention = neighbour(self.seed, self._pick(NEIGHBOURS))
        if chance[4] > 0.8:
            post.tags = (self._pick(texts.TAGS),)
        if not is_csr and media != "link" and chance[5] < 0.05:
            post.kind, post.quoted = "quote", self._foreign(created, self._pick(texts.SMALL_TALK))
        # Chances of the one draw are disjoint: a post is edited, or deleted, or has a wrong clock.
        if chance[6] < 0.03:
            post.deleted = created + int((3 + 57 * chance[7]) * DAY)
        elif chance[6] < 0.07:
            post.edited = created + int((1 + 30 * chance[7]) * DAY)
        elif chance[6] < 0.08:
            post.claimed = created + 3 * HOUR
        elif chance[6] < 0.10:
            self._answer(post, created + int(HOUR * (0.2 + chance[7])), texts.THREAD)
        return post

    def _sentence(self) -> str:
        return self._pick(self.causes[int(np.searchsorted(self.cause_edges, self.rng.random()))])[1]

    def _link(self, is_csr: bool, is_outward: bool, chance: float) -> str:
        page = f"/{'notes' if is_csr else 'shelf'}/{int(chance * 10_000)}"
        if is_outward:
            return f"https://{self._pick(NEIGHBOURS)}{page}"
        if chance < 0.04:
            return f"https://{SHORTENER}{page}-of-a-fictional-world"
        return f"https://{self.company.domain}{page}"

    def _repost(self, created: int, text: str, *, is_csr: bool, is_outward: bool) -> FictionalPost:
        return FictionalPost(
            uri=f"at://{self.account.did}/app.bsky.feed.repost/{tid(created)}",
            author=self.account,
            created=created,
            text=text,
            kind="repost",
            reposted=self._foreign(created, text),
            is_csr=is_csr,
            is_outward=is_outward,
        )

    def _foreign(self, before: int, text: str) -> FictionalPost:
        author = neighbour(self.seed, self._pick(NEIGHBOURS))
        created = before - int(self.rng.integers(HOUR, 2 * DAY))
        likes = int(self.rng.poisson(400))
        return FictionalPost(
            uri=post_uri(author, created), author=author, created=created, text=text, likes=likes, reposts=60
        )

    def _replies(self, post: FictionalPost, number: int) -> None:
        rng = self.rng
        delays = np.minimum(rng.lognormal(np.log(4 * HOUR), 1.2, number), 10 * DAY).astype(int).tolist()
        for delay in sorted(delays):
            in_scope = bool(rng.random() < self.scope_share)
            message = self._message(post, post.created + delay, self._in_scope_words(post) if in_scope else None)
            message.is_in_scope = in_scope
            self._maybe_answer(message)
            if rng.random() < CHATTER_SHARE:
                self._message(message, message.created + int(rng.integers(60_000, 8 * HOUR)), None)

    def _in_scope_words(self, post: FictionalPost) -> str:
        """Picks the words of a message in scope: a question, a question on a cause, or a remark on a cause."""
        choice = self.rng.random()
        if choice < 0.55:
            return self._pick(texts.QUESTIONS)
        phrase = next((phrase for phrase in texts.PHRASES if phrase in post.text.lower()), texts.PHRASES[0])
        return self._pick(texts.CAUSE_QUESTIONS if choice < 0.85 else texts.CAUSE_REMARKS).format(phrase=phrase)

    def _maybe_answer(self, message: FictionalPost) -> None:
        company, rng = self.company, self.rng
        share = ever_answered(company) if message.is_in_scope else SMALL_TALK_ANSWERED
        if rng.random() < share:
            delay = int(rng.lognormal(np.log(company.answer_hours * HOUR), ANSWER_SPREAD))
            answer = self._answer(message, message.created + delay, self._pick(texts.ANSWERS))
            if rng.random() < 0.3:
                later = answer.created + int(rng.integers(60_000, 12 * HOUR))
                self._message(answer, later, self._pick(texts.THANKS), message.author)

    def _message(
        self, parent: FictionalPost, created: int, words: str | None, author: Author | None = None
    ) -> FictionalPost:
        if author is None:
            author = person(self.seed, self.people[int(np.searchsorted(self.people_edges, self.rng.random()))])
        text = words or self._pick(texts.SMALL_TALK)
        return self._below(parent, created, author=author, text=text, likes=int(self.rng.poisson(1)))

    def _answer(self, parent: FictionalPost, created: int, text: str) -> FictionalPost:
        likes = int(self.rng.poisson(ANSWER_LIKES))
        answer = self._below(parent, created, author=self.account, text=text, likes=likes)
        self.items.append(answer)
        return answer

    def _below(self, parent: FictionalPost, created: int, *, author: Author, text: str, likes: int) -> FictionalPost:
        post = FictionalPost(
            uri=post_uri(author, created, int(self.rng.integers(1, 1_024_000))),
            author=author,
            created=created,
            text=text,
            kind="reply",
            likes=likes,
            parent=parent,
            root=parent.root or parent,
        )
        parent.replies.append(post)
        return post

    def _pick(self, choices: tuple[T, ...]) -> T:
        return choices[int(self.rng.random() * len(choices))]
