// The outbox of the phone: a form is stored before it is sent, and sent until the server has answered.
// An answer of the kind "no" is kept with its reason; only a person drops it.
import { drop, keep, waiting, type Entry } from "./store";
import { text, userId } from "./texts";
import { toast } from "./toast";
import { uuid } from "./uuid";

type Answer =
  | { kind: "taken"; url: string }
  | { kind: "refused"; message: string; errors: Record<string, string> }
  | { kind: "later"; away: boolean };

let token = "";
let sending = false;
let pause = 5_000;

function csrf(): string {
  return token || document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content || "";
}

async function freshToken(): Promise<boolean> {
  const answer = await fetch("/csrf/", { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) return false;
  token = (await answer.json()).token;
  return true;
}

function body(entry: Entry): FormData {
  const data = new FormData();
  for (const [name, value] of entry.fields) data.append(name, value);
  return data;
}

async function post(entry: Entry, again = true): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch(entry.action, {
      method: "POST",
      body: body(entry),
      credentials: "same-origin",
      headers: { "X-Outbox": "1", "X-CSRFToken": csrf(), Accept: "application/json" },
    });
  } catch {
    return { kind: "later", away: true };
  }
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/login/")) return { kind: "later", away: false };
  const json = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : {};
  if (answer.ok) return { kind: "taken", url: json.url ?? entry.done };
  if (answer.status === 403 && json.csrf && again && (await freshToken())) return post(entry, false);
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) return { kind: "later", away: false };
  return { kind: "refused", message: json.message ?? String(answer.status), errors: json.errors ?? {} };
}

/** Run alone among all open pages where the browser can say so; the server tells repeats apart anyway. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (navigator.locks) await navigator.locks.request("outbox", { ifAvailable: true }, async (lock) => (lock ? work() : undefined));
  else await work();
}

async function sendAll(): Promise<void> {
  if (sending || !userId()) return;
  sending = true;
  try {
    await alone(async () => {
      for (const entry of await waiting(userId())) {
        if (entry.refused) continue;
        const answer = await post(entry);
        if (answer.kind === "taken") await drop(entry.id);
        else if (answer.kind === "refused") await keep({ ...entry, refused: reason(answer) });
        else {
          pause = Math.min(pause * 2, 120_000);
          break;
        }
        pause = 5_000;
      }
    });
  } finally {
    sending = false;
    await show();
  }
}

function reason(answer: { message: string; errors: Record<string, string> }): string {
  return [answer.message, ...Object.values(answer.errors)].join(" ");
}

async function show(): Promise<void> {
  const entries = userId() ? await waiting(userId()) : [];
  const refused = entries.filter((entry) => entry.refused).length;
  const banner = document.getElementById("offline");
  if (banner) {
    banner.hidden = entries.length === 0 && navigator.onLine;
    const words = banner.querySelector("[data-outbox-words]");
    if (words) words.textContent = refused ? text("refused", refused) : entries.length ? text("waiting", entries.length) : text("kept");
  }
  const list = document.querySelector("[data-outbox-list]");
  if (list) list.replaceChildren(...(entries.length ? entries.map(row) : [nothing()]));
}

function nothing(): HTMLElement {
  const box = document.createElement("div");
  box.className = "cell";
  box.textContent = text("nothing");
  return box;
}

function row(entry: Entry): HTMLElement {
  const box = document.createElement("div");
  box.className = "cell";
  const words = document.createElement("span");
  words.className = "cell__body";
  const title = document.createElement("span");
  title.className = "cell__t";
  title.textContent = entry.title;
  const detail = document.createElement("span");
  detail.className = "cell__d";
  detail.textContent = entry.refused ?? text("kept");
  words.append(title, document.createElement("br"), detail);
  box.append(words);
  if (entry.refused) {
    const change = document.createElement("a");
    change.className = "btn btn--soft btn--s";
    change.href = entry.action;
    change.textContent = text("change");
    const away = document.createElement("button");
    away.className = "btn btn--quiet btn--s";
    away.textContent = text("drop");
    away.addEventListener("click", () => void drop(entry.id).then(show));
    box.append(change, away);
  }
  return box;
}

function fieldErrors(form: HTMLFormElement, errors: Record<string, string>, message: string): void {
  form.querySelectorAll("[data-outbox-error]").forEach((node) => node.remove());
  const box = document.createElement("div");
  box.className = "banner banner--bad";
  box.setAttribute("role", "alert");
  box.dataset.outboxError = "";
  box.textContent = [message, ...Object.values(errors)].join(" ");
  form.prepend(box);
  box.scrollIntoView({ block: "center" });
}

function entryOf(form: HTMLFormElement): Entry {
  const data = new FormData(form);
  const id = form.dataset.outboxId ?? uuid();
  form.dataset.outboxId = id;
  if (data.has("id")) data.set("id", form.dataset.outboxKeepId === undefined ? id : String(data.get("id")));
  if (form.querySelector('[name="client_at"]')) data.set("client_at", new Date().toISOString());
  data.delete("csrfmiddlewaretoken");
  const fields = Array.from(data.entries()).filter(([, value]) => !(value instanceof File && value.size === 0));
  const title = form.dataset.outboxTitle ?? document.querySelector("h1")?.textContent?.trim() ?? document.title;
  return { id, user: userId(), action: new URL(form.getAttribute("action") || location.href, location.href).href, done: form.dataset.outboxDone ?? "/", title, fields, at: Date.now() };
}

async function submit(form: HTMLFormElement): Promise<void> {
  const entry = entryOf(form);
  // The form's own id by its attribute: `form.id` is the hidden input of that name.
  const name = form.getAttribute("id");
  const outside = name ? Array.from(document.querySelectorAll<HTMLButtonElement>(`button[form="${name}"]`)) : [];
  const buttons = [...outside, ...Array.from(form.querySelectorAll("button"))];
  buttons.forEach((button) => button.setAttribute("aria-busy", "true"));
  try {
    await keep(entry);
  } catch {
    form.submit(); // no IndexedDB in this web view: send it the plain way
    return;
  }
  const answer = await post(entry);
  buttons.forEach((button) => button.removeAttribute("aria-busy"));
  if (answer.kind === "taken") {
    await drop(entry.id);
    window.location.assign(answer.url);
  } else if (answer.kind === "refused") {
    await drop(entry.id);
    delete form.dataset.outboxId;
    fieldErrors(form, answer.errors, answer.message);
  } else {
    form.dataset.outboxKept = "1";
    buttons.forEach((button) => (button.disabled = true));
    toast(answer.away ? text("kept") : text("server"), { url: "/outbox/", label: text("open") });
    await show();
    schedule();
  }
}

let timer = 0;
function schedule(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void sendAll().then(schedule), pause * (0.8 + Math.random() * 0.4));
}

export function startOutbox(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("form[data-outbox]") || !userId() || !window.indexedDB) return;
    event.preventDefault();
    if (form.dataset.outboxKept) return;
    void submit(form);
  });
  document.querySelector("[data-outbox-send]")?.addEventListener("click", () => void sendAll());
  window.addEventListener("online", () => {
    pause = 5_000;
    void sendAll();
  });
  window.addEventListener("offline", () => void show());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void sendAll();
  });
  if (window.indexedDB) void sendAll().then(schedule);
}
