// Eight digits in eight boxes that are one input: typing, pasting and autofill work, a screen reader meets one field.
// A code on paper has ten: the two boxes more come with the ninth digit.
import { text } from "./texts";

const SHORT = 8;
const LONG = 10;

function fill(box: HTMLElement, count: number): HTMLElement[] {
  const cells = Array.from(box.querySelectorAll<HTMLElement>("span"));
  while (cells.length > count) cells.pop()?.remove();
  while (cells.length < count) {
    const cell = document.createElement("span");
    cell.setAttribute("aria-hidden", "true");
    box.append(cell);
    cells.push(cell);
  }
  box.classList.toggle("digits--ten", count === LONG);
  return cells;
}

function draw(box: HTMLElement, input: HTMLInputElement): void {
  const value = input.value.replace(/\D/g, "").slice(0, LONG);
  if (input.value !== value) input.value = value;
  const count = value.length > SHORT ? LONG : SHORT;
  fill(box, count).forEach((cell, index) => {
    cell.textContent = value[index] ?? "";
    cell.classList.toggle("is-here", index === value.length && document.activeElement === input);
  });
  const hint = document.querySelector("[data-digits-left]");
  if (hint) hint.textContent = value.length < count ? text("digits", count - value.length) : "";
}

export function startDigits(): void {
  for (const box of document.querySelectorAll<HTMLElement>("[data-digits]")) {
    const input = box.querySelector("input");
    if (!input) continue;
    box.classList.add("digits");
    input.classList.remove("input", "input--code");
    const redraw = () => draw(box, input);
    ["input", "focus", "blur"].forEach((name) => input.addEventListener(name, redraw));
    redraw();
  }
}
