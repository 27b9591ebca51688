// A publication (docs/publication.md) computed again: from every ballot to shares of each street's electorate, to scores,
// to who is chosen. What the program for computers checks besides (the tree of envelopes, forms of every line) it alone does.
import { sha256 } from "./archive";
import { keptMarks, scoreOf, type Parts, type Score } from "./score";

interface Rules {
  panel_weight: number;
  opinion_weight: number;
  ballot_weight: number;
  opinion_least: number;
  winners_count: number;
}

interface Candidate {
  number: string;
  name: string;
  street: string;
  state: string;
  parts: Parts;
  score: Score;
}

export interface StreetFound {
  name: string;
  electorate: number;
  places: number;
  chosen: Candidate[];
}

// Whether each step comes to what was published, and what it came to.
export interface Recount {
  ballots: number;
  voters: number;
  candidates: number;
  fits: { ballots: boolean; electorate: boolean; places: boolean; scores: boolean; chosen: boolean };
  streets: StreetFound[];
}

type Row = Record<string, string>;
const CELL = /("(?:[^"]|"")*"|[^",\n]*)(,|\n)/g;
const AT_ONCE = 20_000;

export function rowsOf(table: string): Row[] {
  const lines: string[][] = [];
  let line: string[] = [];
  for (const [, cell = "", end] of table.matchAll(CELL)) {
    line.push(cell.startsWith('"') ? cell.slice(1, -1).replace(/""/g, '"') : cell);
    if (end === "\n") line = lines[lines.push(line)] ?? [];
  }
  const head = lines.shift() ?? [];
  return lines.map((cells) => Object.fromEntries(head.map((name, place) => [name, cells[place] ?? ""])));
}

const sum = (numbers: number[]) => numbers.reduce((so, one) => so + one, 0);

// How often every number was chosen, and how many ballots there are; hundreds of thousands of lines, so the page breathes
// in between.
async function counted(table: string, told: (share: number) => void): Promise<{ ballots: number; tally: Map<string, number> }> {
  const tally = new Map<string, number>();
  let ballots = 0;
  for (let at = table.indexOf("\n") + 1; at > 0 && at < table.length; ballots += 1) {
    const end = table.indexOf("\n", at);
    const chosen = table.slice(table.indexOf(",", at) + 1, end < 0 ? undefined : end);
    if (chosen) for (const number of chosen.split(" ")) tally.set(number, (tally.get(number) ?? 0) + 1);
    at = end + 1;
    if (ballots % AT_ONCE === 0) {
      told(at / table.length);
      await new Promise((go) => setTimeout(go));
    }
  }
  return { ballots, tally };
}

// Places by largest remainder over neighbour leaders: whole parts, then by remainder, by size, by order.
function placesBy(leaders: number[], places: number): number[] {
  const all = sum(leaders);
  if (!all) return leaders.map(() => 0);
  const whole = leaders.map((one) => Math.floor((one * places) / all));
  const rest = leaders.map((one) => (one * places) % all);
  const turn = leaders.map((_one, place) => place);
  turn.sort((one, other) => rest[other] - rest[one] || leaders[other] - leaders[one] || one - other);
  const more = new Set(turn.slice(0, places - sum(whole)));
  return whole.map((one, place) => one + (more.has(place) ? 1 : 0));
}

// Between equals the lower SHA-256 of the box's root and the number on the ballot.
async function lotOf(root: string, number: string): Promise<string> {
  const drawn = new Uint8Array(36);
  (root.match(/../g) ?? []).forEach((byte, place) => (drawn[place] = parseInt(byte, 16)));
  new DataView(drawn.buffer).setUint32(32, Number(number));
  return sha256(drawn);
}

async function inTurn(candidates: Candidate[], root: string): Promise<Candidate[]> {
  const lots = new Map<string, string>();
  for (const one of candidates) lots.set(one.number, await lotOf(root, one.number));
  const before = (one: Candidate, other: Candidate) =>
    other.score.total - one.score.total ||
    other.score.panel - one.score.panel ||
    (other.score.opinion ?? -1) - (one.score.opinion ?? -1) ||
    other.score.ballot - one.score.ballot ||
    (lots.get(one.number)! < lots.get(other.number)! ? -1 : 1);
  return [...candidates].sort(before);
}

// As they stand in result.csv between the number and whether somebody is chosen.
function numbersOf({ parts, score }: Candidate): (number | string)[] {
  const kept = keptMarks(parts.marks).length;
  return [parts.ballots, parts.electorate, score.ballot, parts.answers, score.opinion ?? "", kept, score.panel, score.total];
}

function votersByStreet(roll: Row[]): Map<string, number> {
  const voters = new Map<string, number>();
  for (const row of roll) voters.set(row.street, (voters.get(row.street) ?? 0) + Number(row.voters));
  return voters;
}

type Table = (name: string) => Row[];

function candidatesOf(table: Table, rules: Rules, tally: Map<string, number>, voters: Map<string, number>): Candidate[] {
  const opinions = new Map(table("opinions.csv").map((row) => [row.number, row]));
  const marks = new Map<string, number[]>();
  for (const row of table("panel.csv")) marks.set(row.number, [...(marks.get(row.number) ?? []), Number(row.mark)]);
  return table("candidates.csv").map((row) => {
    const number = row.number;
    const opinion = opinions.get(number);
    const parts: Parts = {
      panel_weight: rules.panel_weight,
      opinion_weight: rules.opinion_weight,
      ballot_weight: rules.ballot_weight,
      opinion_least: rules.opinion_least,
      ballots: tally.get(number) ?? 0,
      electorate: voters.get(row.street) ?? 0,
      answers: Number(opinion?.answers),
      steps: opinion?.steps ? Number(opinion.steps) : null,
      marks: marks.get(number) ?? [],
    };
    return { number, name: row.name, street: row.street, state: row.state, parts, score: scoreOf(parts) };
  });
}

async function streetsOf(streets: Row[], made: Candidate[], voters: Map<string, number>, root: string): Promise<StreetFound[]> {
  const found: StreetFound[] = [];
  for (const row of streets) {
    const here = made.filter((one) => one.street === row.street && one.state === "candidate");
    const chosen = (await inTurn(here, root)).slice(0, Number(row.places));
    chosen.sort((one, other) => Number(one.number) - Number(other.number)); // who came first is nobody's business
    found.push({ name: row.street, electorate: voters.get(row.street) ?? 0, places: Number(row.places), chosen });
  }
  return found;
}

// Throws where a file is missing or is not in its form.
export async function recount(read: (name: string) => string, told: (share: number) => void): Promise<Recount> {
  const table: Table = (name) => rowsOf(read(name));
  const box = JSON.parse(read("box.json")) as { root: string; counted: number; roll_count: number };
  const rules = (JSON.parse(read("charter.json")) as { rules: Rules }).rules;
  const { ballots, tally } = await counted(read("ballots.csv"), told);
  const voters = votersByStreet(table("roll.csv"));
  const made = candidatesOf(table, rules, tally, voters);
  const rows = table("streets.csv");
  const streets = await streetsOf(rows, made, voters, box.root);

  const known = new Set(made.map((one) => one.number));
  const answers = sum(table("opinions.csv").map((row) => Number(row.answers)));
  const all = sum([...voters.values()]);
  const due = placesBy(rows.map((row) => Number(row.leaders)), rules.winners_count);
  const standing = made.filter((one) => one.state === "candidate" || one.state === "paused");
  const results = new Map(table("result.csv").map((row) => [row.number, Object.values(row)]));
  const chosen = new Set(streets.flatMap((street) => street.chosen.map((one) => one.number)));
  const line = (one: Candidate) => [one.number, ...numbersOf(one), chosen.has(one.number) ? 1 : 0].join();
  return {
    ballots,
    voters: all,
    candidates: standing.length,
    fits: {
      ballots: ballots + answers === box.counted && [...tally.keys()].every((number) => known.has(number)),
      electorate: all === box.roll_count && rows.every((row) => (voters.get(row.street) ?? 0) === Number(row.electorate)),
      places: rows.every((row, place) => Number(row.places) === due[place]),
      scores: results.size === standing.length && standing.every((one) => results.get(one.number)?.join() === line(one)),
      chosen: made.every((one) => chosen.has(one.number) === (one.name !== "")),
    },
    streets,
  };
}
