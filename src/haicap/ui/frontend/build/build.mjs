// Builds every *.ts and *.css directly in src/haicap/ui/frontend into src/haicap/ui/static/ui, and the icon sprite.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
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
};

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

/** Leave a mark of what was built: pages put it behind the addresses, so that no browser keeps an old file. */
function stamp() {
  const hash = createHash("sha256");
  for (const name of readdirSync(out).sort()) {
    if (/\.(js|css|svg)$/.test(name)) hash.update(readFileSync(join(out, name)));
  }
  writeFileSync(join(out, "build.txt"), hash.digest("hex").slice(0, 12));
}

if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
  console.log("watching");
} else {
  await esbuild.build(options);
  stamp();
}
