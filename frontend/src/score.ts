// From ballots, answers and marks to a score, with whole numbers only, as the program did it (events/results/exact.py)
// and as anybody else can.
export interface Parts {
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

// Ten-thousandths of a point; without an opinion where too few households answered.
export interface Score {
  ballot: number;
  opinion?: number;
  panel: number;
  total: number;
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

export function keptMarks(marks: number[]): number[] {
  return [...marks].sort((one, other) => one - other).slice(1, -1);
}

function panelPoints(parts: Parts): Share {
  const kept = keptMarks(parts.marks);
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

function rounded(one: Share): number {
  const two = BigInt(2);
  return Number((two * one.over * BigInt(10000) + one.under) / (two * one.under));
}

export function scoreOf(parts: Parts): Score {
  const ballot = ballotPoints(parts);
  const opinion = opinionPoints(parts);
  const panel = panelPoints(parts);
  const weighed: [number, Share][] = [
    [parts.panel_weight, panel],
    [parts.ballot_weight, ballot],
  ];
  if (opinion) weighed.push([parts.opinion_weight, opinion]);
  const found: Score = { ballot: rounded(ballot), panel: rounded(panel), total: rounded(totalPoints(weighed)) };
  if (opinion) found.opinion = rounded(opinion);
  return found;
}

// 871250 is 87.125, as the page writes it.
export function asPoints(score: number): string {
  return String(score / 10000);
}
