"""The running application against its own OpenAPI document: schemathesis asks what it allows and what it does not.

Every kind of item is served by the same code, so the whole of it is tried with offers and decisions, and of the other
kinds what is their own: their documents.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case

from offers.document.kinds.registry import API_BASE as BASE
from tests.api.conftest import Caller
from tests.servers import HOST, Server
from tests.transport.conftest import ASKED

# Refusals that a schema cannot foresee: what a document refers to is not there, an end is before its start, ...
MAY_REFUSE = ["2xx", 304, 401, 403, 404, 409, 412, 422, 429]
REFUSES = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429]
CONFIG = {
    "headers": Caller("editor-client", "token-of-editor-client", ASKED).headers,
    "continue-on-failure": True,
    "generation": {"deterministic": True, "max-examples": 4, "allow-x00": False},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": MAY_REFUSE},
        "negative_data_rejection": {"expected-statuses": REFUSES},
    },
    # No pattern says whether a cursor is one of ours, a value of its field's type, or any number within 2**53; nor that of
    # `dryRun`, `propose` and `bypass` only one can be true.
    "operations": [
        {
            "include-operation-id-regex": "-(list|create|change|delete|open|edit|comment)$",
            "checks": {"positive_data_acceptance": {"expected-statuses": [*MAY_REFUSE, 400]}},
        }
    ],
}
CALLS = f"^(/ims/|{BASE}/(offers|offer-decisions|change-requests)(/|$)|{BASE}/[a-z-]+$)"
ETAGS = re.compile(r'\*|(W/)?"[!#-~]*"(, (W/)?"[!#-~]*")*')


def is_as_it_says(case: Case[Any]) -> bool:
    """schemathesis leaves quotes out of headers that it takes for valid ones: an entity tag is none without."""
    if case.meta is None or case.meta.generation.mode == GenerationMode.NEGATIVE:
        return True
    sent = {name.lower(): text for name, text in (case.headers or {}).items()}
    return all(ETAGS.fullmatch(sent.get(name, "*")) for name in ("if-match", "if-none-match"))


def failures(recorded: ScenarioRecorder) -> Iterator[str]:
    """What is wrong with the answers of a scenario, each with a request that shows it."""
    for id, checks in recorded.checks.items():
        for check in checks:
            if check.failure_info is not None and is_as_it_says(recorded.cases[id].value):
                response = recorded.interactions[id].response
                answer = f"{response.status_code} {response.text}" if response else ""
                yield f"{check.failure_info.failure}\n{check.failure_info.code_sample}\n{answer}"


def test_every_call_takes_and_answers_what_the_document_says(running: Server) -> None:
    config = SchemathesisConfig.from_dict(CONFIG)
    described = schemathesis.openapi.from_url(f"http://{HOST}:{running.port}{BASE}/openapi.json", config=config)
    found, checked = set[str](), Counter[str]()
    for event in schemathesis.engine.from_schema(described.include(path_regex=CALLS)).execute():
        assert not isinstance(event, events.FatalError), event.exception
        assert not isinstance(event, events.NonFatalError), event.info.format()
        if isinstance(event, events.ScenarioFinished):
            found.update(failures(event.recorder))
            checked[event.phase.name] += len(event.recorder.checks)
    assert not found, "\n\n".join(sorted(found))
    assert min(checked[phase] for phase in ("COVERAGE", "FUZZING", "STATEFUL_TESTING")) > 20, checked
