"""The JSON API: what the phone pages do, for a mini program and for other systems. Same services, same rights."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import SessionAuth

from cms.api import router as notices
from events.ballots.voting.api import router as ballots
from events.campaigns.api import router as campaigns
from events.campaigns.nominees.api import router as nominees
from events.gatherings.api import router as gatherings
from events.results.api import router as results
from events.tasks.api import router as tasks
from foundation.errors import Refused
from rewards.benefits.api import router as benefits
from rewards.honours.api import router as honours
from rewards.merchants.api import router as merchants
from rewards.merchants.api import till
from rewards.points.api import router as points
from rewards.store.api import router as store
from volunteers.inbox.api import router as inbox

api = NinjaAPI(
    title="三长 API",
    version="1",
    description="A leader's tasks, check-ins, points, benefits and notifications; a merchant's verification.",
    auth=SessionAuth(csrf=True),
    docs_url=None,
    urls_namespace="api",
)
api.add_router("/tasks", tasks, tags=["tasks"])
api.add_router("/campaigns", campaigns, tags=["campaigns"])
api.add_router("/campaigns", nominees, tags=["campaigns"])
api.add_router("/ballots", ballots, tags=["ballots"])
api.add_router("/gatherings", gatherings, tags=["gatherings"])
api.add_router("/benefits", benefits, tags=["benefits"])
api.add_router("/benefits", till, tags=["merchants"])
api.add_router("/merchants", merchants, tags=["merchants"])
api.add_router("/best", results, tags=["results"])
api.add_router("/notices", notices, tags=["notices"])
api.add_router("/points", points, tags=["points"])
api.add_router("/store", store, tags=["store"])
api.add_router("/honours", honours, tags=["honours"])
api.add_router("/inbox", inbox, tags=["inbox"])


@api.exception_handler(Refused)
def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A service's refusal as JSON: its sentence, and the fields at fault."""
    body = {"message": str(refusal.message), "errors": {k: str(v) for k, v in refusal.errors.items()}}
    return api.create_response(request, body, status=refusal.status)
