// The report's panels: one per content area, one card per indicator.
import type { AnyNode, RootNode } from "@getodk/xforms-engine";
import { appears, type Host, type View, valueOf } from "./controls";
import { EvidenceList } from "./evidence";
import { type AreaInfo, type Config, el, nameOf, say } from "./page";
import type { Count, Panel } from "./sections";
import { Branch, childrenOf, isAnswer, isViolated, leavesOf } from "./tree";

export const OPEN_STATES = ["not_started", "drafting", "returned"];

/** One content area and its panel. */
export class AreaPanel implements Panel {
  readonly root: HTMLElement;
  private branch: Branch | null = null;

  constructor(
    readonly info: AreaInfo,
    readonly node: AnyNode,
    private readonly config: Config,
    private readonly changed: () => void,
    private readonly lists: Map<string, EvidenceList>,
  ) {
    this.root = el("section", { class: "area-panel", id: `area-${info.code}`, hidden: true, tabindex: "-1" });
    this.root.setAttribute("aria-labelledby", `area-title-${info.code}`);
  }

  get id(): string {
    return this.info.code;
  }

  get title(): string {
    return `${this.info.code}. ${this.info.name}`;
  }

  get relevant(): boolean {
    return this.node.currentState.relevant;
  }

  get locked(): boolean {
    return !OPEN_STATES.includes(this.info.state);
  }

  get views(): View[] {
    return this.branch?.all() ?? [];
  }

  draw(): void {
    if (this.branch) return;
    const title = this.node.currentState.label?.asString ?? "";
    this.root.append(el("h2", { class: "h2", id: `area-title-${this.info.code}` }, title));
    if (this.info.reason) {
      this.root.append(
        el("div", { class: "alert alert-danger" }, say("returned", { reason: this.info.reason })),
      );
    }
    if (this.locked) this.root.append(el("div", { class: "alert alert-info" }, say("locked")));
    const body = el("fieldset", { class: "area-body", disabled: this.locked });
    body.append(el("legend", { class: "visually-hidden" }, title));
    this.branch = new Branch(body, childrenOf(this.node), this.host());
    this.root.append(body);
    this.update();
  }

  private host(): Host {
    return {
      locale: this.config.locale,
      longText: true,
      changed: this.changed,
      id: (node) => nameOf(node.currentState.reference),
      media: () => undefined,
      guidance: () => "",
      special: (node) => (node.nodeType === "upload" ? this.evidence(node) : undefined),
      removeFile: () => {},
    };
  }

  private evidence(node: AnyNode): View {
    const name = nameOf(node.currentState.reference);
    const indicator = name.replace(/^evidence_/, "");
    const code = this.config.indicators[indicator] ?? indicator;
    const state = node.currentState;
    const list = new EvidenceList(
      code,
      this.config,
      state.label?.asString ?? indicator,
      state.hint?.asString ?? "",
      this.locked,
    );
    this.lists.set(code, list);
    return { name, node, root: list.root, touched: false, update: () => {}, focus: () => {} };
  }

  update(): void {
    this.branch?.update();
  }

  show(visible: boolean): void {
    if (visible) this.draw();
    this.root.hidden = !visible;
  }

  /** Counts indicators: asked ones, answered ones, and answers that break a rule. */
  count(): Count {
    const total: Count = { done: 0, all: 0, wrong: 0 };
    for (const group of childrenOf(this.node)) {
      if (group.nodeType !== "group") continue;
      const asked = leavesOf(group).filter((leaf) => leaf.nodeType !== "upload" && isAnswer(leaf));
      if (!asked.length) continue;
      total.all += 1;
      const relevant = asked.filter((leaf) => leaf.currentState.relevant);
      const filled = relevant.filter((leaf) => valueOf(leaf) !== "");
      const missing = relevant.some((leaf) => leaf.currentState.required && valueOf(leaf) === "");
      if (!missing && filled.length) total.done += 1;
      total.wrong += relevant.filter((leaf) => isViolated(leaf, "constraint")).length;
      total.wrong += leavesOf(group).filter(isBrokenRule).length;
    }
    return total;
  }
}

function isBrokenRule(node: AnyNode): boolean {
  return node.nodeType === "note" && node.currentState.relevant && appears(node, "error");
}

export function groupNamed(root: RootNode, name: string): AnyNode | undefined {
  return (root.currentState.children as readonly AnyNode[]).find(
    (node) => nameOf(node.currentState.reference) === name,
  );
}
