// The map of the communities: outlines coloured by figures, both from our own server. The table below says the same.
import { Control, GeoJSON, Map, Path, TileLayer } from "leaflet/dist/leaflet-src.esm.js";

type Figure = [words: string, step: number | null, told: string];
interface Place {
  uid: string;
  name: string;
  above: string;
  url: string;
  figures: Record<string, Figure>;
}
interface Figures {
  layers: Record<string, { label: string; about: string; steps: string[] }>;
  places: Place[];
}
interface Given {
  figures: string;
  outlines: string;
  layer: string;
  at: string;
  tiles: { urls: string[]; subdomains: string[]; attribution: string; most: number };
}

const SMALLEST_LABEL = 40; // pixels an outline must have for its number to be written in it
const MOST_FAILED_TILES = 4;
const STEPS = ["0", "1", "2", "3", "4", "none"];
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function byId(id: string): HTMLElement | null {
  return document.getElementById(id);
}

async function fetched<T>(url: string): Promise<T> {
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as T;
}

class Atlas {
  private readonly places: Record<string, Place> = {};
  private readonly paths: Record<string, Path> = {};
  private readonly map: Map;
  private chosen = "";
  private stop = "";

  constructor(
    private readonly box: HTMLElement,
    private readonly given: Given,
    private readonly found: Figures,
    outlines: object,
    private layer: string,
  ) {
    for (const place of found.places) this.places[place.uid] = place;
    box.hidden = false;
    this.map = new Map(box, {
      attributionControl: true,
      zoomControl: false,
      keyboard: false, // the arrows move between places instead
      scrollWheelZoom: false, // a page that is scrolled past stays where it is
      zoomSnap: 0.25,
      maxZoom: given.tiles.most,
      fadeAnimation: false,
    });
    (this.map.attributionControl as unknown as { setPrefix(text: string): void }).setPrefix("");
    const { closer, farther } = box.dataset;
    new Control.Zoom({ position: "bottomright", zoomInTitle: closer, zoomOutTitle: farther }).addTo(this.map);
    const drawn = new GeoJSON(outlines, { style: () => ({ className: "place", weight: 1.5 }), onEachFeature: () => undefined });
    this.map.fitBounds(drawn.getBounds(), { padding: [12, 12], animate: false });
    drawn.addTo(this.map);
    this.map.setMaxBounds(drawn.getBounds().pad(0.5));
    drawn.eachLayer((path) => this.take(path));
    this.tiles();
    this.colour();
    this.reachable(Object.keys(this.paths)[0] ?? "");
    this.map.on("zoomend", () => this.labels());
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", box.dataset.named ?? "");
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("click", () => this.map.scrollWheelZoom.enable(), { once: true });
    if (given.at && this.paths[given.at]) this.choose(given.at, false);
  }

  private take(path: Path): void {
    const uid = path.feature.properties.uid;
    const element = path.getElement();
    if (!this.places[uid] || !element) return;
    this.paths[uid] = path;
    path.bindTooltip("", { permanent: true, direction: "center", className: "place-label", interactive: false });
    path.on("click", () => this.choose(uid, true));
    path.on("mouseover", () => this.say(uid));
    element.setAttribute("role", "button");
    element.setAttribute("data-uid", uid);
    element.setAttribute("tabindex", "-1");
    element.addEventListener("focus", () => {
      this.reachable(uid);
      this.say(uid);
    });
  }

  private figure(uid: string): Figure {
    return this.places[uid].figures[this.layer];
  }

  // What it is and how much, for those who point at it and those who hear it.
  private sentence(uid: string): string {
    const place = this.places[uid];
    const label = this.found.layers[this.layer].label;
    return `${place.above ? `${place.above} · ` : ""}${place.name}  ${label} ${this.figure(uid)[2]}`;
  }

  private say(uid: string): void {
    const line = byId("atlas-said");
    if (line) line.textContent = this.sentence(uid);
  }

  colour(layer = this.layer): void {
    this.layer = layer;
    for (const uid of Object.keys(this.paths)) {
      const [words, step] = this.figure(uid);
      const element = this.paths[uid].getElement();
      for (const one of STEPS) element?.classList.toggle(`step--${one}`, one === (step === null ? "none" : String(step)));
      element?.setAttribute("aria-label", this.sentence(uid));
      this.paths[uid].setTooltipContent(words === "0" ? "" : words); // a nought on every field says nothing
      const label = this.paths[uid].getTooltip().getElement();
      label?.setAttribute("aria-hidden", "true");
      label?.classList.toggle("place-label--light", step !== null && step >= 3);
    }
    this.labels();
    if (this.chosen) this.say(this.chosen);
  }

  private labels(): void {
    for (const path of Object.values(this.paths)) {
      const bounds = path.getBounds();
      const from = this.map.latLngToLayerPoint(bounds.getNorthWest());
      const to = this.map.latLngToLayerPoint(bounds.getSouthEast());
      const label = path.getTooltip().getElement();
      if (label) label.hidden = to.x - from.x < SMALLEST_LABEL || to.y - from.y < SMALLEST_LABEL / 2;
    }
  }

  // One stop of the Tab key for the whole map; the arrows move on from there.
  private reachable(uid: string): void {
    if (this.stop) this.paths[this.stop]?.getElement()?.setAttribute("tabindex", "-1");
    this.stop = uid;
    this.paths[uid]?.getElement()?.setAttribute("tabindex", "0");
  }

  private key(event: KeyboardEvent): void {
    const uid = (event.target as Element).getAttribute("data-uid");
    if (!uid) return;
    if (event.key === "Enter" || event.key === " ") this.choose(uid, true);
    else if (event.key in ARROWS) this.go(uid, ARROWS[event.key]);
    else if (event.key === "Home" || event.key === "End") {
      const all = Object.keys(this.paths);
      this.paths[event.key === "Home" ? all[0] : all[all.length - 1]].getElement()?.focus();
    } else return;
    event.preventDefault();
  }

  // To the nearest place in a direction; what lies far to the side counts as farther away.
  private go(from: string, [dx, dy]: [number, number]): void {
    const middle = (uid: string) => this.map.latLngToLayerPoint(this.paths[uid].getBounds().getCenter());
    const here = middle(from);
    let best = "";
    let least = Infinity;
    for (const uid of Object.keys(this.paths)) {
      const there = middle(uid);
      const along = (there.x - here.x) * dx + (there.y - here.y) * dy;
      const aside = Math.abs((there.x - here.x) * dy) + Math.abs((there.y - here.y) * dx);
      if (uid !== from && along > 1 && along + 2 * aside < least) {
        best = uid;
        least = along + 2 * aside;
      }
    }
    if (best) this.paths[best].getElement()?.focus();
  }

  private choose(uid: string, byHand: boolean): void {
    for (const [one, path] of Object.entries(this.paths)) {
      path.getElement()?.classList.toggle("place--chosen", one === uid);
      path.getElement()?.setAttribute("aria-pressed", String(one === uid));
    }
    for (const row of document.querySelectorAll<HTMLElement>("[data-uid][role=row], tr[data-uid]"))
      row.classList.toggle("is-chosen", row.dataset.uid === uid);
    const element = this.paths[uid].getElement();
    const had = document.activeElement === element;
    this.paths[uid].bringToFront();
    if (had) element?.focus(); // moving it to the front takes the focus away
    this.chosen = uid;
    this.reachable(uid);
    this.say(uid);
    if (byHand) void this.open(uid);
  }

  private async open(uid: string): Promise<void> {
    const panel = byId("atlas-panel");
    const place = this.places[uid];
    if (!panel) return;
    try {
      const answer = await fetch(`${place.url}?panel=1&layer=${this.layer}`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (this.chosen === uid) panel.replaceChildren(...Array.from(page.body.childNodes));
    } catch {
      location.href = place.url;
      return;
    }
    const address = new URL(location.href);
    address.searchParams.set("at", uid);
    history.replaceState(null, "", address);
  }

  // Pictures beneath, where the district has named a source; when they fail the map goes on without.
  private tiles(): void {
    const { urls, subdomains, attribution, most } = this.given.tiles;
    const layers = urls.map((url) => new TileLayer(url, { subdomains, maxZoom: most }));
    let failed = 0;
    let came = 0;
    const settle = () => {
      this.box.classList.toggle("has-tiles", came > 0);
      if (came > 0 || ++failed < MOST_FAILED_TILES) return;
      for (const layer of layers) this.map.removeLayer(layer);
      const line = byId("atlas-said");
      if (line && !line.textContent) line.textContent = this.box.dataset.noTiles ?? "";
    };
    for (const layer of layers) {
      layer.on("tileerror", settle);
      layer.on("tileload", () => {
        came += 1;
        this.box.classList.add("has-tiles");
      });
      layer.addTo(this.map);
    }
    if (urls.length) {
      const words = document.createElement("span");
      words.textContent = attribution; // from the settings; Leaflet would take it for markup
      this.map.attributionControl.addAttribution(words.innerHTML);
    }
  }
}

function switchLayers(atlas: Atlas, found: Figures): void {
  for (const tab of document.querySelectorAll<HTMLAnchorElement>("[data-layer]")) {
    tab.addEventListener("click", (event) => {
      const name = tab.dataset.layer ?? "";
      if (event.ctrlKey || event.metaKey || !found.layers[name]) return;
      event.preventDefault();
      for (const one of document.querySelectorAll("[data-layer], [data-column]")) {
        const { layer, column } = (one as HTMLElement).dataset;
        if ((layer ?? column) === name) one.setAttribute("aria-current", "true");
        else one.removeAttribute("aria-current");
      }
      const about = byId("atlas-about");
      if (about) about.textContent = found.layers[name].about;
      document.querySelectorAll("#atlas-legend li span").forEach((span, step) => {
        span.textContent = found.layers[name].steps[step] ?? span.textContent;
      });
      atlas.colour(name);
      const address = new URL(location.href);
      address.searchParams.set("layer", name);
      history.replaceState(null, "", address);
    });
  }
}

async function begin(box: HTMLElement, given: Given): Promise<void> {
  try {
    const [found, outlines] = await Promise.all([fetched<Figures>(given.figures), fetched<object>(given.outlines)]);
    const atlas = new Atlas(box, given, found, outlines, given.layer);
    // Houses and squares show one layer, which the server has drawn: there a tab is a plain link.
    if (!document.querySelector(".houses, .tiles")) switchLayers(atlas, found);
    box.dataset.ready = "true";
  } catch {
    box.hidden = true;
    const line = byId("atlas-said");
    if (line) line.textContent = box.dataset.failed ?? "";
  }
}

const box = byId("atlas-map");
const store = byId("atlas-data");
if (box && store?.textContent) void begin(box, JSON.parse(store.textContent) as Given);
