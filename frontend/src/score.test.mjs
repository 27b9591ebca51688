// node --test: the script comes to what the program comes to; both read the same examples.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const built = await esbuild.build({ entryPoints: [here("./score.ts")], bundle: true, format: "esm", write: false });
const { scoreOf } = await import(
  `data:text/javascript;base64,${Buffer.from(built.outputFiles[0].text).toString("base64")}`
);

for (const [number, { parts, told }] of JSON.parse(readFileSync(here("../../tests/results/vectors.json"))).entries()) {
  test(`example ${number} comes to what it should`, () => assert.deepEqual({ ...scoreOf(parts) }, told));
}
