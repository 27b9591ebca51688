// A result is computed once more in front of the reader: from ballots, answers and marks, with whole numbers only, as
// the program did it (events/results/exact.py) and as anybody else can. Without this script the numbers stand there.
// Markup: [data-recount=<address of the parts>] around [data-part][data-told].
interface Parts {
  panel_weight: number;
  opinion_weight: number;
  ballot_weight: number;
  opinion_least: number;
  ballots: number;
  electorate: number;
  answers: number;
  steps: number | null;
  marks: number[];
}

interface Share {
  over: bigint;
  under: bigint;
}

const NOTHING: Share = { over: BigInt(0), under: BigInt(1) };

function share(over: number, under: number): Share {
  return { over: BigInt(over), under: BigInt(under) };
}

function ballotPoints(parts: Parts): Share {
  if (parts.electorate <= 0) return NOTHING;
  return parts.ballots >= parts.electorate ? share(100, 1) : share(100 * parts.ballots, parts.electorate);
}

function opinionPoints(parts: Parts): Share | null {
  if (parts.steps === null || parts.answers < Math.max(1, parts.opinion_least)) return null;
  return share(25 * (parts.steps - parts.answers), parts.answers);
}

function panelPoints(parts: Parts): Share {
  const kept = [...parts.marks].sort((one, other) => one - other).slice(1, -1);
  return kept.length ? share(kept.reduce((sum, mark) => sum + mark, 0), kept.length) : NOTHING;
}

function totalPoints(weighed: [number, Share][]): Share {
  const whole = weighed.reduce((sum, [weight]) => sum + weight, 0);
  if (!whole) return NOTHING;
  const sum = weighed.reduce(
    (so, [weight, one]) => ({ over: so.over * one.under + BigInt(weight) * one.over * so.under, under: so.under * one.under }),
    NOTHING,
  );
  return { over: sum.over, under: sum.under * BigInt(whole) };
}

function rounded(one: Share): string {
  const two = BigInt(2);
  return String((two * one.over * BigInt(10000) + one.under) / (two * one.under));
}

export function recounted(parts: Parts): Record<string, string> {
  const ballot = ballotPoints(parts);
  const opinion = opinionPoints(parts);
  const panel = panelPoints(parts);
  const weighed: [number, Share][] = [
    [parts.panel_weight, panel],
    [parts.ballot_weight, ballot],
  ];
  if (opinion) weighed.push([parts.opinion_weight, opinion]);
  const found: Record<string, string> = { ballot: rounded(ballot), panel: rounded(panel), total: rounded(totalPoints(weighed)) };
  if (opinion) found.opinion = rounded(opinion);
  return found;
}

async function run(box: HTMLElement): Promise<void> {
  const answer = await fetch(box.dataset.recount ?? "", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const found = recounted((await answer.json()) as Parts);
  for (const line of box.querySelectorAll<HTMLElement>("[data-part]")) {
    const same = found[line.dataset.part ?? ""] === line.dataset.told;
    line.textContent = `${same ? "✓" : "✗"} ${(same ? box.dataset.same : box.dataset.other) ?? ""}`;
    line.classList.toggle("recount__tick--other", !same);
    line.hidden = false;
  }
}

function begin(): void {
  // Whoever has no network sees the numbers as they were written.
  for (const box of document.querySelectorAll<HTMLElement>("[data-recount]")) run(box).catch(() => undefined);
}

if (typeof document !== "undefined") begin();
