// Bundles scripts and styles into frontend/static/build. Nothing is fetched from elsewhere, at build time or later.
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "static", "build");
rmSync(out, { recursive: true, force: true });

await esbuild.build({
  entryPoints: {
    app: join(here, "src", "app.ts"),
    ballot: join(here, "src", "ballot.ts"),
    idle: join(here, "src", "idle.ts"),
    keying: join(here, "src", "keying.ts"),
    map: join(here, "src", "map.ts"),
    recount: join(here, "src", "recount.ts"),
    sw: join(here, "src", "sw.ts"),
    watch: join(here, "src", "watch.ts"),
  },
  bundle: true,
  format: "iife",
  target: "safari14.1",
  minify: true,
  outdir: out,
  logLevel: "warning",
});
await esbuild.build({
  // The scanner and its worker are loaded when somebody scans, so the till is a module that splits.
  entryPoints: { till: join(here, "src", "till.ts") },
  bundle: true,
  format: "esm",
  splitting: true,
  target: "safari14.1",
  minify: true,
  outdir: out,
  logLevel: "warning",
});
await esbuild.build({
  entryPoints: { app: join(here, "styles", "app.css"), map: join(here, "styles", "map.css") },
  bundle: true,
  loader: { ".png": "dataurl" }, // the few small pictures of the map's library
  target: "safari14.1",
  minify: true,
  outdir: out,
  logLevel: "warning",
});
