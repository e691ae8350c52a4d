// One control per kind of question, in the markup of every other form of the house.
import type { AnyNode, InputNode, SelectNode } from "@getodk/xforms-engine";
import { toPlain, toShown } from "./numbers";
import { el, nameOf, say } from "./page";

export interface Host {
  locale: string;
  changed: () => void;
}

export interface View {
  name: string;
  node: AnyNode;
  root: HTMLElement;
  update: () => void;
  focus: () => void;
  touched: boolean;
}

type Leaf = InputNode | SelectNode;

function wrong(node: Leaf, touched: boolean): string {
  const violation = node.validationState.violation;
  if (!violation || (!touched && violation.condition === "required")) return "";
  return violation.message?.asString || (violation.condition === "required" ? say("required") : "");
}

interface Frame {
  root: HTMLElement;
  label: HTMLElement;
  error: HTMLElement;
  ids: { control: string; describedBy: string };
}

function frame(node: AnyNode, tag: "div" | "fieldset"): Frame {
  const name = nameOf(node.currentState.reference);
  const ids = { control: `q-${name}`, describedBy: `q-${name}-error` };
  const label =
    tag === "fieldset"
      ? el("legend", { class: "form-label" })
      : el("label", { class: "form-label", for: ids.control });
  const error = el("div", { class: "invalid-feedback d-block", id: ids.describedBy, hidden: true });
  const root = el(tag, { class: "field mb-3", "data-name": name, id: `field-${name}` }, label);
  return { root, label, error, ids };
}

function label(view: Frame, node: AnyNode): void {
  const text = node.currentState.label?.asString ?? nameOf(node.currentState.reference);
  if (view.label.textContent !== text) view.label.textContent = text;
  view.label.classList.toggle("required", node.currentState.required);
}

function tell(view: Frame, control: HTMLElement, message: string): void {
  view.error.hidden = message === "";
  if (view.error.textContent !== message) view.error.textContent = message;
  control.classList.toggle("is-invalid", message !== "");
  if (message) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

export function inputView(node: InputNode, host: Host): View {
  const shell = frame(node, "div");
  const kind = node.valueType;
  const isNumber = kind === "int" || kind === "decimal";
  const multiline = kind === "string";
  const common = { id: shell.ids.control, class: "form-control", "aria-describedby": shell.ids.describedBy };
  const control = multiline
    ? el("textarea", { ...common, rows: "2" })
    : el("input", {
        ...common,
        type: kind === "date" ? "date" : "text",
        inputmode: isNumber ? (kind === "int" ? "numeric" : "decimal") : undefined,
        autocomplete: "off",
      });
  shell.root.append(control, shell.error);
  let unreadable = "";
  const stored = () => node.currentState.instanceValue;
  const take = () => {
    const typed = control.value;
    const plain = isNumber ? toPlain(typed, kind === "int") : typed;
    unreadable = plain === null ? say(kind === "int" ? "not_whole" : "not_number") : "";
    node.setValue((plain || null) as never);
    host.changed();
  };
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => control.focus(),
    update: () => {
      shell.root.hidden = !node.currentState.relevant;
      label(shell, node);
      control.readOnly = node.currentState.readonly;
      control.classList.toggle("computed", node.currentState.readonly);
      if (document.activeElement !== control && !unreadable) {
        const shown = isNumber ? toShown(stored(), host.locale) : stored();
        if (control.value !== shown) control.value = shown;
      }
      tell(shell, control, unreadable || wrong(node, view.touched));
    },
  };
  control.addEventListener("input", take);
  control.addEventListener("blur", () => {
    view.touched = true;
    view.update();
  });
  return view;
}

function optionBox(type: "radio" | "checkbox", group: string, value: string, text: string) {
  const id = `q-${group}-${value}`;
  const input = el("input", { type, id, name: `q-${group}`, value, class: "form-check-input" });
  const words = el("label", { class: "form-check-label", for: id }, text);
  return { input, words, box: el("div", { class: "form-check" }, input, words) };
}

/** A single choice "yes": a tick, such as "does not apply". */
function tickView(node: SelectNode, host: Host): View {
  const name = nameOf(node.currentState.reference);
  const value = node.currentState.valueOptions[0]?.value ?? "yes";
  const option = optionBox("checkbox", name, value, "");
  const root = el("div", { class: "field mb-2", "data-name": name, id: `field-${name}` }, option.box);
  option.input.addEventListener("change", () => {
    node.selectValue(option.input.checked ? value : null);
    host.changed();
  });
  return {
    name,
    node,
    root,
    touched: false,
    focus: () => option.input.focus(),
    update: () => {
      root.hidden = !node.currentState.relevant;
      option.words.textContent = node.currentState.label?.asString ?? name;
      option.input.checked = node.isSelected(value);
      option.input.disabled = node.currentState.readonly;
    },
  };
}

export function selectView(node: SelectNode, host: Host): View {
  const many = node.selectType === "select";
  if (!many && node.currentState.valueOptions.length === 1) return tickView(node, host);
  const name = nameOf(node.currentState.reference);
  const shell = frame(node, "fieldset");
  shell.root.setAttribute("aria-describedby", shell.ids.describedBy);
  const options = node.currentState.valueOptions.map((item) => ({
    item,
    ...optionBox(many ? "checkbox" : "radio", name, item.value, item.label.asString),
  }));
  const clear = el("button", { type: "button", class: "btn btn-link btn-sm p-0" }, say("clear"));
  const choices = el("div", { class: "choices" }, ...options.map((option) => option.box));
  shell.root.append(choices, shell.error);
  if (!many) shell.root.append(clear);
  const view: View = {
    name,
    node,
    root: shell.root,
    touched: false,
    focus: () => options[0]?.input.focus(),
    update: () => {
      shell.root.hidden = !node.currentState.relevant;
      label(shell, node);
      for (const { item, input, words } of options) {
        input.checked = node.isSelected(item.value);
        input.disabled = node.currentState.readonly;
        if (words.textContent !== item.label.asString) words.textContent = item.label.asString;
      }
      clear.hidden = node.currentState.value.length === 0 || node.currentState.readonly;
      tell(shell, choices, wrong(node, view.touched));
    },
  };
  choices.addEventListener("change", () => {
    const chosen = options.filter((option) => option.input.checked).map((option) => option.item.value);
    view.touched = true;
    if (many) node.selectValues(chosen);
    else node.selectValue(chosen[0] ?? null);
    host.changed();
  });
  clear.addEventListener("click", () => {
    node.selectValue(null);
    host.changed();
    options[0]?.input.focus();
  });
  return view;
}

/** A sentence of the form: shown while a rule does not hold. */
export function noteView(node: AnyNode): View {
  const name = nameOf(node.currentState.reference);
  const severe = [...(node.appearances ?? [])].includes("error");
  const root = el("div", {
    class: `alert ${severe ? "alert-danger" : "alert-warning"} py-2`,
    id: `field-${name}`,
    "data-name": name,
    tabindex: "-1",
  });
  return {
    name,
    node,
    root,
    touched: false,
    focus: () => root.focus(),
    update: () => {
      root.hidden = !node.currentState.relevant;
      const text = node.currentState.label?.asString ?? "";
      if (root.textContent !== text) root.textContent = text;
    },
  };
}

export function otherView(node: AnyNode): View {
  const name = nameOf(node.currentState.reference);
  const words = el("p", { class: "text-secondary mb-0" }, say("other_kind"));
  const title = el("p", { class: "form-label" });
  const root = el(
    "div",
    { class: "field mb-3", "data-name": name, id: `field-${name}`, tabindex: "-1" },
    title,
    words,
  );
  return {
    name,
    node,
    root,
    touched: false,
    focus: () => root.focus(),
    update: () => {
      root.hidden = !node.currentState.relevant;
      title.textContent = node.currentState.label?.asString ?? name;
    },
  };
}
