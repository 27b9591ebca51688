// Where this phone stands in each of its streams. Pure; kept by `live.ts`.
export type Cursors = Record<string, number>;

export interface LiveEvent {
  stream: string;
  seq: number;
  kind: string;
  title: string;
  body: string;
  url: string;
  icon: string;
  at: string;
  ref: string;
}

export interface SyncAnswer {
  events: LiveEvent[];
  heads: Cursors;
  reset: string[];
  more?: boolean;
  unread?: number;
}

/** The events not seen before, in order, and where the phone then stands. A stream without a cursor starts at its head. */
export function take(seen: Cursors, answer: SyncAnswer): { fresh: LiveEvent[]; next: Cursors } {
  const next: Cursors = {};
  for (const [stream, head] of Object.entries(answer.heads)) next[stream] = seen[stream] ?? head;
  for (const stream of answer.reset) next[stream] = answer.heads[stream] ?? 0;
  const fresh: LiveEvent[] = [];
  for (const event of [...answer.events].sort((a, b) => a.seq - b.seq)) {
    if (answer.reset.includes(event.stream) || event.seq <= (next[event.stream] ?? 0)) continue;
    next[event.stream] = event.seq;
    fresh.push(event);
  }
  if (!answer.more) for (const [stream, head] of Object.entries(answer.heads)) next[stream] = Math.max(next[stream], head);
  return { fresh, next };
}

/** Whether a poke tells of something this phone has not got. */
export function behind(seen: Cursors, heads: Cursors): boolean {
  return Object.entries(heads).some(([stream, head]) => (seen[stream] ?? 0) < head);
}

export function query(seen: Cursors): string {
  return Object.entries(seen)
    .map(([stream, seq]) => `${stream}:${seq}`)
    .join(",");
}

/** Milliseconds to wait before the n-th attempt to connect again: 1 s doubling to a minute, spread by half. */
export function backoff(attempt: number, random: number): number {
  return Math.min(60_000, 1_000 * 2 ** attempt) * (0.5 + random);
}
