// Two people, one question: each clash is shown with both answers, and a person decides.
import type { Clash } from "./merge";
import { clock, el, say } from "./page";

export function ask(
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
