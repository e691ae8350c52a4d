// The engine's tree as elements: groups, repeats that grow and shrink, questions. One renderer for every page.
import type { AnyNode, GroupNode, RepeatInstanceNode } from "@getodk/xforms-engine";
import { appears, type Host, type View, valueOf, viewOf } from "./controls";
import { write } from "./controls/frame";
import { el, say } from "./page";

export function childrenOf(node: AnyNode): readonly AnyNode[] {
  return (node.currentState.children ?? []) as readonly AnyNode[];
}

export function leavesOf(node: AnyNode): AnyNode[] {
  return node.currentState.children ? childrenOf(node).flatMap(leavesOf) : [node];
}

/** True for what has something to show; values that are only reckoned have not. */
export function isDrawn(node: AnyNode): boolean {
  if (node.nodeType === "model-value") return false;
  return node.nodeType === "group" ? childrenOf(node).some(isDrawn) : true;
}

const ANSWERED = ["input", "select", "rank", "range", "trigger", "upload"];

/** True for what a person answers, false for sentences and reckoned values. */
export function isAnswer(node: AnyNode): boolean {
  return ANSWERED.includes(node.nodeType) && !node.currentState.readonly;
}

export function isViolated(node: AnyNode, condition: "constraint" | "required"): boolean {
  const state = node.validationState;
  return "violation" in state && state.violation?.condition === condition;
}

export { valueOf };

type Repeat = Extract<AnyNode, { nodeType: "repeat-range:controlled" | "repeat-range:uncontrolled" }>;

/** Nodes drawn into one element, brought up to date together. */
export class Branch {
  private readonly parts: (View | Group | RepeatPart)[] = [];

  constructor(
    readonly body: HTMLElement,
    nodes: readonly AnyNode[],
    private readonly host: Host,
  ) {
    for (const node of nodes) if (isDrawn(node)) this.add(node);
  }

  private add(node: AnyNode): void {
    if (node.nodeType === "group") {
      const group = new Group(node as GroupNode, this.host);
      this.parts.push(group);
      this.body.append(group.root);
    } else if (node.nodeType === "repeat-range:controlled" || node.nodeType === "repeat-range:uncontrolled") {
      const repeat = new RepeatPart(node as Repeat, this.host);
      this.parts.push(repeat);
      this.body.append(repeat.root);
    } else {
      const view = viewOf(node, this.host);
      if (!view) return;
      this.parts.push(view);
      this.body.append(view.root);
    }
  }

  update(): void {
    for (const part of this.parts) part.update();
  }

  /** Every view below, in the order of the form. */
  all(): View[] {
    return this.parts.flatMap((part) => ("all" in part ? part.all() : [part]));
  }
}

class Group {
  readonly root: HTMLElement;
  private readonly title: HTMLElement | null;
  private readonly branch: Branch;

  constructor(
    private readonly node: GroupNode,
    private readonly host: Host,
  ) {
    const nodes = childrenOf(node as AnyNode);
    if (!node.currentState.label) {
      this.title = null;
      this.root = el("div", { class: "form-group" });
      this.branch = new Branch(this.root, nodes, host);
    } else {
      this.title = el("legend", { class: "card-header h4 mb-0" });
      const body = el("div", { class: "card-body" });
      this.root = el("fieldset", { class: "card mb-3 indicator" }, this.title, body);
      this.branch = new Branch(body, nodes, host);
    }
    if (appears(node as AnyNode, "table-list")) this.root.classList.add("table-list");
  }

  update(): void {
    this.root.hidden = !this.node.currentState.relevant;
    this.root.dataset.path = this.node.currentState.reference;
    if (this.title) write(this.title, this.node.currentState.label, this.host);
    this.branch.update();
  }

  all(): View[] {
    return this.branch.all();
  }
}

interface Drawn {
  node: RepeatInstanceNode;
  root: HTMLElement;
  title: HTMLElement;
  remove: HTMLButtonElement | null;
  branch: Branch;
}

class RepeatPart {
  readonly root = el("section", { class: "repeat mb-3" });
  private readonly list = el("div", { class: "repeat-list" });
  private readonly add: HTMLButtonElement | null = null;
  private drawn: Drawn[] = [];

  constructor(
    private readonly node: Repeat,
    private readonly host: Host,
  ) {
    this.root.append(this.list);
    if (node.nodeType === "repeat-range:uncontrolled") {
      this.add = el(
        "button",
        { type: "button", class: "btn repeat-add" },
        say("add_row", { name: this.label() }),
      );
      this.add.addEventListener("click", () => {
        node.addInstances();
        this.host.changed();
        this.update();
        const last = this.drawn[this.drawn.length - 1];
        last?.branch
          .all()
          .find((view) => !view.root.hidden)
          ?.focus();
      });
      this.root.append(this.add);
    }
  }

  private label(): string {
    return this.node.currentState.label?.asString ?? "";
  }

  private instance(node: RepeatInstanceNode): Drawn {
    const title = el("legend", { class: "card-header h4 mb-0 d-flex gap-2 align-items-center" });
    const body = el("div", { class: "card-body" });
    const root = el("fieldset", { class: "card mb-2 indicator repeat-row" }, title, body);
    const remove =
      this.node.nodeType === "repeat-range:uncontrolled"
        ? el(
            "button",
            { type: "button", class: "btn btn-sm btn-ghost-danger repeat-remove" },
            say("remove_row"),
          )
        : null;
    remove?.addEventListener("click", () => this.remove(node));
    const branch = new Branch(body, childrenOf(node as AnyNode), this.host);
    if (remove) body.append(remove);
    return { node, root, title, remove, branch };
  }

  private remove(instance: RepeatInstanceNode): void {
    const at = this.node.currentState.children.indexOf(instance);
    if (at < 0 || this.node.nodeType !== "repeat-range:uncontrolled") return;
    this.node.removeInstances(at, 1);
    this.host.changed();
    this.update();
    this.add?.focus();
  }

  update(): void {
    this.root.hidden = !this.node.currentState.relevant;
    this.root.dataset.path = this.node.currentState.reference;
    const now: readonly RepeatInstanceNode[] = this.node.currentState.children;
    if (now.length !== this.drawn.length || now.some((node, at) => this.drawn[at]?.node !== node)) {
      const before = new Map(this.drawn.map((one) => [one.node, one]));
      this.drawn = now.map((node) => before.get(node) ?? this.instance(node));
      this.list.replaceChildren(...this.drawn.map((one) => one.root));
    }
    this.drawn.forEach((one, at) => {
      const own = one.node.currentState.label?.asString || this.label();
      const words = say("row", { name: own, number: at + 1 });
      if (one.title.textContent !== words) one.title.textContent = words;
      one.remove?.setAttribute("aria-label", `${say("remove_row")}: ${words}`);
      one.root.hidden = !one.node.currentState.relevant;
      one.root.dataset.path = one.node.currentState.reference;
      one.branch.update();
    });
  }

  all(): View[] {
    return this.drawn.flatMap((one) => one.branch.all());
  }
}
