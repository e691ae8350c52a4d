// Three-way merge of a form instance: what only one side changed is taken, what both changed is asked.

export interface Clash {
  name: string; // the path of the question, with the place of each row: /data/member[2]/age
  mine: string;
  theirs: string;
}

export interface Merged {
  xml: string;
  clashes: Clash[];
}

/** A path without the place of first rows: /data/member[1]/age and /data/member/age are one question. */
export function plainPath(path: string): string {
  return path.replace(/\[1\]/g, "");
}

/** Every element by its plain path, in the order of the document. */
export function elementsOf(xml: string): { document: Document; byPath: Map<string, Element> } {
  const document = new DOMParser().parseFromString(xml, "text/xml");
  const byPath = new Map<string, Element>();
  const walk = (node: Element, path: string) => {
    byPath.set(path, node);
    const seen = new Map<string, number>();
    for (const child of node.children) {
      const place = (seen.get(child.localName) ?? 0) + 1;
      seen.set(child.localName, place);
      walk(child, `${path}/${child.localName}${place > 1 ? `[${place}]` : ""}`);
    }
  };
  const root = document.documentElement;
  walk(root, `/${root.localName}`);
  return { document, byPath };
}

function textOf(node: Element | undefined): string {
  return node && !node.children.length ? (node.textContent ?? "") : "";
}

function isOwn(path: string): boolean {
  return /\/(instanceID|deprecatedID)$/.test(path);
}

/** True where nothing below `path` was changed from `before` to `after`. */
function untouched(path: string, before: Map<string, Element>, after: Map<string, Element>): boolean {
  const was = before.get(path);
  const now = after.get(path);
  return !!was && !!now && was.isEqualNode(now);
}

/** Puts `mine` beside its siblings of the same name, or at the end of its parent. */
function insert(target: Document, parent: Element, mine: Element): void {
  const same = [...parent.children].filter((child) => child.localName === mine.localName);
  const copy = target.importNode(mine, true);
  const last = same[same.length - 1];
  if (last) last.after(copy);
  else parent.append(copy);
}

/** Rows and groups only one side has: added by me they are taken, removed by me they go. */
function structure(
  before: Map<string, Element>,
  own: Map<string, Element>,
  target: ReturnType<typeof elementsOf>,
): void {
  for (const [path, mine] of own) {
    if (target.byPath.has(path) || !mine.parentElement) continue;
    if (untouched(path, before, own)) continue; // they took it away, and I did not change it
    const parent = target.byPath.get(path.slice(0, path.lastIndexOf("/")));
    if (parent?.isConnected) insert(target.document, parent, mine);
  }
  for (const [path, theirs] of target.byPath) {
    if (own.has(path) || !before.has(path) || isOwn(path)) continue;
    if (untouched(path, before, target.byPath)) theirs.remove();
  }
}

/** Merges into theirs; `chosen` settles clashes by question ("mine" or "theirs"). */
export function merge(
  base: string,
  mine: string,
  theirs: string,
  chosen: Map<string, string> = new Map(),
): Merged {
  const before = elementsOf(base || theirs).byPath;
  const own = elementsOf(mine).byPath;
  const target = elementsOf(theirs);
  const clashes: Clash[] = [];
  for (const [path, node] of target.byPath) {
    const ourNode = own.get(path);
    if (node.children.length || !ourNode || ourNode.children.length || isOwn(path)) continue;
    const was = textOf(before.get(path));
    const ours = textOf(ourNode);
    const other = textOf(node);
    if (ours === was || ours === other) continue;
    const choice = chosen.get(path);
    if (other === was || choice === "mine") node.textContent = ours;
    else if (choice === undefined) clashes.push({ name: path, mine: ours, theirs: other });
  }
  structure(before, own, target);
  return { xml: new XMLSerializer().serializeToString(target.document), clashes };
}
