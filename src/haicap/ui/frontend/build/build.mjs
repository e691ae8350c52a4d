// Builds every *.ts and *.css directly in src/haicap/ui/frontend into src/haicap/ui/static/ui, and the icon sprite.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { writeSprite } from "./icons.mjs";

const frontend = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const root = resolve(frontend, "../../../..");
const out = resolve(frontend, "../static/ui");
const watch = process.argv.includes("--watch");

const entryPoints = readdirSync(frontend)
  .filter((name) => /\.(ts|css)$/.test(name) && !name.endsWith(".d.ts"))
  .map((name) => join(frontend, name));

const options = {
  entryPoints,
  outdir: out,
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  splitting: true,
  entryNames: "[name]",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file", ".png": "file", ".wasm": "file" },
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
  metafile: true,
};

// What the form pages are made of; the service worker keeps these files, with all they import.
const OFFLINE = ["ui.js", "ui.css", "collect.js", "collectlist.js", "questionnaire.js", "questionnaire.css"];

mkdirSync(out, { recursive: true });
rmSync(join(out, "chunks"), { recursive: true, force: true });
rmSync(join(out, "assets"), { recursive: true, force: true });
cpSync(join(frontend, "images"), join(out, "images"), { recursive: true });
copyFonts();
const missing = writeSprite({ root, target: join(out, "icons.svg") });
for (const { name, file } of missing) console.warn(`no such icon: ${name} (${file})`);

/** Lay out the typeface of printed documents (the widths of Times New Roman) and its licence, for Python to find. */
function copyFonts() {
  const source = join(root, "node_modules/@expo-google-fonts/tinos");
  const target = join(out, "fonts");
  mkdirSync(target, { recursive: true });
  for (const style of ["400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"]) {
    cpSync(join(source, style, `Tinos_${style}.ttf`), join(target, `Tinos_${style}.ttf`));
  }
  cpSync(join(source, "LICENSE_FONT"), join(target, "LICENSE_FONT"));
}

/** Returns the files that `names` need, by what esbuild says of its outputs; parts fetched on demand are left out. */
function neededBy(names, outputs) {
  const found = new Set();
  const visit = (path) => {
    if (found.has(path) || !outputs[path]) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path].imports) if (kind !== "dynamic-import") visit(next);
  };
  const base = relative(root, out);
  for (const name of names) visit(join(base, name));
  return [...found].map((path) => relative(base, path)).sort();
}

/** Tells the service worker which build it belongs to and what to keep of it. */
function writeWorker(mark, { outputs }) {
  const files = [...neededBy(OFFLINE, outputs), "icons.svg", "images/mark.svg"];
  const path = join(out, "sw.js");
  writeFileSync(path, `self.haicapBuild=${JSON.stringify({ mark, files })};\n${readFileSync(path, "utf8")}`);
}

/** Leave a mark of what was built: pages put it behind the addresses, so that no browser keeps an old file. */
function stamp() {
  const hash = createHash("sha256");
  for (const name of readdirSync(out).sort()) {
    if (/\.(js|css|svg)$/.test(name)) hash.update(readFileSync(join(out, name)));
  }
  const mark = hash.digest("hex").slice(0, 12);
  writeFileSync(join(out, "build.txt"), mark);
  return mark;
}

if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
  console.log("watching");
} else {
  const { metafile } = await esbuild.build(options);
  writeWorker(stamp(), metafile);
}
