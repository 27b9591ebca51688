// Small switches: elder mode and theme at once, the place of a check-in, reading aloud, sets that open with a click.
import { text } from "./texts";

function startPrefs(): void {
  document.addEventListener("change", (event) => {
    const form = (event.target as HTMLElement).closest<HTMLFormElement>("form[data-autosubmit]");
    if (form) form.requestSubmit ? form.requestSubmit() : form.submit();
  });
}

function startPlace(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-place]");
  const form = button?.closest("form");
  if (!button || !form) return;
  button.addEventListener("click", () => {
    navigator.geolocation?.getCurrentPosition(
      (found) => {
        for (const [name, value] of [["lat", found.coords.latitude], ["lng", found.coords.longitude]] as const) {
          const input = form.querySelector<HTMLInputElement>(`[name="${name}"]`);
          if (input) input.value = value.toFixed(3);
        }
        button.textContent = text("located");
      },
      () => (button.textContent = text("unlocated")),
      { maximumAge: 600_000, timeout: 10_000 },
    );
  });
}

function startSpeech(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-speak]")) {
    if (!("speechSynthesis" in window)) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      if (speechSynthesis.speaking) return speechSynthesis.cancel();
      const words = document.querySelector(button.dataset.speak || "main")?.textContent ?? "";
      const speech = new SpeechSynthesisUtterance(words.replace(/\s+/g, " "));
      speech.lang = document.documentElement.lang || "zh-CN";
      speech.rate = 0.9;
      speechSynthesis.speak(speech);
    });
  }
}

function startPrint(): void {
  for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
}

export function startSwitches(): void {
  startPrefs();
  startPlace();
  startSpeech();
  startPrint();
}
