// A screen that many people use one after the other goes back to its beginning when nobody touches it any more.
// Markup: <meta name="idle" content="<seconds>" data-then="<address>">.
const idle = document.querySelector<HTMLMetaElement>("meta[name=idle]");

if (idle) {
  const leave = () => location.replace(idle.dataset.then ?? "/");
  let left = 0;
  const stay = () => {
    clearTimeout(left);
    left = window.setTimeout(leave, Number(idle.content) * 1000);
  };
  for (const sign of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(sign, stay, { capture: true, passive: true });
  stay();
}
