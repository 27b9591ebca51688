// The zip of a publication, opened on the phone: every file inflated and held against the manifest.
const END_OF_DIRECTORY = 0x06054b50;
const LONGEST_TAIL = 65557; // the end record with the longest comment

export interface Archive {
  fingerprint: string; // SHA-256 of the manifest
  isWhole: boolean; // whether the files are those that the manifest lists, byte for byte
  read: (name: string) => string; // empty for a file that is not there
}

export function canOpen(): boolean {
  return typeof DecompressionStream !== "undefined" && typeof crypto !== "undefined" && crypto.subtle !== undefined;
}

export async function sha256(data: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function inflated(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

function endOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - LONGEST_TAIL); at -= 1) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  throw new Error("no zip");
}

async function entries(zip: ArrayBuffer): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const view = new DataView(zip);
  const end = endOf(view);
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    const packed = view.getUint32(at + 20, true);
    const named = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(new Uint8Array(zip, at + 46, named));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    found.set(name, await inflated(new Uint8Array(zip, start, packed)));
    at += 46 + named + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

// Throws where it is no zip, or has no manifest.
export async function openArchive(zip: ArrayBuffer): Promise<Archive> {
  const found = await entries(zip);
  const manifest = found.get("MANIFEST.json");
  if (!manifest) throw new Error("no manifest");
  found.delete("MANIFEST.json");
  const text = (data?: Uint8Array<ArrayBuffer>) => new TextDecoder().decode(data);
  const listed = (JSON.parse(text(manifest)) as { files: Record<string, { sha256: string }> }).files;
  let isWhole = Object.keys(listed).length === found.size;
  for (const [name, data] of found) isWhole = isWhole && listed[name]?.sha256 === (await sha256(data));
  return { fingerprint: await sha256(manifest), isWhole, read: (name) => text(found.get(name)) };
}
