// Three-way merge of a form instance: what only one side changed is taken, what both changed is asked.

export interface Clash {
  name: string;
  mine: string;
  theirs: string;
}

export interface Merged {
  xml: string;
  clashes: Clash[];
}

function leaves(xml: string): { document: Document; byName: Map<string, Element> } {
  const document = new DOMParser().parseFromString(xml, "text/xml");
  const byName = new Map<string, Element>();
  for (const node of document.querySelectorAll("*")) {
    if (!node.children.length && node.localName !== "instanceID") byName.set(node.localName, node);
  }
  return { document, byName };
}

/** Merges into theirs; `chosen` settles clashes by question ("mine" or "theirs"). */
export function merge(
  base: string,
  mine: string,
  theirs: string,
  chosen: Map<string, string> = new Map(),
): Merged {
  const before = leaves(base).byName;
  const own = leaves(mine).byName;
  const target = leaves(theirs);
  const clashes: Clash[] = [];
  for (const [name, node] of target.byName) {
    const was = before.get(name)?.textContent ?? "";
    const ours = own.get(name)?.textContent ?? "";
    const other = node.textContent ?? "";
    if (ours === was || ours === other) continue;
    const choice = chosen.get(name);
    if (other === was || choice === "mine") node.textContent = ours;
    else if (choice === undefined) clashes.push({ name, mine: ours, theirs: other });
  }
  return { xml: new XMLSerializer().serializeToString(target.document), clashes };
}
