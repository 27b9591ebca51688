// Eight digits in eight boxes that are one input: typing, pasting and autofill work, a screen reader meets one field.
import { text } from "./texts";

function draw(box: HTMLElement, input: HTMLInputElement): void {
  const value = input.value.replace(/\D/g, "").slice(0, 8);
  if (input.value !== value) input.value = value;
  box.querySelectorAll("span").forEach((cell, index) => {
    cell.textContent = value[index] ?? "";
    cell.classList.toggle("is-here", index === value.length && document.activeElement === input);
  });
  const hint = document.querySelector("[data-digits-left]");
  if (hint) hint.textContent = value.length < 8 ? text("digits", 8 - value.length) : "";
}

export function startDigits(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-digits]")) {
    const input = box.querySelector("input");
    if (!input) continue;
    box.classList.add("digits");
    input.classList.remove("input", "input--code");
    for (let index = 0; index < 8; index++) {
      const cell = document.createElement("span");
      cell.setAttribute("aria-hidden", "true");
      box.append(cell);
    }
    const redraw = () => draw(box, input);
    ["input", "focus", "blur"].forEach((name) => input.addEventListener(name, redraw));
    redraw();
  }
}
