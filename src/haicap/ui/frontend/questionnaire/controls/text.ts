// Questions answered by typing: text, numbers, dates, times, codes.
import type { InputNode } from "@getodk/xforms-engine";
import { toPlain, toShown } from "../numbers";
import { el, nameOf, say } from "../page";
import { scanButton } from "./scan";
import { appears, dress, type Frame, frame, type Host, tell, type View, valueOf, wrong } from "./frame";

type Control = HTMLInputElement | HTMLTextAreaElement;

/** How an answer is typed (`shown`) and stored (`plain`; null where it cannot be read). */
interface Way {
  type: string;
  inputmode?: string;
  complaint: string;
  shown: (stored: string) => string;
  plain: (typed: string) => string | null;
}

function offset(local: string): string {
  const minutes = -new Date(local).getTimezoneOffset();
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function withSeconds(time: string): string {
  return /^\d\d:\d\d$/.test(time) ? `${time}:00.000` : /\.\d+$/.test(time) ? time : `${time}.000`;
}

function localMoment(stored: string): string {
  if (!/T.*(Z|[+-]\d\d:?\d\d)$/.test(stored)) return stored.slice(0, 16);
  const moment = new Date(stored);
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

const same = (value: string) => value;

function dateWay(node: InputNode): Way {
  if (appears(node, "year"))
    return {
      type: "text",
      inputmode: "numeric",
      complaint: "not_year",
      shown: (stored) => stored.slice(0, 4),
      plain: (typed) => (typed === "" ? "" : /^\d{4}$/.test(typed.trim()) ? `${typed.trim()}-01-01` : null),
    };
  if (appears(node, "month-year"))
    return {
      type: "month",
      complaint: "not_month",
      shown: (stored) => stored.slice(0, 7),
      plain: (typed) => (typed === "" ? "" : /^\d{4}-\d\d$/.test(typed) ? `${typed}-01` : null),
    };
  return { type: "date", complaint: "", shown: (stored) => stored.slice(0, 10), plain: same };
}

function wayOf(node: InputNode, host: Host): Way {
  switch (node.valueType) {
    case "int":
    case "decimal": {
      const whole = node.valueType === "int";
      return {
        type: "text",
        inputmode: whole ? "numeric" : "decimal",
        complaint: whole ? "not_whole" : "not_number",
        shown: (stored) => toShown(stored, host.locale),
        plain: (typed) => toPlain(typed, whole),
      };
    }
    case "date":
      return dateWay(node);
    case "time":
      return {
        type: "time",
        complaint: "",
        shown: (stored) => stored.slice(0, 5),
        plain: (typed) => typed && `${withSeconds(typed)}${offset(`2000-01-01T${typed}`)}`,
      };
    case "dateTime":
      return {
        type: "datetime-local",
        complaint: "",
        shown: localMoment,
        plain: (typed) => typed && `${typed.slice(0, 10)}T${withSeconds(typed.slice(11))}${offset(typed)}`,
      };
    default:
      return {
        type: appears(node, "masked") ? "password" : "text",
        inputmode: appears(node, "numbers") ? "numeric" : undefined,
        complaint: "",
        shown: same,
        plain: same,
      };
  }
}

function controlOf(node: InputNode, way: Way, shell: Frame, host: Host): Control {
  const common = { id: shell.ids.control, class: "form-control", "aria-describedby": shell.ids.describedBy };
  const rows =
    node.valueType === "string" && node.nodeOptions && "rows" in node.nodeOptions
      ? node.nodeOptions.rows
      : null;
  const long = node.valueType === "string" && way.type === "text" && !appears(node, "numbers");
  if (long && (host.longText || rows || appears(node, "multiline")))
    return el("textarea", { ...common, rows: String(rows ?? (host.longText ? 2 : 4)) });
  return el("input", { ...common, type: way.type, inputmode: way.inputmode, autocomplete: "off" });
}

export function inputView(node: InputNode, host: Host): View {
  const shell = frame(node, host, "div");
  const way = wayOf(node, host);
  const control = controlOf(node, way, shell, host);
  const scan = node.valueType === "barcode" ? scanButton((code) => set(code)) : null;
  shell.root.append(scan ? el("div", { class: "input-group" }, control, scan) : control, shell.error);
  let unreadable = "";
  const set = (typed: string) => {
    const plain = way.plain(typed);
    unreadable = plain === null ? say(way.complaint) : "";
    try {
      node.setValue((plain || null) as never);
    } catch {
      return; // became read-only while the person typed
    }
    if (!unreadable && plain && valueOf(node) === "" && node.currentState.relevant)
      unreadable = say(way.complaint || "not_allowed");
    host.changed();
  };
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => control.focus(),
    update: () => {
      dress(shell, node, host);
      control.readOnly = node.currentState.readonly;
      if (scan) scan.hidden = node.currentState.readonly;
      control.classList.toggle("computed", node.currentState.readonly);
      if (document.activeElement !== control && !unreadable) {
        const shown = way.shown(valueOf(node));
        if (control.value !== shown) control.value = shown;
      }
      tell(shell, control, unreadable || wrong(node, view.touched));
    },
  };
  control.addEventListener("input", () => set(control.value));
  control.addEventListener("blur", () => {
    view.touched = true;
    view.update();
  });
  return view;
}
