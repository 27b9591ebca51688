// A short message above the bars, with at most one way on; goes by itself unless it has a way on being focused.
export function toast(words: string, link?: { url: string; label: string }): void {
  const host = document.getElementById("toasts");
  if (!host) return;
  const box = document.createElement("div");
  box.className = "toast";
  const span = document.createElement("span");
  span.textContent = words;
  box.append(span);
  if (link) {
    const anchor = document.createElement("a");
    anchor.href = link.url;
    anchor.textContent = link.label;
    box.append(anchor);
  }
  while (host.children.length >= 2) host.firstElementChild?.remove();
  host.append(box);
  const leave = () => (box.contains(document.activeElement) ? window.setTimeout(leave, 4000) : box.remove());
  window.setTimeout(leave, link ? 8000 : 4000);
}
