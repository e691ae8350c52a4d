// The parts of any form: each group at the top is one, questions between them are gathered.
import type { AnyNode, RootNode } from "@getodk/xforms-engine";
import type { Host, View } from "./controls";
import { valueOf } from "./controls";
import { write } from "./controls/frame";
import { el, say } from "./page";
import type { Count, Panel } from "./sections";
import { Branch, childrenOf, isAnswer, isDrawn, isViolated, leavesOf } from "./tree";

export class GroupPanel implements Panel {
  readonly root: HTMLElement;
  private readonly heading = el("h2", { class: "h2" });
  private branch: Branch | null = null;

  constructor(
    readonly id: string,
    private readonly own: AnyNode | null, // the group, null for loose questions
    private readonly nodes: readonly AnyNode[],
    private readonly host: Host,
    private readonly alone: boolean,
  ) {
    this.heading.id = `area-title-${id}`;
    this.root = el("section", {
      class: "area-panel",
      id: `area-${id}`,
      hidden: true,
      tabindex: "-1",
      "aria-labelledby": this.heading.id,
    });
  }

  get title(): string {
    return this.own?.currentState.label?.asString || say("part", { number: this.id });
  }

  get relevant(): boolean {
    return this.own ? this.own.currentState.relevant : this.nodes.some((node) => node.currentState.relevant);
  }

  get views(): View[] {
    return this.branch?.all() ?? [];
  }

  draw(): void {
    if (this.branch) return;
    const body = el("div", { class: "area-body card card-body" });
    this.branch = new Branch(body, this.nodes, this.host);
    this.root.append(this.heading, body);
    this.update();
  }

  update(): void {
    this.heading.hidden = this.alone && !this.own?.currentState.label;
    write(this.heading, this.own?.currentState.label ?? null, this.host, this.title);
    this.branch?.update();
  }

  show(visible: boolean): void {
    if (visible) this.draw();
    this.root.hidden = !visible;
  }

  /** Counts questions: asked ones, answered ones, and answers that are not allowed. */
  count(): Count {
    const total: Count = { done: 0, all: 0, wrong: 0 };
    for (const leaf of this.nodes.flatMap(leavesOf)) {
      if (!isAnswer(leaf) || !leaf.currentState.relevant) continue;
      total.all += 1;
      if (valueOf(leaf) !== "") total.done += 1;
      if (isViolated(leaf, "constraint")) total.wrong += 1;
    }
    return total;
  }
}

function standsAlone(node: AnyNode): boolean {
  if (node.nodeType === "group") return !!node.currentState.label;
  return node.nodeType.startsWith("repeat-range") && !!node.currentState.label;
}

/** Returns the panels of a form in its order. */
export function panelsOf(root: RootNode, host: Host): GroupPanel[] {
  const runs: { own: AnyNode | null; nodes: AnyNode[] }[] = [];
  for (const node of childrenOf(root as AnyNode).filter(isDrawn)) {
    const last = runs[runs.length - 1];
    if (standsAlone(node))
      runs.push({ own: node, nodes: node.nodeType === "group" ? [...childrenOf(node)] : [node] });
    else if (last && !last.own) last.nodes.push(node);
    else runs.push({ own: null, nodes: [node] });
  }
  return runs.map(
    ({ own, nodes }, at) => new GroupPanel(String(at + 1), own, nodes, host, runs.length === 1),
  );
}
