// Pages seen before open without network; what is private and short-lived is never kept.
export type {};
declare const self: ServiceWorkerGlobalScope;

const PAGES = "pages-1";
const FILES = "files-1";
const NEVER = ["/sync", "/api/", "/console/", "/merchant/", "/login/", "/logout/", "/me/devices/", "/me/confirm/", "/me/phone/", "/me/passkeys/", "/me/data/", "/demo/", "/csrf/", "/metrics", "/livez", "/readyz", "/ws/"];

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function keepable(url: URL): boolean {
  return !NEVER.some((prefix) => url.pathname.startsWith(prefix)) && !url.pathname.endsWith("/code/") && !url.pathname.endsWith("/photo/");
}

/** Not what answers from elsewhere, and not what the server asks nobody to store. */
function mayKeep(answer: Response): boolean {
  return answer.ok && !answer.redirected && !(answer.headers.get("Cache-Control") ?? "").includes("no-store");
}

async function page(request: Request): Promise<Response> {
  const cache = await caches.open(PAGES);
  try {
    const answer = await fetch(request);
    if (mayKeep(answer)) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(FILES);
  const fetched = fetch(request)
    .then(async (answer) => {
      if (answer.ok) await cache.put(request, answer.clone());
      return answer;
    })
    .catch(async () => (await cache.match(request)) ?? Response.error());
  return fetched;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate" && keepable(url)) event.respondWith(page(request));
});
