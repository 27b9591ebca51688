// What lies in an envelope, and how it is sealed: HPKE (RFC 9180), base mode, P-256, HKDF-SHA256, AES-128-GCM.
// The exact twin of events/ballots/sealing.py, which says what stands where. Every paper has 98 bytes, every envelope 179.
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";

const FORMAT = 1;
const PLACES = 5;
const HEAD = 2 + 16;

/** Whether this browser can seal: not in pages that came without HTTPS, and not in very old ones. */
export function canSeal(): boolean {
  return typeof crypto === "object" && typeof crypto.subtle === "object" && typeof TextEncoder === "function";
}

function hexOf(uid: string): string {
  const hex = uid.replace(/-/g, "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new Error("not a uid");
  return hex;
}

function put(into: Uint8Array, at: number, hex: string): void {
  for (let place = 0; place < 16; place += 1) into[at + place] = parseInt(hex.slice(2 * place, 2 * place + 2), 16);
}

/** The 98 bytes that are sealed: up to five names, or one with a step from 1 to 5. */
export function writePaper(campaign: string, choices: string[], step = 0): Uint8Array {
  const names = [...new Set(choices.map(hexOf))].sort();
  if (names.length > PLACES || step < 0 || step > 5 || (step && names.length !== 1)) throw new Error("not a ballot");
  const paper = new Uint8Array(HEAD + PLACES * 16);
  paper[0] = FORMAT;
  paper[1] = step;
  put(paper, 2, hexOf(campaign));
  names.forEach((name, place) => put(paper, HEAD + place * 16, name));
  return paper;
}

function infoOf(campaign: string): Uint8Array {
  const words = new TextEncoder().encode("three-heads ballot 1 ");
  const info = new Uint8Array(words.length + 16);
  info.set(words);
  put(info, words.length, hexOf(campaign));
  return info;
}

/** An envelope of 179 bytes that only the holder of the private key can open. */
export async function seal(campaign: string, publicKey: Uint8Array, paper: Uint8Array): Promise<Uint8Array> {
  const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });
  const key = await suite.kem.deserializePublicKey(exact(publicKey));
  const sender = await suite.createSenderContext({ recipientPublicKey: key, info: exact(infoOf(campaign)) });
  const sealed = new Uint8Array(await sender.seal(exact(paper)));
  const enc = new Uint8Array(sender.enc);
  const envelope = new Uint8Array(enc.length + sealed.length);
  envelope.set(enc);
  envelope.set(sealed, enc.length);
  return envelope;
}

function exact(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

/** Bytes as they travel in a form. */
export function toBase64url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** And back. */
export function fromBase64url(text: string): Uint8Array {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}
