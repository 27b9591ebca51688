// The booth: pick, read back, seal here, cast. What is picked stays in this page and in nothing that is kept or sent;
// the server gets a sealed envelope. A browser that cannot seal uses the plain forms, where the page says that the
// server seals; where sealing fails, nothing goes there before another tap.
import { canSeal, fromBase64url, seal, toBase64url, writePaper } from "./sealing";
import { uuid } from "./uuid";

interface Picked {
  name: string;
  where: string;
  face: Element | null;
}

type Sealed = { id: string; envelope: string };

/** So long an answer is waited for, in milliseconds. */
const PATIENCE = 20_000;

function one<T extends Element>(selector: string, within: ParentNode = document): T {
  const found = within.querySelector<T>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

async function sealed(booth: HTMLElement, choices: string[], step = 0): Promise<Sealed> {
  const campaign = booth.dataset.campaign ?? "";
  const envelope = await seal(campaign, fromBase64url(booth.dataset.key ?? ""), writePaper(campaign, choices, step));
  return { id: uuid(), envelope: toBase64url(envelope) };
}

function fill(form: HTMLFormElement, made: Sealed): void {
  one<HTMLInputElement>("input[name=id]", form).value = made.id;
  one<HTMLInputElement>("input[name=envelope]", form).value = made.envelope;
}

/** Send a form and stay on the page; null when no answer came, and it may have arrived or not. */
async function post(form: HTMLFormElement): Promise<Response | null> {
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), PATIENCE);
  const body = new URLSearchParams();
  new FormData(form).forEach((value, name) => body.append(name, String(value)));
  const options: RequestInit = { method: "POST", body, headers: { "X-Part": "1" }, redirect: "manual" };
  try {
    return await fetch(form.action, { ...options, signal: waiting.signal });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

class Booth {
  private readonly picks = new Map<string, Picked>();
  private readonly form = one<HTMLFormElement>("#ballot");
  private readonly list = one<HTMLElement>("[data-list]");
  private readonly cast = one<HTMLFormElement>("[data-cast]");
  private readonly most: number;
  private made: Sealed | null = null;
  private looking = new AbortController();

  constructor(private readonly root: HTMLElement) {
    this.most = Number(root.dataset.most);
    this.form.querySelectorAll<HTMLInputElement>("input[name=choice]").forEach((box) => this.take(box));
    root.querySelectorAll<HTMLElement>("[data-here]").forEach((note) => (note.hidden = true));
    this.form.addEventListener("change", (event) => this.changed(event.target as HTMLInputElement));
    this.form.addEventListener("click", (event) => this.clicked(event));
    one("[data-read]").addEventListener("click", (event) => this.read(event));
    one("[data-back]").addEventListener("click", () => history.back());
    one("[data-more]").addEventListener("click", () => history.back());
    one("[data-rows]").addEventListener("click", (event) => this.drop(event.target as Element));
    this.cast.addEventListener("submit", (event) => void this.castIt(event));
    one("[data-server]").addEventListener("click", () => this.leaveToServer());
    addEventListener("hashchange", () => this.show());
    if (location.hash) history.replaceState(null, "", location.pathname);
    this.count();
  }

  /** What the server wrote into the page as picked: on this part of the list, or on others, which need not stay. */
  private take(box: HTMLInputElement): void {
    if (box.checked || box.type === "hidden") this.pick(box);
    box.closest("[data-kept]")?.remove();
  }

  private pick(box: HTMLInputElement): void {
    const card = box.closest(".cand");
    this.picks.set(box.value, {
      name: card?.querySelector(".cand__n")?.textContent ?? "",
      where: card?.querySelector("[data-where]")?.textContent ?? "",
      face: card?.querySelector(".avatar") ?? null,
    });
  }

  private changed(box: HTMLInputElement): void {
    if (box.name !== "choice") return;
    this.made = null;
    if (!box.checked) this.picks.delete(box.value);
    else if (this.picks.size < this.most) this.pick(box);
    else {
      box.checked = false;
      this.say(this.root.dataset.wordsFull ?? "");
      return;
    }
    this.say("");
    this.count();
  }

  private say(words: string): void {
    one("[data-say]").textContent = words;
  }

  private words(name: string, n: number): string {
    return (this.root.dataset[name] ?? "").replace("%n", String(n));
  }

  private count(): void {
    const row = one("[data-picked]");
    row.replaceChildren();
    for (const { face } of this.picks.values()) if (face) row.append(face.cloneNode(true));
    for (let free = this.picks.size; free < this.most; free += 1) row.append(document.createElement("i"));
    one("[data-counted]").textContent = this.words("wordsCount", this.picks.size);
  }

  private clicked(event: Event): void {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-look]");
    if (!button) return;
    event.preventDefault();
    void this.look(button);
  }

  /** Another part of the list; what is picked is not told. Of two that are asked for, the later is shown. */
  private async look(button: HTMLButtonElement): Promise<void> {
    const body = new URLSearchParams();
    new FormData(this.form).forEach((value, name) => name !== "choice" && body.append(name, String(value)));
    body.set(button.name, button.value);
    this.looking.abort();
    const { signal } = (this.looking = new AbortController());
    try {
      const answer = await fetch(this.form.action, { method: "POST", body, headers: { "X-Part": "1" }, signal });
      if (answer.redirected || [403, 404, 409].includes(answer.status)) {
        location.reload(); // signed out, over, or shut for this voter: the page itself says so
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.list.innerHTML = await answer.text();
    } catch {
      if (!signal.aborted) this.say(this.root.dataset.wordsUnreached ?? "");
      return;
    }
    this.say("");
    for (const box of this.list.querySelectorAll<HTMLInputElement>("input[name=choice]")) {
      box.checked = this.picks.has(box.value);
    }
    this.list.focus({ preventScroll: true });
    this.list.scrollIntoView({ block: "start" });
  }

  private read(event: Event): void {
    event.preventDefault();
    if (!this.picks.size) this.say(this.root.dataset.wordsNone ?? "");
    else location.hash = "review";
  }

  private show(): void {
    const name = location.hash === "#review" && this.picks.size ? "review" : "pick";
    for (const step of ["pick", "review"]) {
      one<HTMLElement>(`[data-step=${step}]`).hidden = step !== name;
      one<HTMLElement>(`[data-bar=${step}]`).hidden = step !== name;
    }
    if (name === "review") this.readBack();
    scrollTo(0, 0);
  }

  private readBack(): void {
    const rows = one("[data-rows]");
    const pattern = one<HTMLTemplateElement>("[data-row]");
    rows.replaceChildren();
    for (const [uid, picked] of this.picks) {
      const row = pattern.content.cloneNode(true) as DocumentFragment;
      if (picked.face) one("[data-face]", row).replaceWith(picked.face.cloneNode(true));
      one("[data-name]", row).textContent = picked.name;
      one("[data-where]", row).textContent = picked.where;
      one("[data-whom]", row).textContent = picked.name;
      one<HTMLElement>("[data-drop]", row).dataset.drop = uid;
      rows.append(row);
    }
    one("[data-title]").textContent = this.words("wordsChosen", this.picks.size);
    const left = this.most - this.picks.size;
    one("[data-left]").textContent = this.words("wordsLeft", left);
    one<HTMLElement>("[data-more]").hidden = left === 0;
    one<HTMLElement>("[data-step=review] h1").focus({ preventScroll: true });
  }

  private drop(target: Element): void {
    const button = target.closest<HTMLElement>("[data-drop]");
    if (!button) return;
    const uid = button.dataset.drop ?? "";
    this.made = null;
    this.picks.delete(uid);
    const box = this.list.querySelector<HTMLInputElement>(`input[value="${uid}"]`);
    if (box) box.checked = false;
    this.count();
    if (this.picks.size) this.readBack();
    else history.back();
  }

  private async castIt(event: Event): Promise<void> {
    event.preventDefault();
    const button = one<HTMLButtonElement>("[type=submit]", this.cast);
    if (button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    this.trouble("");
    try {
      // Sent again, it is the same envelope under the same id.
      this.made ??= await sealed(this.root, [...this.picks.keys()]);
      fill(this.cast, this.made);
      this.heard(await post(this.cast));
    } catch {
      this.trouble(this.root.dataset.wordsUnsealed ?? "");
      button.hidden = true;
      one<HTMLElement>("[data-server]").hidden = false;
    }
    button.removeAttribute("aria-busy");
  }

  /** What became of the envelope. A refusal is said by the server, on a page of its own; without an answer we stay. */
  private heard(answer: Response | null): void {
    if (answer?.status === 204) location.assign(this.cast.dataset.done ?? "");
    else if (answer?.type === "opaqueredirect") location.reload(); // signed out
    else if (answer && answer.status < 500) this.cast.submit();
    else this.trouble(this.root.dataset.wordsUnsent ?? "");
  }

  private trouble(words: string): void {
    one("[data-trouble]").textContent = words;
  }

  /** This phone can after all not seal, and its voter agrees: once more on a page of the server, which seals. */
  private leaveToServer(): void {
    this.form.querySelectorAll("input[name=choice]").forEach((box) => box.remove());
    for (const uid of this.picks.keys()) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "choice", value: uid });
      this.form.append(field);
    }
    this.form.action = one<HTMLButtonElement>("[data-read]").formAction;
    this.form.submit();
  }
}

function startAnswer(form: HTMLFormElement): void {
  const notes = form.querySelectorAll<HTMLElement>("[data-here]");
  notes.forEach((note) => (note.hidden = true));
  const seals = (event: Event): void => {
    const chosen = form.querySelector<HTMLInputElement>("input[name=step]:checked");
    if (!chosen) return;
    event.preventDefault();
    sealed(form, [form.dataset.about ?? ""], Number(chosen.value[0])).then(
      (made) => {
        fill(form, made);
        form.querySelectorAll<HTMLInputElement>("input[name=step]").forEach((step) => (step.disabled = true));
        form.submit();
      },
      () => {
        // It goes to the server as it is only by another tap, with the words in sight.
        notes.forEach((note) => (note.hidden = false));
        form.removeEventListener("submit", seals);
      },
    );
  };
  form.addEventListener("submit", seals);
}

// A page that comes back from memory would show what was picked before it was cast.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
const root = document.querySelector<HTMLElement>("[data-booth]");
if (root && canSeal()) {
  if (root instanceof HTMLFormElement) startAnswer(root);
  else new Booth(root);
}
