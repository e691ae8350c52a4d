// Two people, one question: each clash is shown with both answers, and a person decides.
import type { RootNode } from "@getodk/xforms-engine";
import { type Clash, merge, plainPath } from "./merge";
import { clock, el, nameOf, say } from "./page";
import { isAnswer, leavesOf } from "./tree";

function ask(
  clashes: Clash[],
  label: (name: string) => string,
  who: string,
  at: string,
): Promise<Map<string, string>> {
  const form = el("form", { method: "dialog" });
  for (const clash of clashes) {
    const option = (side: "mine" | "theirs", words: string, value: string) => {
      const id = `clash-${clash.name}-${side}`;
      const input = el("input", {
        type: "radio",
        class: "form-check-input",
        id,
        name: clash.name,
        value: side,
        required: true,
      });
      const text = el("label", { class: "form-check-label", for: id }, `${words}: ${value || say("blank")}`);
      return el("div", { class: "form-check" }, input, text);
    };
    form.append(
      el(
        "fieldset",
        { class: "field mb-3" },
        el("legend", { class: "form-label" }, label(clash.name)),
        option("mine", say("conflict_mine"), clash.mine),
        option("theirs", say("conflict_theirs"), clash.theirs),
      ),
    );
  }
  form.append(el("button", { class: "btn btn-primary", type: "submit" }, say("conflict_done")));
  const title = el("h2", { class: "h3", id: "conflict-title" }, say("conflict_title"));
  const lead = el("p", {}, say("conflict_lead", { person: who, time: clock(at) }));
  const dialog = el(
    "dialog",
    { class: "conflict-dialog", "aria-labelledby": "conflict-title" },
    title,
    lead,
    form,
  );
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.showModal();
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = new Map<string, string>();
      for (const [name, side] of new FormData(form)) chosen.set(name, String(side));
      dialog.remove();
      resolve(chosen);
    });
  });
}

/** Puts two states of an instance together; what both answered differently a person decides. */
export async function together(
  root: RootNode,
  base: string,
  mine: string,
  other: { xml: string; saved_by: string; saved_at: string },
): Promise<string> {
  const first = merge(base, mine, other.xml);
  if (!first.clashes.length) return first.xml;
  const leaves = new Map(leavesOf(root).map((leaf) => [plainPath(leaf.currentState.reference), leaf]));
  // what is reckoned is reckoned anew; only answers are asked about
  const asked = first.clashes.filter(({ name }) => {
    const leaf = leaves.get(name);
    return !leaf || isAnswer(leaf);
  });
  const label = (name: string) => leaves.get(name)?.currentState.label?.asString ?? nameOf(name);
  const chosen = asked.length
    ? await ask(asked, label, other.saved_by, other.saved_at)
    : new Map<string, string>();
  for (const { name } of first.clashes) if (!chosen.has(name)) chosen.set(name, "mine");
  return merge(base, mine, other.xml, chosen).xml;
}
