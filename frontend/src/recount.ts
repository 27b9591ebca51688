// A result computed once more in front of the reader. Without this script the numbers stand there as they are.
// One score from its parts:  [data-recount=<address of the parts>] around [data-part][data-told].
// All of it from the ballots: [data-recount-all=<address of the archive>][data-fingerprint][data-bytes], with a button
// [data-begin], a <progress>, notes [data-note], steps [data-step] with [data-fill] and [data-tick], and the templates
// [data-street] and [data-winner] for [data-streets].
import { canOpen, openArchive } from "./archive";
import { asPoints, scoreOf, type Parts, type Score } from "./score";
import { recount, type StreetFound } from "./tally";

function tick(line: HTMLElement, same: boolean, words: DOMStringMap): void {
  line.textContent = `${same ? "✓" : "✗"} ${(same ? words.same : words.other) ?? ""}`;
  line.classList.toggle("recount__tick--other", !same);
  line.hidden = false;
}

async function oneScore(box: HTMLElement): Promise<void> {
  const answer = await fetch(box.dataset.recount ?? "", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const found = scoreOf((await answer.json()) as Parts);
  for (const line of box.querySelectorAll<HTMLElement>("[data-part]")) {
    tick(line, String(found[line.dataset.part as keyof Score]) === line.dataset.told, box.dataset);
  }
}

class NotThere extends Error {}

async function fetched(box: HTMLElement, told: (share: number) => void): Promise<ArrayBuffer> {
  const answer = await fetch(box.dataset.recountAll ?? "").catch(() => undefined);
  if (!answer?.ok || !answer.body) throw new NotThere();
  const reader = answer.body.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    pieces.push(piece.value);
    told(Math.min(1, (bytes += piece.value.length) / Number(box.dataset.bytes)));
  }
  return new Blob(pieces).arrayBuffer();
}

function fill(root: ParentNode, words: Record<string, string | number>): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-fill]")) {
    const word = words[place.dataset.fill ?? ""];
    if (word !== undefined) place.textContent = String(word);
  }
}

function copyOf(box: HTMLElement, name: string): DocumentFragment {
  return (box.querySelector(`template[data-${name}]`) as HTMLTemplateElement).content.cloneNode(true) as DocumentFragment;
}

function shown(box: HTMLElement, street: StreetFound): DocumentFragment {
  const made = copyOf(box, "street");
  fill(made, { street: street.name, electorate: street.electorate, places: street.places });
  const list = made.querySelector("[data-winners]");
  for (const { name, parts, score } of street.chosen) {
    const line = copyOf(box, "winner");
    const { panel_weight: panelWeight, opinion_weight: opinionWeight, ballot_weight: ballotWeight } = parts;
    const counts = score.opinion !== undefined;
    const whole = panelWeight + ballotWeight + (counts ? opinionWeight : 0);
    const marks = [...parts.marks].sort((one, other) => one - other).join(" ");
    const points = { ballot: asPoints(score.ballot), opinion: asPoints(score.opinion ?? 0), panel: asPoints(score.panel), total: asPoints(score.total) };
    fill(line, { name, ballots: parts.ballots, electorate: parts.electorate, answers: parts.answers, steps: parts.steps ?? 0, marks, panelWeight, opinionWeight, ballotWeight, whole, ...points });
    line.querySelectorAll<HTMLElement>("[data-opinion]").forEach((part) => (part.hidden = !counts));
    list?.append(line);
  }
  return made;
}

async function fromTheBallots(box: HTMLElement): Promise<void> {
  const bar = box.querySelector("progress") as HTMLProgressElement;
  bar.hidden = false;
  const archive = await openArchive(await fetched(box, (share) => (bar.value = share * 60)));
  const found = await recount(archive.read, (share) => (bar.value = 60 + share * 40));
  bar.hidden = true;
  const files = archive.isWhole && archive.fingerprint === box.dataset.fingerprint;
  for (const step of box.querySelectorAll<HTMLElement>("[data-step]")) {
    tick(step.querySelector("[data-tick]") as HTMLElement, { files, ...found.fits }[step.dataset.step as "files"], box.dataset);
    step.hidden = false;
  }
  fill(box, { allBallots: found.ballots, voters: found.voters, candidates: found.candidates });
  box.querySelector("[data-streets]")?.replaceChildren(...found.streets.map((street) => shown(box, street)));
  note(box, Object.values({ files, ...found.fits }).every(Boolean) ? "fits" : "differs");
}

function note(box: HTMLElement, name: string): void {
  for (const one of box.querySelectorAll<HTMLElement>("[data-note]")) one.hidden = one.dataset.note !== name;
}

function offer(box: HTMLElement): void {
  const button = box.querySelector("[data-begin]") as HTMLButtonElement;
  if (!canOpen()) return note(box, "unable");
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    note(box, "");
    fromTheBallots(box)
      .catch((fault: unknown) => note(box, fault instanceof NotThere ? "offline" : "broken"))
      .finally(() => {
        button.disabled = false;
        (box.querySelector("progress") as HTMLProgressElement).hidden = true;
      });
  });
}

// Whoever has no network sees the numbers as they were written.
for (const box of document.querySelectorAll<HTMLElement>("[data-recount]")) oneScore(box).catch(() => undefined);
for (const box of document.querySelectorAll<HTMLElement>("[data-recount-all]")) offer(box);
