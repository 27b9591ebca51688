// node --test: publications that a test of Python has written, computed again as the page does it.
// RECOUNTS is the path of a JSON file: [{zip, fingerprint, wrong: [steps that must not fit], exact, ballots, chosen}].
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const both = { contents: 'export * from "./archive"; export * from "./tally";', resolveDir: here, loader: "ts" };
const built = await esbuild.build({ stdin: both, bundle: true, format: "esm", write: false });
const { openArchive, recount } = await import(
  `data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`
);

for (const { zip, fingerprint, wrong, exact, ballots, chosen } of JSON.parse(readFileSync(process.env.RECOUNTS))) {
  test(`${zip} differs in ${wrong.join(", ") || "nothing"}`, async () => {
    const bytes = readFileSync(zip);
    const archive = await openArchive(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const shares = [];
    const found = await recount(archive.read, (share) => shares.push(share));
    const files = archive.isWhole && archive.fingerprint === fingerprint;
    const fits = { files, ...found.fits };
    const differ = Object.keys(fits).filter((step) => !fits[step]);
    assert.deepEqual(exact ? differ : wrong.filter((step) => fits[step]), exact ? wrong : []);
    assert.ok(shares.every((share) => share >= 0 && share <= 1));
    if (wrong.length) return;
    assert.equal(found.ballots, ballots);
    assert.deepEqual(found.streets.flatMap((street) => street.chosen.map((one) => one.name)).sort(), chosen);
  });
}
