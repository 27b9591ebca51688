// The service worker, where the browser has one: pages seen before open without network. Emptied when the person changes.
import { userId } from "./texts";

export function startOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  const last = localStorage.getItem("person");
  if (last !== userId()) {
    void caches?.keys().then((names) => names.forEach((name) => name.startsWith("pages") && caches.delete(name)));
    localStorage.setItem("person", userId());
  }
  if (userId()) void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
