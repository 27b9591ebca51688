// node --test: what is written and sealed here opens with the key, has one length, and refuses what is no ballot.
import assert from "node:assert/strict";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { Aes128Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import * as esbuild from "esbuild";

const entry = fileURLToPath(new URL("./sealing.ts", import.meta.url));
const built = await esbuild.build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
const { fromBase64url, seal, toBase64url, writePaper } = await import(
  `data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`
);

const CAMPAIGN = "7f0d6a52-95c1-4c7e-8f4f-0a4f0d5a1c11";
const FIRST = "00d0c2b4-1111-4111-8111-000000000001";
const SECOND = "f0d0c2b4-2222-4222-8222-000000000002";
const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes128Gcm() });

test("names stand in ascending order and once, whatever order they were picked in", () => {
  const paper = writePaper(CAMPAIGN, [SECOND, FIRST, SECOND]);
  assert.equal(paper.length, 98);
  assert.deepEqual(paper, writePaper(CAMPAIGN, [FIRST, SECOND]));
  assert.equal(Buffer.from(paper.slice(18, 34)).toString("hex"), FIRST.replace(/-/g, ""));
});

test("six names, a step without a name and a wrong uid are refused", () => {
  const many = Array.from({ length: 6 }, (_, at) => `00000000-0000-4000-8000-00000000000${at}`);
  for (const wrong of [[many], [[], 3], [[FIRST, SECOND], 3], [[FIRST], 6], [["x"]]]) {
    assert.throws(() => writePaper(CAMPAIGN, ...wrong));
  }
});

test("an envelope opens with the private key, and two of the same paper differ", async () => {
  const pair = await suite.kem.generateKeyPair();
  const publicKey = new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey));
  const paper = writePaper(CAMPAIGN, [FIRST]);
  const [one, other] = [await seal(CAMPAIGN, publicKey, paper), await seal(CAMPAIGN, publicKey, paper)];
  assert.equal(one.length, 179);
  assert.notDeepEqual(one, other);
  const info = Buffer.concat([Buffer.from("three-heads ballot 1 "), Buffer.from(CAMPAIGN.replace(/-/g, ""), "hex")]);
  const opened = await suite.open(
    { recipientKey: pair.privateKey, enc: one.slice(0, 65).buffer, info: new Uint8Array(info).buffer },
    one.slice(65).buffer,
  );
  assert.deepEqual(new Uint8Array(opened), paper);
});

test("bytes travel as base64url", () => {
  const bytes = Uint8Array.from({ length: 179 }, (_, at) => (at * 37) % 256);
  assert.match(toBase64url(bytes), /^[A-Za-z0-9_-]{239}$/);
  assert.deepEqual(fromBase64url(toBase64url(bytes)), bytes);
});
