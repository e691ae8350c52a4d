// Choosing one or several: buttons, a list, a list that can be searched, pictures.
import type { SelectNode } from "@getodk/xforms-engine";
import { el, nameOf, say } from "../page";
import { appears, dress, type Frame, frame, type Host, tell, type View, wrong, write } from "./frame";

type Item = SelectNode["currentState"]["valueOptions"][number];

const MANY_BUTTONS = 60; // more than these are one list
const SEARCHED = 15; // more than these can be searched

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase();
}

/** Whether the choices depend on other answers: there may be one now and several later. */
function isFiltered(node: SelectNode): boolean {
  return node.definition.bodyElement.itemset?.nodes.expression.includes("[") ?? false;
}

/** A single choice "yes": a tick, such as "does not apply". */
function tickView(node: SelectNode, host: Host): View {
  const id = host.id(node);
  const value = node.currentState.valueOptions[0]?.value ?? "yes";
  const input = el("input", {
    type: "checkbox",
    id: `q-${id}-${value}`,
    name: `q-${id}`,
    value,
    class: "form-check-input",
  });
  const words = el("label", { class: "form-check-label", for: `q-${id}-${value}` });
  const shell = frame(node, host, "div");
  shell.root.classList.replace("mb-3", "mb-2");
  shell.label = words;
  shell.root.replaceChildren(el("div", { class: "form-check" }, input, words), shell.hint, shell.error);
  input.setAttribute("aria-describedby", shell.ids.describedBy);
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => input.focus(),
    update: () => {
      dress(shell, node, host);
      input.checked = node.isSelected(value);
      input.disabled = node.currentState.readonly;
      tell(shell, input, wrong(node, view.touched));
    },
  };
  input.addEventListener("change", () => {
    view.touched = true;
    node.selectValue(input.checked ? value : null);
    host.changed();
  });
  return view;
}

/** The part that draws the choices; drawn anew only where the choices are others than before. */
interface Choices {
  root: HTMLElement;
  draw: (items: readonly Item[]) => void;
  update: () => void;
  filter: (words: string) => void;
  focus: () => void;
}

function boxes(node: SelectNode, host: Host, changed: () => void): Choices {
  const many = node.selectType === "select";
  const id = host.id(node);
  const root = el("div", { class: "choices" });
  if (appears(node, "likert")) root.classList.add("choices-likert");
  else if (appears(node, "columns", "columns-pack", "compact", "horizontal", "horizontal-compact"))
    root.classList.add("choices-columns");
  let options: { item: Item; input: HTMLInputElement; words: HTMLElement; box: HTMLElement }[] = [];
  root.addEventListener("change", () => {
    const chosen = options.filter((option) => option.input.checked).map((option) => option.item.value);
    if (many) node.selectValues(chosen);
    else node.selectValue(chosen[0] ?? null);
    changed();
  });
  return {
    root,
    focus: () => (options.find((option) => option.input.checked) ?? options[0])?.input.focus(),
    filter: (words) => {
      for (const { item, input, box } of options)
        box.hidden = !input.checked && !plain(item.label.asString).includes(words);
    },
    draw: (items) => {
      options = items.map((item) => {
        const input = el("input", {
          type: many ? "checkbox" : "radio",
          id: `q-${id}-${item.value}`,
          name: `q-${id}`,
          value: item.value,
          class: "form-check-input",
        });
        const words = el("label", { class: "form-check-label", for: input.id });
        return { item, input, words, box: el("div", { class: "form-check" }, input, words) };
      });
      root.replaceChildren(...options.map((option) => option.box));
    },
    update: () => {
      for (const { item, input, words } of options) {
        input.checked = node.isSelected(item.value);
        input.disabled = node.currentState.readonly;
        write(words, item.label, host, item.value);
      }
    },
  };
}

function list(node: SelectNode, shell: Frame, changed: () => void): Choices {
  const root = el("select", {
    class: "form-select",
    id: shell.ids.control,
    "aria-describedby": shell.ids.describedBy,
  });
  let known: readonly Item[] = [];
  let words = "";
  const fill = () => {
    const shown = known.filter(
      (item) => node.isSelected(item.value) || plain(item.label.asString).includes(words),
    );
    root.replaceChildren(
      el("option", { value: "" }, say("choose")),
      ...shown.map((item) => el("option", { value: item.value }, item.label.asString)),
    );
    root.value = node.currentState.value[0] ?? "";
  };
  root.addEventListener("change", () => {
    node.selectValue(root.value || null);
    changed();
  });
  let language = "";
  return {
    root,
    focus: () => root.focus(),
    filter: (typed) => {
      words = typed;
      fill();
    },
    draw: (items) => {
      known = items;
      language = items[0]?.label.asString ?? "";
      fill();
    },
    update: () => {
      if ((known[0]?.label.asString ?? "") !== language) {
        language = known[0]?.label.asString ?? "";
        fill();
      }
      root.value = node.currentState.value[0] ?? "";
      root.disabled = node.currentState.readonly;
    },
  };
}

export function selectView(node: SelectNode, host: Host): View {
  const many = node.selectType === "select";
  const items = node.currentState.valueOptions;
  const isTick = !many && items.length === 1 && !isFiltered(node);
  if (isTick && !appears(node, "label", "list-nolabel", "minimal")) return tickView(node, host);
  const asList = !many && (appears(node, "minimal", "autocomplete", "search") || items.length > MANY_BUTTONS);
  const shell = frame(node, host, asList ? "div" : "fieldset");
  shell.root.dataset.kind = many ? "select" : asList ? "select1-list" : "select1";
  if (!asList) shell.root.setAttribute("aria-describedby", shell.ids.describedBy);
  const changed = () => {
    view.touched = true;
    host.changed();
  };
  const choices = asList ? list(node, shell, changed) : boxes(node, host, changed);
  const search = el("input", {
    type: "search",
    class: "form-control form-control-sm mb-1 choice-search",
    "aria-label": say("search_choices"),
    placeholder: say("search_choices"),
    autocomplete: "off",
  });
  search.addEventListener("input", () => choices.filter(plain(search.value.trim())));
  const clear = el("button", { type: "button", class: "btn btn-link btn-sm p-0" }, say("clear"));
  const headOnly = appears(node, "label"); // the heading of a table of choices, not a question
  if (!headOnly) shell.root.append(search, choices.root);
  shell.root.append(shell.error);
  if (!many && !asList) shell.root.append(clear);
  let drawn = "\u0000";
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => choices.focus(),
    update: () => {
      dress(shell, node, host);
      const now = node.currentState.valueOptions;
      const mark = now.map((item) => item.value).join("\u0001");
      if (mark !== drawn) {
        drawn = mark;
        choices.draw(now);
        search.hidden = !appears(node, "autocomplete", "search") && now.length <= SEARCHED;
      }
      choices.update();
      clear.hidden = headOnly || node.currentState.value.length === 0 || node.currentState.readonly;
      tell(shell, choices.root, wrong(node, view.touched));
    },
  };
  clear.addEventListener("click", () => {
    node.selectValue(null);
    host.changed();
    choices.focus();
  });
  return view;
}
