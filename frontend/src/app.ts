// One script for every page. Each part looks for its own markup and does nothing without it.
import htmx from "htmx.org";
import { startChallenge } from "./challenge";
import { startCode } from "./code";
import { startDigits } from "./digits";
import { startLive } from "./live";
import { startOffline } from "./offline";
import { startOutbox } from "./outbox";
import { startPasskeys } from "./passkey";
import { startSwitches } from "./prefs";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token) (event as CustomEvent).detail.headers["X-CSRFToken"] = token;
});
startSwitches();
startDigits();
startCode();
startChallenge();
startPasskeys();
startOutbox();
startLive();
startOffline();
