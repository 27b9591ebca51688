// The booth: pick, read back, seal here, cast. What is picked stays in this page and in nothing that is kept or sent;
// the server gets a sealed envelope. A browser that cannot seal uses the plain forms, where the server says that it seals.
import { canSeal, fromBase64url, seal, toBase64url, writePaper } from "./sealing";
import { uuid } from "./uuid";

interface Picked {
  name: string;
  where: string;
  face: Element | null;
}

type Sealed = { id: string; envelope: string };

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

function send(form: HTMLFormElement, made: Sealed): void {
  one<HTMLInputElement>("input[name=id]", form).value = made.id;
  one<HTMLInputElement>("input[name=envelope]", form).value = made.envelope;
  form.submit();
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
    this.list.querySelectorAll<HTMLInputElement>("input:checked").forEach((box) => this.pick(box));
    this.form.addEventListener("change", (event) => this.changed(event.target as HTMLInputElement));
    this.form.addEventListener("click", (event) => this.clicked(event));
    one("[data-read]").addEventListener("click", (event) => this.read(event));
    one("[data-back]").addEventListener("click", () => history.back());
    one("[data-more]").addEventListener("click", () => history.back());
    one("[data-rows]").addEventListener("click", (event) => this.drop(event.target as Element));
    this.cast.addEventListener("submit", (event) => void this.castIt(event));
    addEventListener("hashchange", () => this.show());
    if (location.hash) history.replaceState(null, "", location.pathname);
    this.count();
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
    try {
      // Sent again, it is the same envelope under the same id.
      this.made ??= await sealed(this.root, [...this.picks.keys()]);
      send(this.cast, this.made);
    } catch {
      this.leaveToServer();
    }
  }

  /** This phone can after all not seal: say so, and read back once more on a page of the server, which seals. */
  private leaveToServer(): void {
    one<HTMLElement>("[data-trouble]").hidden = false;
    this.form.querySelectorAll("input[name=choice]").forEach((box) => box.remove());
    for (const uid of this.picks.keys()) {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "choice", value: uid });
      this.form.append(field);
    }
    this.form.action = one<HTMLButtonElement>("[data-read]").formAction;
    setTimeout(() => this.form.submit(), 2500);
  }
}

function startAnswer(form: HTMLFormElement): void {
  form.querySelectorAll<HTMLElement>("[data-here]").forEach((note) => (note.hidden = true));
  form.addEventListener("submit", (event) => {
    const chosen = form.querySelector<HTMLInputElement>("input[name=step]:checked");
    if (!chosen) return;
    event.preventDefault();
    sealed(form, [form.dataset.about ?? ""], Number(chosen.value[0])).then(
      (made) => {
        form.querySelectorAll<HTMLInputElement>("input[name=step]").forEach((step) => (step.disabled = true));
        send(form, made);
      },
      () => form.submit(),
    );
  });
}

// A page that comes back from memory would show what was picked before it was cast.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
const root = document.querySelector<HTMLElement>("[data-booth]");
if (root && canSeal()) {
  if (root instanceof HTMLFormElement) startAnswer(root);
  else new Booth(root);
}
