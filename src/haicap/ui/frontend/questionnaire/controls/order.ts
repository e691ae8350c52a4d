// Putting choices in order, and numbers on a scale.
import type { RangeNode, RankNode } from "@getodk/xforms-engine";
import { toPlain, toShown } from "../numbers";
import { el, nameOf, say } from "../page";
import { appears, dress, frame, type Host, tell, type View, valueOf, wrong } from "./frame";

export function rankView(node: RankNode, host: Host): View {
  const shell = frame(node, host, "fieldset");
  shell.root.setAttribute("aria-describedby", shell.ids.describedBy);
  const rows = el("ol", { class: "rank list-group mb-1", id: shell.ids.control });
  const accept = el("button", { type: "button", class: "btn btn-sm rank-accept" }, say("keep_order"));
  const clear = el("button", { type: "button", class: "btn btn-link btn-sm p-0" }, say("clear"));
  const status = el("div", { class: "visually-hidden", role: "status" });
  shell.root.append(rows, accept, clear, status, shell.error);
  const order = (): string[] => {
    const all = node.currentState.valueOptions.map((item) => item.value);
    const chosen = node.currentState.value.filter((value) => all.includes(value));
    return [...chosen, ...all.filter((value) => !chosen.includes(value))];
  };
  const set = (values: string[]) => {
    view.touched = true;
    node.setValues(values);
    host.changed();
    view.update();
  };
  const move = (value: string, by: number) => {
    const values = order();
    const at = values.indexOf(value);
    const to = at + by;
    if (to < 0 || to >= values.length) return;
    values.splice(to, 0, ...values.splice(at, 1));
    set(values);
    status.textContent = say("moved_to", { name: labelOf(value), number: to + 1 });
    const button = rows.querySelector<HTMLButtonElement>(
      `[data-value="${CSS.escape(value)}"] .rank-${by < 0 ? "up" : "down"}`,
    );
    (button?.disabled
      ? button.parentElement?.querySelector<HTMLButtonElement>("button:enabled")
      : button
    )?.focus();
  };
  const labelOf = (value: string) => node.getValueLabel(value)?.asString ?? value;
  const row = (value: string, at: number, count: number) => {
    const button = (by: number, sign: string, words: string) => {
      const made = el(
        "button",
        {
          type: "button",
          class: `btn btn-sm rank-${by < 0 ? "up" : "down"}`,
          "aria-label": say(words, { name: labelOf(value) }),
        },
        sign,
      );
      made.disabled = node.currentState.readonly || at + by < 0 || at + by >= count;
      made.addEventListener("click", () => move(value, by));
      return made;
    };
    return el(
      "li",
      { class: "list-group-item d-flex gap-2 align-items-center", "data-value": value },
      el("span", { class: "flex-fill" }, `${at + 1}. ${labelOf(value)}`),
      button(-1, "↑", "move_up"),
      button(1, "↓", "move_down"),
    );
  };
  accept.addEventListener("click", () => set(order()));
  clear.addEventListener("click", () => set([]));
  let drawn = "";
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => rows.querySelector("button")?.focus(),
    update: () => {
      dress(shell, node, host);
      const values = order();
      const blank = node.currentState.value.length === 0;
      const mark = `${values.map((value) => value + labelOf(value)).join("\u0001")}${node.currentState.readonly}`;
      if (mark !== drawn) {
        drawn = mark;
        rows.replaceChildren(...values.map((value, at) => row(value, at, values.length)));
      }
      accept.hidden = !blank || node.currentState.readonly;
      clear.hidden = blank || node.currentState.readonly;
      rows.classList.toggle("rank-blank", blank);
      tell(shell, rows, wrong(node, view.touched));
    },
  };
  return view;
}

export function rangeView(node: RangeNode, host: Host): View {
  const shell = frame(node, host, "div");
  const { start, end, step } = (
    node.definition.bodyElement as unknown as { bounds: { start: string; end: string; step: string } }
  ).bounds;
  const turned = Number(start) > Number(end); // a scale may go down
  const [min, max] = turned ? [end, start] : [start, end];
  const whole = node.valueType === "int";
  const slider = el("input", {
    type: "range",
    class: "form-range",
    min,
    max,
    step: String(Math.abs(Number(step))),
    "aria-label": say("scale"),
  });
  slider.classList.toggle("range-turned", turned);
  if (appears(node, "vertical")) slider.classList.add("range-vertical");
  const number = el("input", {
    type: "text",
    inputmode: whole ? "numeric" : "decimal",
    class: "form-control range-number",
    id: shell.ids.control,
    autocomplete: "off",
    "aria-describedby": shell.ids.describedBy,
  });
  const clear = el("button", { type: "button", class: "btn btn-link btn-sm p-0" }, say("clear"));
  shell.root.append(
    el(
      "div",
      { class: "d-flex gap-3 align-items-center" },
      el("span", {}, toShown(start, host.locale)),
      slider,
      el("span", {}, toShown(end, host.locale)),
      number,
    ),
    clear,
    shell.error,
  );
  let unreadable = "";
  const set = (value: string | null) => {
    const fits =
      value === null || value === "" || (Number(value) >= Number(min) && Number(value) <= Number(max));
    unreadable =
      value === null || !fits
        ? say("not_on_scale", { min: toShown(min, host.locale), max: toShown(max, host.locale) })
        : "";
    try {
      node.setValue((unreadable ? null : value || null) as never);
    } catch {
      unreadable = say("not_on_scale", { min: toShown(min, host.locale), max: toShown(max, host.locale) });
      node.setValue(null as never);
    }
    view.touched = true;
    host.changed();
  };
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => number.focus(),
    update: () => {
      dress(shell, node, host);
      const value = valueOf(node);
      const locked = node.currentState.readonly;
      slider.disabled = locked;
      number.readOnly = locked;
      slider.value = value === "" ? min : value;
      slider.classList.toggle("range-blank", value === "");
      slider.setAttribute("aria-valuetext", value === "" ? say("blank") : toShown(value, host.locale));
      if (document.activeElement !== number && !unreadable) number.value = toShown(value, host.locale);
      clear.hidden = value === "" || locked;
      tell(shell, number, unreadable || wrong(node, view.touched));
    },
  };
  slider.addEventListener("input", () => set(slider.value));
  number.addEventListener("input", () => set(toPlain(number.value, whole)));
  number.addEventListener("blur", () => view.update());
  clear.addEventListener("click", () => {
    set("");
    number.focus();
  });
  return view;
}
