"""The video service of the fake. Source: docs.bsky.app/docs/tutorials/video and lexicons app.bsky.video.*, 2026-08."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from smm_cli.clock import Clock
from smm_cli.sandbox.base import Call, Reply, route
from smm_cli.sandbox.fakes._bluesky_cid import cid_of_bytes
from smm_cli.sandbox.fakes._bluesky_sessions import Sessions, Ticket, refused

VIDEO = "/xrpc/app.bsky.video"
LARGEST = 300_000_000
WORK = timedelta(seconds=5)


@dataclass
class Job:
    """A film at work; `fails` names why it will not become one."""

    id: str
    did: str
    blob: dict[str, Any]
    ready: datetime
    fails: str = ""


class VideoService(Sessions):
    """Takes films with a token for the person's server, and puts them there when they are ready.

    `work` is how long that takes; `daily` how many it takes of one account; `next_failure` makes the next job fail so.
    """

    films: ClassVar[WeakKeyDictionary[Clock, dict[str, datetime]]] = WeakKeyDictionary()
    """When the films of one world were put on their servers, by account and CID: the servers may be other fakes."""
    brought: ClassVar[WeakKeyDictionary[Clock, dict[str, Ticket]]] = WeakKeyDictionary()
    """Service tokens of all servers of one world."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.work = WORK
        self.daily = 25
        self.next_failure = ""
        self.jobs: dict[str, Job] = {}

    def handed_out(self, token: str, ticket: Ticket) -> None:
        self.brought.setdefault(self.clock, {})[token] = ticket

    def _ticket(self, call: Call, lxm: str, own: bool) -> Ticket:
        """A service token for one method, made out to the service itself or to a server. Raises Refused."""
        known = {**self.brought.get(self.clock, {}), **self.tickets}
        ticket = known.get(call.bearer)
        if ticket is None or ticket.kind != "service":
            raise refused(401, "InvalidToken", "Authentication required")
        if ticket.ends <= self.now():
            raise refused(401, "ExpiredToken", "jwt expired")
        if ticket.lxm != lxm or (ticket.aud == f"did:web:{call.host}") != own:
            raise refused(401, "BadJwtAudience", f"a token for {ticket.lxm} at {ticket.aud} does not hold here")
        return ticket

    @route("GET", f"{VIDEO}.getUploadLimits")
    def upload_limits(self, call: Call) -> Reply:
        ticket = self._ticket(call, "app.bsky.video.getUploadLimits", own=True)
        left = self.daily - sum(job.did == ticket.did for job in self.jobs.values())
        if left <= 0:
            return Reply(200, {"canUpload": False, "remainingDailyVideos": 0, "message": "User has reached daily upload limit"})
        return Reply(200, {"canUpload": True, "remainingDailyVideos": left, "remainingDailyBytes": 10_000_000_000})

    @route("POST", f"{VIDEO}.uploadVideo")
    def upload_video(self, call: Call) -> Reply:
        ticket = self._ticket(call, "com.atproto.repo.uploadBlob", own=False)
        if call.asked("did") != ticket.did:
            raise refused(401, "InvalidToken", "the token is of another account")
        if call.type != "video/mp4" or not call.asked("name").endswith(".mp4"):
            raise refused(400, "InvalidRequest", "only video/mp4 is taken")
        if not call.content or len(call.content) > LARGEST:
            raise refused(400, "VideoTooLarge", "the video is empty or too large")
        cid = cid_of_bytes(call.content)
        known = next(
            (job for job in self.jobs.values() if job.did == ticket.did and job.blob["ref"]["$link"] == cid and not job.fails), None
        )
        if known is not None:
            self._put(known)
            said = {**self._said(known), "error": "already_exists", "message": "Video already processed"}
            return Reply(409, said)
        blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": "video/mp4", "size": len(call.content)}
        job = Job(f"job{self.next_number()}", ticket.did, blob, self.now() + self.work, self.next_failure)
        self.next_failure = ""
        self.jobs[job.id] = job
        return Reply(200, self._said(job))

    @route("GET", f"{VIDEO}.getJobStatus")
    def job_status(self, call: Call) -> Reply:
        job = self.jobs.get(call.asked("jobId"))
        if job is None:
            raise refused(400, "InvalidRequest", "job not found")
        return Reply(200, {"jobStatus": self._said(job)})

    def _said(self, job: Job) -> dict[str, Any]:
        """uploadVideo says it at the top, getJobStatus below jobStatus: both happen."""
        said: dict[str, Any] = {"jobId": job.id, "did": job.did}
        if job.ready > self.now():
            return {**said, "state": "JOB_STATE_ENCODING", "progress": 50}
        if job.fails:
            return {
                **said,
                "state": "JOB_STATE_FAILED",
                "failureCode": job.fails,
                "error": job.fails,
                "message": "Video could not be encoded",
            }
        self._put(job)
        return {**said, "state": "JOB_STATE_COMPLETED", "progress": 100, "blob": job.blob}

    def _put(self, job: Job) -> None:
        self.films.setdefault(self.clock, {})[f"{job.did} {job.blob['ref']['$link']}"] = self.now()
