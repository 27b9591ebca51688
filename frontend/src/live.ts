// The live line: the socket only says that something is new, /sync tells what. Without a socket, polling does the same.
import { backoff, behind, query, take, type Cursors, type LiveEvent, type SyncAnswer } from "./cursors";
import { text, userId } from "./texts";
import { toast } from "./toast";

const POLL = 60_000;
const POLL_WITHOUT_SOCKET = 5_000;
const HEARTBEAT = 25_000;

let socket: WebSocket | null = null;
let attempt = 0;
let stopped = false;
let running: Promise<void> | null = null;
let again = false;
let timer = 0;

function key(): string {
  return `cursors:${userId()}`;
}

function load(): Cursors {
  try {
    return JSON.parse(localStorage.getItem(key()) ?? "{}");
  } catch {
    return {};
  }
}

function announce(events: LiveEvent[]): void {
  const kinds = new Set(events.map((event) => event.kind));
  for (const event of events) document.dispatchEvent(new CustomEvent("live:event", { detail: event }));
  for (const node of document.querySelectorAll<HTMLElement>("[data-live-refresh]")) {
    const wanted = (node.dataset.liveRefresh ?? "").split(" ");
    if (wanted.some((kind) => kinds.has(kind))) window.htmx.trigger(node, "live");
  }
  const last = events[events.length - 1];
  if (last && !document.hidden) toast(last.title, last.url ? { url: last.url, label: text("open") } : undefined);
}

async function once(): Promise<void> {
  const seen = load();
  const answer = await fetch(`/sync?c=${encodeURIComponent(query(seen))}`, { credentials: "same-origin", cache: "no-store" });
  if (answer.status === 401 || answer.redirected) {
    stop();
    return;
  }
  if (!answer.ok) return;
  const data: SyncAnswer = await answer.json();
  const { fresh, next } = take(seen, data);
  localStorage.setItem(key(), JSON.stringify(next));
  if (data.unread !== undefined) {
    for (const node of document.querySelectorAll<HTMLElement>("[data-live-count]")) {
      node.textContent = String(data.unread);
      node.hidden = data.unread === 0;
    }
  }
  if (fresh.length) announce(fresh);
  if (data.more) again = true;
}

/** Ask what is new; calls during a call run once more after it. */
export function sync(): Promise<void> {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    try {
      do {
        again = false;
        await once();
      } while (again && !stopped);
    } catch {
      // no network: the next turn asks again
    } finally {
      running = null;
    }
  })();
  return running;
}

function address(): string {
  const given = document.querySelector<HTMLMetaElement>('meta[name="live-url"]')?.content;
  return given || `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/live/`;
}

function connect(): void {
  if (stopped || socket || document.hidden) return;
  let beat = 0;
  let heard = Date.now();
  try {
    socket = new WebSocket(address());
  } catch {
    return;
  }
  const mine = socket;
  mine.onopen = () => {
    attempt = 0;
    void sync();
    beat = window.setInterval(() => {
      if (Date.now() - heard > 60_000) mine.close();
      else if (mine.readyState === WebSocket.OPEN) mine.send("ping");
    }, HEARTBEAT);
  };
  mine.onmessage = (message) => {
    heard = Date.now();
    if (message.data === "pong") return;
    const data = JSON.parse(message.data);
    if (data.poke && behind(load(), data.poke)) void sync();
  };
  mine.onclose = (event) => {
    window.clearInterval(beat);
    if (socket === mine) socket = null;
    if (event.code === 4401) return stop();
    window.setTimeout(connect, backoff(attempt++, Math.random()));
  };
}

function poll(): void {
  window.clearTimeout(timer);
  if (stopped) return;
  const wait = socket?.readyState === WebSocket.OPEN ? POLL : POLL_WITHOUT_SOCKET;
  timer = window.setTimeout(() => void (document.hidden ? Promise.resolve() : sync()).then(poll), wait * (0.8 + Math.random() * 0.4));
}

function stop(): void {
  stopped = true;
  window.clearTimeout(timer);
  socket?.close();
}

export function startLive(): void {
  if (!userId()) return;
  void sync();
  connect();
  poll();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    void sync();
    connect();
  });
  window.addEventListener("online", () => {
    attempt = 0;
    void sync();
    connect();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) void sync();
  });
}
