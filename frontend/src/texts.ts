// Words that scripts show come from the page, so that they are translated like all others.
export function text(name: string, n?: number): string {
  const store = document.getElementById("texts");
  const words = store?.dataset[name] ?? "";
  return n === undefined ? words : words.replace("%n", String(n));
}

export function userId(): string {
  return document.documentElement.dataset.user ?? "";
}
