// Collects the icons named in templates and Python sources into one SVG sprite.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const patterns = [/\{%\s*icon\s+["']([a-z0-9-]+)["']/g, /\bicon=["']([a-z0-9-]+)["']/g];

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!["static", "frontend", "locale", "migrations", "tests", "__pycache__"].includes(entry.name)) {
        yield* sources(path);
      }
    } else if (/\.(html|py)$/.test(entry.name)) {
      yield path;
    }
  }
}

function wanted(root) {
  const names = new Map();
  for (const line of readFileSync(join(here, "icons.txt"), "utf8").split("\n")) {
    const name = line.replace(/#.*/, "").trim();
    if (name) names.set(name, "icons.txt");
  }
  for (const path of sources(join(root, "src/haicap"))) {
    const text = readFileSync(path, "utf8");
    for (const pattern of patterns) {
      for (const match of text.matchAll(pattern)) names.set(match[1], relative(root, path));
    }
  }
  return new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function symbol(name, source) {
  const body = source.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s*\n\s*/g, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
}

/** Write the sprite; return the names that are no Tabler icon, each with the file that asks for it. */
export function writeSprite({ root, target }) {
  const outline = resolve(root, "node_modules/@tabler/icons/icons/outline");
  const missing = [];
  const symbols = [];
  for (const [name, file] of wanted(root)) {
    const path = join(outline, `${name}.svg`);
    if (existsSync(path)) symbols.push(symbol(name, readFileSync(path, "utf8")));
    else missing.push({ name, file });
  }
  const head = '<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="2"';
  writeFileSync(target, `${head} stroke-linecap="round" stroke-linejoin="round">${symbols.join("")}</svg>\n`);
  return missing;
}
