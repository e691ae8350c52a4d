// What every question has around its control: label, media, hint, guidance, error.
import type { AnyNode, MarkdownNode } from "@getodk/xforms-engine";
import { el, nameOf, say } from "../page";

/** What a control needs from the page it stands on. */
export interface Host {
  locale: "vi" | "en";
  longText: boolean; // text without an appearance may have several lines
  changed: () => void;
  id: (node: AnyNode) => string;
  media: (source: URL | undefined) => string | undefined;
  guidance: (node: AnyNode) => string;
  special: (node: AnyNode) => View | null | undefined; // the page's own view of a node; null draws nothing
  removeFile: (node: AnyNode) => void; // takes a file away that came with the draft
}

export interface View {
  name: string;
  node: AnyNode;
  root: HTMLElement;
  update: () => void;
  focus: () => void;
  touched: boolean;
}

export interface Frame {
  root: HTMLElement;
  label: HTMLElement;
  hint: HTMLElement;
  error: HTMLElement;
  ids: { control: string; describedBy: string };
}

interface Text {
  readonly asString: string;
  readonly formatted: MarkdownNode[];
  readonly imageSource: URL | undefined;
  readonly audioSource: URL | undefined;
  readonly videoSource: URL | undefined;
}

export function appears(node: AnyNode, ...names: string[]): boolean {
  const given = node.appearances ? [...(node.appearances as Iterable<string>)] : [];
  return names.some((name) => given.includes(name));
}

export function kindOf(node: AnyNode): string {
  return node.nodeType === "input" && "valueType" in node ? node.valueType : node.nodeType;
}

const TAGS = new Set([
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "p",
  "div",
  "span",
  "em",
  "strong",
  "u",
  "ul",
  "ol",
  "li",
]);

/** The engine's formatted text as elements; tags it does not know are shown as the text they are. */
function marked(nodes: readonly MarkdownNode[]): Node[] {
  return nodes.map((node) => {
    if (node.role === "line-break") return document.createElement("br");
    if (node.role === "child") return document.createTextNode(node.value);
    if (node.role === "html") return document.createTextNode(node.unsafeHtml.replace(/<[^>]*>/g, ""));
    const children = marked(node.children);
    if (node.elementName === "a" && "url" in node && /^https?:/.test(String(node.url)))
      return el("a", { href: String(node.url), rel: "noopener noreferrer", target: "_blank" }, ...children);
    // inside labels and legends only phrasing may stand, and headings would break the outline of the page
    const block = /^(h\d|p|div)$/.test(node.elementName);
    if (block) return el("span", { class: `text-${node.elementName}` }, ...children);
    return TAGS.has(node.elementName)
      ? el(node.elementName as "span", {}, ...children)
      : el("span", {}, ...children);
  });
}

/** Writes a text with its media into `target`, only where it is another one than before. */
export function write(target: HTMLElement, text: Text | null, host: Host, otherwise = ""): void {
  const image = host.media(text?.imageSource);
  const audio = host.media(text?.audioSource);
  const video = host.media(text?.videoSource);
  const words = text?.asString ?? otherwise;
  const mark = [words, image, audio, video].join("\u0000");
  if (target.dataset.mark === mark) return;
  target.dataset.mark = mark;
  const simple = !text || !/[*_#<[\n\\]/.test(words);
  target.replaceChildren(...(simple ? [document.createTextNode(words)] : marked(text.formatted)));
  if (image) target.append(el("img", { class: "form-media", src: image, alt: words ? "" : otherwise }));
  if (audio) target.append(el("audio", { class: "form-media", src: audio, controls: true, preload: "none" }));
  if (video) target.append(el("video", { class: "form-media", src: video, controls: true, preload: "none" }));
}

export function frame(node: AnyNode, host: Host, tag: "div" | "fieldset"): Frame {
  const id = host.id(node);
  const control = `q-${id}`;
  const label =
    tag === "fieldset"
      ? el("legend", { class: "form-label" })
      : el("label", { class: "form-label", for: control });
  const hint = el("div", { class: "form-text", id: `${control}-hint`, hidden: true });
  const error = el("div", { class: "invalid-feedback d-block", id: `${control}-error`, hidden: true });
  const root = el(
    tag,
    {
      class: "field mb-3",
      "data-name": nameOf(node.currentState.reference),
      "data-kind": kindOf(node),
      id: `field-${id}`,
    },
    label,
    hint,
  );
  return { root, label, hint, error, ids: { control, describedBy: `${control}-hint ${control}-error` } };
}

/** Brings relevance, path, label and hint of a question up to date. */
export function dress(view: Frame, node: AnyNode, host: Host): void {
  const state = node.currentState;
  view.root.hidden = !state.relevant;
  view.root.dataset.path = state.reference;
  write(view.label, state.label, host, nameOf(state.reference));
  view.label.classList.toggle("required", state.required);
  const guidance = host.guidance(node);
  // the engine puts the guidance behind the hint; here it opens on request
  const whole = state.hint?.asString ?? "";
  const words = guidance && whole.endsWith(guidance) ? whole.slice(0, -guidance.length) : whole;
  view.hint.hidden = !whole && !guidance;
  if (view.hint.dataset.guidance !== guidance) {
    view.hint.dataset.guidance = guidance;
    const more = guidance
      ? el("details", {}, el("summary", {}, say("guidance")), el("span", {}, guidance))
      : "";
    view.hint.replaceChildren(el("span", {}), more);
  }
  const place = view.hint.firstElementChild as HTMLElement | null;
  if (!place) return;
  if (words === whole) write(place, state.hint, host);
  else if (place.textContent !== words) place.textContent = words;
}

export function tell(view: Frame, control: HTMLElement, message: string): void {
  view.error.hidden = message === "";
  if (view.error.textContent !== message) view.error.textContent = message;
  control.classList.toggle("is-invalid", message !== "");
  if (message) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
}

/** What is wrong with the answer; that it is missing is said only once the person was there. */
export function wrong(node: AnyNode, touched: boolean): string {
  const state = node.validationState;
  const violation = "violation" in state ? state.violation : null;
  if (!violation || (!touched && violation.condition === "required")) return "";
  return violation.message?.asString || say(violation.condition === "required" ? "required" : "not_allowed");
}

export function valueOf(node: AnyNode): string {
  return "instanceValue" in node.currentState ? node.currentState.instanceValue : "";
}
