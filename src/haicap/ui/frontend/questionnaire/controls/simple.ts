// Sentences of the form, confirmations, and kinds nobody can answer in a browser.
import type { AnyNode, TriggerNode } from "@getodk/xforms-engine";
import { el, nameOf, say } from "../page";
import { appears, dress, frame, type Host, tell, type View, valueOf, wrong, write } from "./frame";

/** A sentence of the form; with the appearance "error" or "warning" it tells of a rule that does not hold. */
export function noteView(node: AnyNode, host: Host): View {
  const severe = appears(node, "error");
  const rule = severe || appears(node, "warning");
  const root = el("div", {
    class: rule ? `alert ${severe ? "alert-danger" : "alert-warning"} py-2` : "form-note field mb-3",
    id: `field-${host.id(node)}`,
    "data-name": nameOf(node.currentState.reference),
    "data-kind": "note",
    tabindex: "-1",
  });
  const words = el("div");
  const hint = el("div", { class: "form-text" });
  const value = el("output", { class: "form-note-value" });
  root.append(words, hint, value);
  return {
    name: nameOf(node.currentState.reference),
    node,
    root,
    touched: false,
    focus: () => root.focus(),
    update: () => {
      const state = node.currentState;
      root.hidden = !state.relevant;
      root.dataset.path = state.reference;
      write(words, state.label, host);
      write(hint, state.hint, host);
      hint.hidden = !state.hint?.asString;
      const text = valueOf(node);
      value.hidden = text === "";
      if (value.textContent !== text) value.textContent = text;
    },
  };
}

/** "I have read this": one box to tick. */
export function triggerView(node: TriggerNode, host: Host): View {
  const shell = frame(node, host, "fieldset");
  const input = el("input", {
    type: "checkbox",
    class: "form-check-input",
    id: shell.ids.control,
    "aria-describedby": shell.ids.describedBy,
  });
  const words = el("label", { class: "form-check-label", for: shell.ids.control }, say("confirm"));
  shell.root.append(el("div", { class: "form-check" }, input, words), shell.error);
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => input.focus(),
    update: () => {
      dress(shell, node, host);
      input.checked = node.currentState.value === true;
      input.disabled = node.currentState.readonly;
      tell(shell, input, wrong(node, view.touched));
    },
  };
  input.addEventListener("change", () => {
    view.touched = true;
    node.setValue(input.checked);
    host.changed();
  });
  return view;
}

export function otherView(node: AnyNode, host: Host): View {
  const title = el("p", { class: "form-label" });
  const words = el("p", { class: "text-secondary mb-0" }, say("other_kind"));
  const root = el(
    "div",
    {
      class: "field mb-3",
      "data-name": nameOf(node.currentState.reference),
      "data-kind": "other",
      id: `field-${host.id(node)}`,
      tabindex: "-1",
    },
    title,
    words,
  );
  return {
    name: nameOf(node.currentState.reference),
    node,
    root,
    touched: false,
    focus: () => root.focus(),
    update: () => {
      root.hidden = !node.currentState.relevant;
      root.dataset.path = node.currentState.reference;
      write(title, node.currentState.label, host, nameOf(node.currentState.reference));
    },
  };
}
