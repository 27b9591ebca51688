#!/usr/bin/env python3
"""Recount a campaign from its published files. Needs Python 3.10 or newer and nothing else: no network, no database.

    python verify_campaign.py DIR                       recompute everything; exit 0, or name the first thing wrong
    python verify_campaign.py DIR --fingerprint HEX     and compare with the fingerprint of the public notice
    python verify_campaign.py DIR --receipt CODE        prove that the envelope of a receipt lies in the box

DIR is the unpacked publication; docs/publication.md describes every file. Without the fingerprint a forger who changes
all files consistently is not noticed: take it from the public notice, which stands in more places than one.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sys
from bisect import bisect_left
from fractions import Fraction
from pathlib import Path

COLUMNS = {
    "streets.csv": "street leaders places electorate",
    "roll.csv": "street community voters households",
    "candidates.csv": "number name street community state",
    "ballots.csv": "id choices",
    "opinions.csv": "number answers steps",
    "panel.csv": "number place mark",
    "result.csv": "number ballots electorate ballot_score answers opinion_score marks panel_score score winner",
}
FILES = {*COLUMNS, "campaign.json", "charter.json", "box.json", "envelopes.txt"}
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
UUID4 = re.compile("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}")


class Wrong(ValueError):
    """The first thing that is wrong: where, and what, in both languages."""


def need(holds: object, where: str, what: str) -> None:
    """Go on only if it holds."""
    if not holds:
        raise Wrong(f"{where}: {what}")


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def number(text: object, where: str, least: int = 0, most: int = 10**9) -> int:
    """A whole number, written the one way it can be written."""
    written = re.fullmatch(r"0|[1-9][0-9]{0,9}", str(text))
    need(written and least <= int(str(text)) <= most, where, f"{text!r} 应是 {least} 到 {most} 的数 / no such number")
    return int(str(text))


class Recount:
    """The files of one folder, and what they come to; each step raises `Wrong`."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        """Every file is as the manifest says, and the manifest as the public notice says."""
        try:
            manifest = (folder / "MANIFEST.json").read_bytes()
            self.content = {name: (folder / name).read_bytes() for name in sorted(FILES)}
        except OSError as missing:
            raise Wrong(f"{missing.filename}: 读不到这个文件 / this file is missing") from None
        self.fingerprint = sha256(manifest).hex()
        given = fingerprint.strip().lower() or self.fingerprint
        need(given == self.fingerprint, f"MANIFEST.json {self.fingerprint}", "指纹不对 / another fingerprint")
        listed = json.loads(manifest)["files"]
        there = {one.name for one in folder.iterdir() if not one.name.startswith(".")}
        need(there == {*FILES, "MANIFEST.json"}, str(there - FILES), "多出来的文件 / files too many")
        need(set(listed) == FILES, "MANIFEST.json", "列的文件不对 / lists other files")
        for name, data in self.content.items():
            told = {"bytes": len(data), "sha256": sha256(data).hex()}
            need(listed[name] == told, name, "和清单对不上，被改过 / not the file that the manifest lists")
        read = {name: json.loads(self.content[f"{name}.json"]) for name in ("campaign", "charter", "box")}
        self.campaign, self.charter, self.box = read["campaign"], read["charter"], read["box"]

    def rows(self, name: str) -> list[list[str]]:
        """The lines of a table below its head."""
        text, columns = self.content[name].decode(), COLUMNS[name].split()
        need(text.endswith("\n"), name, "没有写完 / cut off")
        rows = list(csv.reader(text[:-1].split("\n"), strict=True))
        need(rows[0] == columns, name, "列名不对 / other columns")
        need(all(len(row) == len(columns) for row in rows), name, "列数不对 / another number of columns")
        return rows[1:]

    def check_charter(self) -> None:
        """What was approved has the fingerprint that every voter was shown; the weights make a hundred."""
        found = sha256(self.content["charter.json"]).hex()
        need(found == self.campaign["charter_sha256"], "charter.json", "不是批准的内容 / not what was approved")
        need(self.charter["campaign"] == self.campaign["uid"], "charter.json", "另一场评选 / of another campaign")
        self.rules = self.charter["rules"]
        self.weights = [number(self.rules[f"{one}_weight"], one, 0, 100) for one in ("panel", "opinion", "ballot")]
        need(sum(self.weights) == 100, "charter.json", "三项比重加起来不是 100 / the weights are not 100 together")
        for name in ("winners_count", "max_choices", "opinion_least"):
            number(self.rules[name], name, 1)

    def check_streets(self) -> None:
        """Places by largest remainder over neighbour leaders: whole parts, then by remainder, by size, by order."""
        self.streets: dict[str, tuple[int, int, int]] = {}
        for name, leaders, places, voters in self.rows("streets.csv"):
            need(name not in self.streets, name, "有两行 / stands there twice")
            self.streets[name] = (number(leaders, name), number(places, name), number(voters, name))
        told = [{"street": name, "leaders": one[0], "winners": one[1]} for name, one in self.streets.items()]
        need(told == self.charter["quota"], "streets.csv", "名额不是批准的名额 / not the places that were approved")
        total, seats = sum(one[0] for one in self.streets.values()), self.rules["winners_count"]
        need(total, "streets.csv", "没有邻长 / nobody to share places by")
        shares = {name: divmod(leaders * seats, total) for name, (leaders, _p, _v) in self.streets.items()}
        left = seats - sum(whole for whole, _rest in shares.values())
        in_turn = sorted(self.streets, key=lambda name: (-shares[name][1], -self.streets[name][0]))
        for name, (_leaders, given, _voters) in self.streets.items():
            due = shares[name][0] + (name in in_turn[:left])
            need(given == due, name, f"应有 {due} 个名额，不是 {given} / should have {due} places")

    def check_roll(self) -> None:
        """Voters of the communities add up to the electorate of their street, and all to the frozen roll."""
        voters, self.households, seen = dict.fromkeys(self.streets, 0), 0, set()
        for street, community, people, homes in self.rows("roll.csv"):
            need(street in voters and (street, community) not in seen, f"roll.csv {community}", "不对 / not in order")
            seen.add((street, community))
            voters[street] += number(people, community)
            self.households += number(homes, community)
        for name, found in voters.items():
            need(found == self.streets[name][2], name, f"名册加起来是 {found} / the roll adds up to {found}")
        self.voters = sum(voters.values())
        need(self.voters == number(self.box["roll_count"], "box.json"), "roll.csv", "名册人数不对 / another roll")

    def check_candidates(self) -> None:
        """Everybody on the ballot, once, with a street and a state."""
        self.candidates: dict[int, tuple[str, str, str]] = {}
        for text, name, street, _community, state in self.rows("candidates.csv"):
            which = number(text, "candidates.csv", 1)
            known = street in self.streets and state in {"candidate", "paused", "struck", "withdrawn"}
            need(known and which not in self.candidates, f"candidates.csv {which}", "这一行不对 / a wrong line")
            self.candidates[which] = (name, street, state)

    def check_envelopes(self) -> None:
        """The Merkle tree: leaf SHA-256(0 | hash), node SHA-256(1 | left | right), an odd one goes up as it is."""
        lines = self.content["envelopes.txt"].decode().split("\n")
        need(lines.pop() == "", "envelopes.txt", "没有写完 / cut off")
        good, before = re.compile("[0-9a-f]{64}"), ""
        for at, line in enumerate(lines, start=1):
            need(
                good.fullmatch(line) and before < line, f"envelopes.txt {at}", "顺序不对或重复 / not in order, or twice"
            )
            before = line
        self.envelopes, self.levels = lines, [[sha256(b"\0" + bytes.fromhex(line)) for line in lines]]
        while len(below := self.levels[-1]) > 1:
            above = [sha256(b"\1" + one + two) for one, two in zip(below[::2], below[1::2], strict=False)]
            self.levels.append(above + below[len(below) & ~1 :])
        root = self.levels[-1][0] if lines else sha256(b"")
        need(root.hex() == self.box["root"], "envelopes.txt", "票箱指纹不对 / not the root of the box")

    def check_ballots(self) -> None:
        """Every ballot is one: an id of its own, candidates only, nobody twice, no more than allowed."""
        self.tally, before = dict.fromkeys(self.candidates, 0), ""
        known, most = {str(which): which for which in self.candidates}, self.rules["max_choices"]
        rows = self.rows("ballots.csv")
        for at, (one, choices) in enumerate(rows, start=2):
            where = f"ballots.csv {at}"
            need(before < one and UUID4.fullmatch(one), where, "编号不对或重复 / a wrong id, or one twice")
            chosen = [known.get(name, 0) for name in choices.split(" ")] if choices else []
            need(0 not in chosen, where, "选的不是候选人 / chooses somebody who is no candidate")
            need(len(chosen) <= most, where, f"多于 {most} 位 / more than {most} names")
            need(chosen == sorted(set(chosen)), where, "有人重复 / names somebody twice")
            for which in chosen:
                self.tally[which] += 1
            before = one
        self.ballots = len(rows)

    def check_opinions(self) -> None:
        """How many households answered about whom, and the sum of their steps, 1 to 5, where it counts."""
        self.opinions: dict[int, tuple[int, int | None]] = {}
        for text, answers, steps in self.rows("opinions.csv"):
            which, where = number(text, "opinions.csv"), f"opinions.csv {text}"
            need(which in self.candidates and which not in self.opinions, where, "这一行不对 / a wrong line")
            count = number(answers, where)
            counts = count >= self.rules["opinion_least"]
            need(counts or steps == "", where, "答的太少，不该写 / too few answered to be told")
            self.opinions[which] = (count, number(steps, where, count, 5 * count) if counts else None)
        need(len(self.opinions) == len(self.candidates), "opinions.csv", "少了候选人 / somebody is missing")

    def check_counts(self) -> None:
        """Counted + spoilt + voided + replaced = cast, and no more ballots than voters."""
        answers, names = sum(one[0] for one in self.opinions.values()), "cast counted spoilt voided replaced"
        cast, counted, spoilt, voided, replaced = (number(self.box[name], f"box.json {name}") for name in names.split())
        need(counted + spoilt + voided + replaced == cast, "box.json", "合计不等于投出的 / do not add up to those cast")
        need(counted + spoilt == len(self.envelopes), "box.json", "箱里的信封不是这么多 / other envelopes in the box")
        need(self.ballots + answers == counted, "ballots.csv", "选票数不等于计入的 / not as many as were counted")
        need(self.ballots <= self.voters, "ballots.csv", "选票比选民多 / more ballots than voters")
        need(answers <= self.households, "opinions.csv", "意见比联系户多 / more answers than households")

    def check_panel(self) -> None:
        """Marks of 0 to 100 from the lowest up, for nobody more than there were members; whose they are is not told."""
        self.marks: dict[int, list[int]] = {which: [] for which in self.candidates}
        members = number(self.campaign["panel"], "campaign.json panel")
        for text, place, mark in self.rows("panel.csv"):
            which, where = number(text, "panel.csv"), f"panel.csv {text} {place}"
            given = self.marks.get(which, [])
            fits = which in self.marks and number(place, where, 1, members) == len(given) + 1
            need(fits, where, "这一行不对 / a wrong line")
            given.append(number(mark, where, max(given, default=0), 100))

    def score_of(self, which: int) -> list[int]:
        """One candidate's numbers as in result.csv, by fractions, rounded once, half up; -1 for no opinion."""
        voters, (answers, steps) = self.streets[self.candidates[which][1]][2], self.opinions[which]
        ballot = min(Fraction(100), Fraction(100 * self.tally[which], voters)) if voters else Fraction(0)
        opinion = Fraction(25 * (steps - answers), answers) if steps is not None else None
        kept = sorted(self.marks[which])[1:-1]
        panel = Fraction(sum(kept), len(kept)) if kept else Fraction(0)
        all_three = zip(self.weights, (panel, opinion, ballot), strict=True)
        parts = [(weight, one) for weight, one in all_three if one is not None]
        whole = sum(weight for weight, _points in parts)
        total = sum((weight * points for weight, points in parts), Fraction(0)) / (whole or 1)
        four = [-1 if one is None else int((one * 20_000 + 1) // 2) for one in (ballot, opinion, panel, total)]
        return [self.tally[which], voters, four[0], answers, four[1], len(kept), four[2], four[3]]

    def check_result(self) -> None:
        """Every number of the result; chosen are the first of a street by total, panel, opinion, ballot, then lot."""
        standing = {which for which, one in self.candidates.items() if one[2] in {"candidate", "paused"}}
        scores = {which: self.score_of(which) for which in standing}
        rows = {number(which, "result.csv"): row for which, *row in self.rows("result.csv")}
        need(set(rows) == standing, "result.csv", "里面的人不对 / of other candidates")
        root, self.winners = bytes.fromhex(self.box["root"]), 0
        for street, (_leaders, places, _voters) in self.streets.items():
            order = []
            for which in standing:
                _name, where, state = self.candidates[which]
                if where == street and state == "candidate":
                    _b, _e, ballot, _a, opinion, _m, panel, total = scores[which]
                    order.append((-total, -panel, -opinion, -ballot, sha256(root + which.to_bytes(4, "big")), which))
            chosen = {which for *_numbers, which in sorted(order)[:places]}
            self.winners += len(chosen)
            named = {which for which, (name, where, _state) in self.candidates.items() if name and where == street}
            need(named == chosen, "candidates.csv", "入选的才写姓名 / names are of those who were chosen")
            for which in (one for one in standing if self.candidates[one][1] == street):
                due = ["" if one < 0 else str(one) for one in scores[which]] + [str(int(which in chosen))]
                for column, told, found in zip(COLUMNS["result.csv"].split()[1:], rows[which], due, strict=True):
                    where = f"result.csv {which} {self.candidates[which][0]} {column}"
                    need(told == found, where, f"应是 {found or '空'}，不是 {told} / should be {found or 'blank'}")

    def run(self) -> str:
        """All steps; what came out of it."""
        for step in (
            self.check_charter, self.check_streets, self.check_roll, self.check_candidates, self.check_envelopes,
            self.check_ballots, self.check_opinions, self.check_counts, self.check_panel, self.check_result,
        ):  # fmt: skip
            step()
        return (
            f"{self.charter['title']}\n选民 voters {self.voters}  选票 ballots {self.ballots}  入选 chosen {self.winners}\n"
            f"票箱 box {self.box['root']}\n指纹 fingerprint {self.fingerprint}\n全部对得上。Everything fits.\n"
        )

    def prove(self, code: str) -> str:
        """The way from the envelope of a receipt up to the root; `Wrong` when it is not in the box."""
        signs = code.upper().translate(str.maketrans("OIL", "011", " -"))
        need(len(signs) == 12 and set(signs) <= set(ALPHABET), code, "回执是 12 位 / a receipt has twelve signs")
        bits = sum(ALPHABET.index(sign) << 5 * place for place, sign in enumerate(reversed(signs)))
        at = bisect_left(self.envelopes, f"{bits:015x}")
        found = at < len(self.envelopes) and self.envelopes[at][:15] == f"{bits:015x}"
        need(found, code, "不在箱里：改投过、作废了，或者抄错了 / not in the box: replaced, voided or mistyped")
        told, node = [f"信封 envelope {self.envelopes[at]}"], self.levels[0][at]
        for level in self.levels[:-1]:
            beside = at ^ 1
            if beside < len(level):
                left, right = (level[beside], node) if beside < at else (node, level[beside])
                node = sha256(b"\1" + left + right)
                told.append(f"{'左 left ' if beside < at else '右 right'} {level[beside].hex()}")
            at //= 2
        need(node.hex() == self.box["root"], code, "走不到票箱指纹 / does not lead to the root")
        return "\n".join([*told, f"票箱 box {node.hex()}", "这张票在箱里。This envelope is in the box.\n"])


def main() -> int:
    """0 when everything fits, 1 and the first thing that does not."""
    asked = argparse.ArgumentParser(description="Recount a campaign from its published files")
    asked.add_argument("folder", type=Path)
    asked.add_argument("--fingerprint", default="", help="from the public notice")
    asked.add_argument("--receipt", default="", metavar="CODE", help="prove that its envelope is in the box")
    given = asked.parse_args()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        recount = Recount(given.folder, given.fingerprint)
        told = recount.run()
        sys.stdout.write(recount.prove(given.receipt) if given.receipt else told)
        return 0
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, csv.Error, RecursionError) as wrong:
        sys.stderr.write(f"{wrong}\n" if isinstance(wrong, Wrong) else f"格式不对 / not in the format: {wrong!r}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
