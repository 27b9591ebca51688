// The code on the leader's phone: a bar that runs out, a new code in time, a screen that stays on.
// Markup: [data-code-expires=<seconds left>] around svg [data-code-bar] rect and [data-code-left].
let wake: { release(): Promise<void> } | null = null;

async function stayAwake(): Promise<void> {
  const lock = (navigator as { wakeLock?: { request(type: string): Promise<{ release(): Promise<void> }> } }).wakeLock;
  if (!lock || wake) return;
  try {
    wake = await lock.request("screen");
  } catch {
    wake = null;
  }
}

function run(box: HTMLElement): void {
  if (box.dataset.codeRunning) return;
  box.dataset.codeRunning = "1";
  const total = Number(box.dataset.codeTotal ?? "60");
  const end = performance.now() + Number(box.dataset.codeExpires) * 1000;
  const bar = box.querySelector<SVGRectElement>("[data-code-bar] rect, rect[data-code-bar]");
  const left = box.querySelector<HTMLElement>("[data-code-left]");
  const turn = () => {
    if (!box.isConnected) return;
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    bar?.setAttribute("width", `${Math.min(100, (100 * seconds) / total)}%`);
    if (left) left.textContent = String(seconds);
    if (seconds > 0) window.setTimeout(turn, 500);
    else window.htmx.trigger(box, "expired");
  };
  turn();
}

export function startCode(): void {
  const find = () => document.querySelectorAll<HTMLElement>("[data-code-expires]");
  const begin = () => {
    if (find().length) void stayAwake();
    find().forEach(run);
  };
  begin();
  document.body.addEventListener("htmx:load", begin);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) wake = null;
    else begin();
  });
}
