// The engine's nodes as a page: one panel per content area, one card per indicator.
import type { AnyNode, GeneralChildNode, InputNode, RootNode, SelectNode } from "@getodk/xforms-engine";
import { type Host, inputView, noteView, otherView, selectView, type View } from "./controls";
import { EvidenceList } from "./evidence";
import { type AreaInfo, type Config, el, nameOf, say } from "./page";

export const OPEN_STATES = ["not_started", "drafting", "returned"];

export interface Count {
  done: number;
  all: number;
  wrong: number;
}

/** One content area and its panel. */
export class AreaPanel {
  readonly root: HTMLElement;
  readonly views: View[] = [];
  private drawn = false;

  constructor(
    readonly info: AreaInfo,
    readonly node: AnyNode,
    private readonly config: Config,
    private readonly host: Host,
    private readonly lists: Map<string, EvidenceList>,
  ) {
    this.root = el("section", { class: "area-panel", id: `area-${info.code}`, hidden: true, tabindex: "-1" });
    this.root.setAttribute("aria-labelledby", `area-title-${info.code}`);
  }

  get locked(): boolean {
    return !OPEN_STATES.includes(this.info.state);
  }

  draw(): void {
    if (this.drawn) return;
    this.drawn = true;
    this.root.append(
      el(
        "h2",
        { class: "h2", id: `area-title-${this.info.code}` },
        this.node.currentState.label?.asString ?? "",
      ),
    );
    if (this.info.reason) {
      this.root.append(
        el("div", { class: "alert alert-danger" }, say("returned", { reason: this.info.reason })),
      );
    }
    if (this.locked) this.root.append(el("div", { class: "alert alert-info" }, say("locked")));
    const body = el("fieldset", { class: "area-body", disabled: this.locked });
    body.append(el("legend", { class: "visually-hidden" }, this.node.currentState.label?.asString ?? ""));
    this.fill(body, this.node.currentState.children ?? []);
    this.root.append(body);
    this.update();
  }

  private fill(parent: HTMLElement, nodes: readonly GeneralChildNode[] | readonly AnyNode[]): void {
    for (const node of nodes as readonly AnyNode[]) {
      if (node.nodeType === "group") parent.append(this.group(node));
      else this.leaf(parent, node);
    }
  }

  private group(node: AnyNode): HTMLElement {
    const title = node.currentState.label?.asString ?? "";
    const body = el("div", { class: "card-body" });
    this.fill(body, (node.currentState.children ?? []) as readonly AnyNode[]);
    return el(
      "fieldset",
      { class: "card mb-3 indicator" },
      el("legend", { class: "card-header h4 mb-0" }, title),
      body,
    );
  }

  private leaf(parent: HTMLElement, node: AnyNode): void {
    if (node.nodeType === "upload") {
      const name = nameOf(node.currentState.reference).replace(/^evidence_/, "");
      const code = this.config.indicators[name] ?? name;
      const title = node.currentState.label?.asString ?? name;
      const list = new EvidenceList(
        code,
        this.config,
        title,
        node.currentState.hint?.asString ?? "",
        this.locked,
      );
      this.lists.set(code, list);
      parent.append(list.root);
      return;
    }
    if (node.nodeType === "model-value") return;
    let view: View;
    if (node.nodeType === "input") view = inputView(node as InputNode, this.host);
    else if (node.nodeType === "select") view = selectView(node as SelectNode, this.host);
    else if (node.nodeType === "note")
      view = nameOf(node.currentState.reference).startsWith("rule_") ? noteView(node) : otherView(node);
    else view = otherView(node);
    this.views.push(view);
    parent.append(view.root);
  }

  update(): void {
    for (const view of this.views) view.update();
  }

  show(visible: boolean): void {
    if (visible) this.draw();
    this.root.hidden = !visible;
  }

  /** Counts indicators: asked ones, answered ones, and answers that break a rule. */
  count(): Count {
    const total: Count = { done: 0, all: 0, wrong: 0 };
    for (const group of (this.node.currentState.children ?? []) as readonly AnyNode[]) {
      if (group.nodeType !== "group") continue;
      const asked = leavesOf(group).filter((leaf) => !leaf.currentState.readonly && isAnswer(leaf));
      if (!asked.length) continue;
      total.all += 1;
      const relevant = asked.filter((leaf) => leaf.currentState.relevant);
      const filled = relevant.filter((leaf) => answerOf(leaf) !== "");
      const missing = relevant.some((leaf) => leaf.currentState.required && answerOf(leaf) === "");
      if (!missing && filled.length) total.done += 1;
      total.wrong += relevant.filter((leaf) => violated(leaf)).length;
      total.wrong += leavesOf(group).filter(isBrokenRule).length;
    }
    return total;
  }
}

function isAnswer(node: AnyNode): boolean {
  return node.nodeType === "input" || node.nodeType === "select";
}

function isBrokenRule(node: AnyNode): boolean {
  return (
    node.nodeType === "note" && node.currentState.relevant && [...(node.appearances ?? [])].includes("error")
  );
}

function violated(node: AnyNode): boolean {
  const state = node.validationState;
  return "violation" in state && state.violation?.condition === "constraint";
}

function answerOf(node: AnyNode): string {
  return "instanceValue" in node.currentState ? node.currentState.instanceValue : "";
}

export function leavesOf(node: AnyNode): AnyNode[] {
  const children = (node.currentState.children ?? null) as readonly AnyNode[] | null;
  return children ? children.flatMap(leavesOf) : [node];
}

export function groupNamed(root: RootNode, name: string): AnyNode | undefined {
  return (root.currentState.children as readonly AnyNode[]).find(
    (node) => nameOf(node.currentState.reference) === name,
  );
}
