"""Numbers of papers: what stands beside the QR code, and what strangers may ask of it (/certificates/<number>/).

Twelve signs out of 32 make 1.2e18 numbers, so nobody finds one by trying; wrong ones are counted all the same.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from rewards.honours.models import Certificate, CertificateState, ServiceProof
from volunteers.people.models import Person

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_SHAPE = re.compile(f"[{SIGNS}]{{12}}")


def new_number() -> str:
    """Three groups of four: 7K2M-Q4XS-9PDA."""
    signs = "".join(secrets.choice(SIGNS) for _ in range(12))
    return "-".join(signs[start : start + 4] for start in (0, 4, 8))


def normal_number(text: str) -> str:
    """As it is stored, from however somebody typed it; empty when it cannot be one."""
    signs = re.sub(r"[\s\-—–·.]", "", unicodedata.normalize("NFKC", text)).upper()
    return "-".join(signs[start : start + 4] for start in (0, 4, 8)) if _SHAPE.fullmatch(signs) else ""


class Answer(StrEnum):
    """What the public page says of a number."""

    VALID = "valid"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and as little besides as a stranger with the paper in hand needs."""

    answer: Answer
    title: str = ""
    name: str = ""
    unit: str = ""
    proof: ServiceProof | None = None


def hidden_name(person: Person) -> str:
    """The surname, the rest covered."""
    return f"{person.surname}*"


def verdict_on(number: str) -> Verdict:
    """Whether a paper of this number is good. Days and hours only where its owner agreed to that as it was printed."""
    proof = _of(ServiceProof.objects.all(), number)
    if proof is not None:
        return _on_proof(proof)
    certificate = _of(Certificate.objects.select_related("unit"), number)
    told = {CertificateState.ISSUED: Answer.VALID, CertificateState.WITHDRAWN: Answer.WITHDRAWN}
    if certificate is None or certificate.state not in told or certificate.person.erased_at:
        return Verdict(Answer.UNKNOWN)
    answer = told[CertificateState(certificate.state)]
    if answer == Answer.WITHDRAWN:
        return Verdict(answer)
    return Verdict(answer, certificate.title, hidden_name(certificate.person), certificate.unit.name)


def _of(rows: QuerySet[Any], number: str):  # type: ignore[no-untyped-def]
    return rows.filter(number=number).select_related("person").first() if number else None


def _on_proof(proof: ServiceProof) -> Verdict:
    if proof.withdrawn_at:
        return Verdict(Answer.WITHDRAWN)
    return Verdict(Answer.VALID, name=hidden_name(proof.person), proof=proof if proof.shows_details else None)
