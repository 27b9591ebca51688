// The merchant's till: no verifying without network, said at once; the camera is loaded only when it is asked for.
function showNet(): void {
  const here = navigator.onLine;
  document.querySelectorAll<HTMLElement>("[data-needs-net]").forEach((note) => (note.hidden = here));
  document.querySelectorAll<HTMLButtonElement>("button[data-net]").forEach((button) => (button.disabled = !here));
}

addEventListener("online", showNet);
addEventListener("offline", showNet);
showNet();

for (const button of document.querySelectorAll<HTMLElement>("[data-scan]")) {
  button.hidden = false;
  button.addEventListener("click", () => void import("./camera").then((camera) => camera.scan(button)));
}
