// The little of Leaflet that the map uses; the library brings no types.
declare module "leaflet/dist/leaflet-src.esm.js" {
  export interface Point {
    x: number;
    y: number;
  }
  export interface LatLngBounds {
    isValid(): boolean;
    getCenter(): unknown;
    getNorthWest(): unknown;
    getSouthEast(): unknown;
  }
  export interface Path {
    feature: { properties: { uid: string } };
    getElement(): SVGElement | undefined;
    getBounds(): LatLngBounds;
    bringToFront(): Path;
    on(names: string, run: () => void): Path;
    bindTooltip(text: string, options: object): Path;
    setTooltipContent(text: string): Path;
    getTooltip(): { getElement(): HTMLElement | undefined };
  }
  export class Map {
    constructor(element: HTMLElement, options: object);
    fitBounds(bounds: LatLngBounds, options?: object): Map;
    setMaxBounds(bounds: unknown): Map;
    latLngToLayerPoint(place: unknown): Point;
    on(names: string, run: () => void): Map;
    removeLayer(layer: object): Map;
    attributionControl: { addAttribution(text: string): void };
    scrollWheelZoom: { enable(): void; disable(): void };
  }
  export class GeoJSON {
    constructor(data: object, options: object);
    addTo(map: Map): GeoJSON;
    getBounds(): LatLngBounds & { pad(share: number): unknown };
    eachLayer(run: (layer: Path) => void): void;
  }
  export class TileLayer {
    constructor(url: string, options: object);
    addTo(map: Map): TileLayer;
    on(names: string, run: () => void): TileLayer;
  }
  export const Control: { Zoom: new (options: object) => { addTo(map: Map): void } };
}
