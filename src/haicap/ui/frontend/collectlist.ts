// The list: my forms, what I began, what waits to be sent and what became of it. Works without a line.
import { bring, freshFetch } from "./questionnaire/kept";
import { Outbox } from "./questionnaire/outbox";
import { csrf, el, readConfig, say, setTexts } from "./questionnaire/page";
import { registerWorker } from "./questionnaire/register";
import { byId } from "./questionnaire/sections";
import { askToStay, type Filled, type FormInfo, onChange, Shelf } from "./questionnaire/shelf";

interface ListConfig {
  person: number;
  locale: "vi" | "en";
  forms: FormInfo[];
  report: string;
  texts: Record<string, string>;
}

interface Elsewhere {
  instance_id: string;
  form: number;
  title: string;
  name: string;
  saved_at: string;
}

interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

const config = readConfig<ListConfig>();
setTexts(config.texts);
const shelf = new Shelf(config.person);
const outbox = new Outbox(shelf, (message) => line(message, "warning"));
let here = new Set<number>();
let elsewhere: Elsewhere[] = [];

function line(message: string, kind = "info"): void {
  const box = byId("line-state");
  box.hidden = !message;
  box.className = `alert alert-${kind}`;
  box.textContent = message;
}

function day(iso: string): string {
  return iso.slice(0, 10).split("-").reverse().join("/");
}

function moment(iso: string): string {
  return new Date(iso).toLocaleString("vi-VN", { dateStyle: "short", timeStyle: "short" });
}

function today(): string {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

function entry(title: string, facts: string[], state: Node | string, ...buttons: Node[]): HTMLElement {
  return el(
    "li",
    { class: "list-group-item collect-entry" },
    el(
      "div",
      { class: "flex-fill" },
      el("strong", {}, title),
      el("div", { class: "text-secondary" }, facts.filter(Boolean).join(" · ")),
    ),
    el("div", { class: "collect-state" }, state),
    el("div", { class: "d-flex gap-2" }, ...buttons),
  );
}

function link(form: number, words: string, query = "", primary = false): HTMLElement {
  return el(
    "a",
    { class: primary ? "btn btn-primary" : "btn", href: `/questionnaire/fill/${form}/${query}` },
    words,
  );
}

function formEntry(form: FormInfo): HTMLElement {
  const due = !form.due
    ? ""
    : form.due < today()
      ? say("late", { day: day(form.due) })
      : say("due", { day: day(form.due) });
  const facts = [form.version && say("version", { version: form.version }), due];
  const kept = here.has(form.id);
  const state = el(
    "span",
    { class: kept ? "text-success" : "text-secondary" },
    say(kept ? "kept_here" : "not_kept_here"),
  );
  return entry(form.title, facts, state, link(form.id, say("fill_in"), "", true));
}

function stateOf(row: Filled): HTMLElement {
  const words = say(`state_${row.state}`, { receipt: row.receipt, reason: row.reason });
  return el("span", { class: `filled-state filled-${row.state}`, "data-state": row.state }, words);
}

function throwAway(row: Filled): HTMLElement {
  const button = el("button", { type: "button", class: "btn btn-ghost-danger" }, say("throw_away"));
  button.addEventListener("click", async () => {
    if (!window.confirm(say("throw_away_sure"))) return;
    await shelf.drop(row.instance);
    const url = `/api/questionnaire/forms/${row.form}/drafts/${encodeURIComponent(row.instance)}`;
    await fetch(url, { method: "DELETE", headers: { "X-CSRFToken": csrf() } }).catch(() => {});
  });
  return button;
}

function waitingEntry(row: Filled): HTMLElement {
  const facts = [
    row.name ? row.title : "",
    row.all ? say("answered", { done: row.done, all: row.all }) : "",
    say("saved_on", { time: moment(row.at) }),
  ];
  const query = `?instance=${encodeURIComponent(row.instance)}`;
  const buttons = [];
  if (row.state === "refused") buttons.push(link(row.form, say("correct"), query, true));
  else if (row.state !== "sending" && !row.tried)
    buttons.push(link(row.form, say("go_on"), query, row.state === "draft"));
  if (row.state === "draft" || row.state === "refused") buttons.push(throwAway(row));
  return entry(row.name || row.title, facts, stateOf(row), ...buttons);
}

function elsewhereEntry(draft: Elsewhere): HTMLElement {
  const facts = [draft.name ? draft.title : "", say("saved_on", { time: moment(draft.saved_at) })];
  const query = `?instance=${encodeURIComponent(draft.instance_id)}`;
  return entry(
    draft.name || draft.title,
    facts,
    say("state_server"),
    link(draft.form, say("go_on"), query, true),
  );
}

function sentEntry(row: Filled): HTMLElement {
  const facts = [row.name ? row.title : "", moment(row.at)];
  return entry(row.name || row.title, facts, stateOf(row));
}

async function draw(): Promise<void> {
  const rows = await shelf.all().catch(() => []);
  const forms = config.forms;
  const waiting = rows.filter((row) => row.state !== "received");
  const sent = rows.filter((row) => row.state === "received").slice(0, 20);
  const others = elsewhere.filter((draft) => !rows.some((row) => row.instance === draft.instance_id));
  byId("waiting").hidden = !waiting.length && !others.length;
  byId("waiting-list").replaceChildren(...waiting.map(waitingEntry), ...others.map(elsewhereEntry));
  byId("sent").hidden = !sent.length;
  byId("sent-list").replaceChildren(...sent.map(sentEntry));
  const list = forms.map(formEntry);
  if (config.report)
    list.unshift(
      entry(say("my_report"), [], "", el("a", { class: "btn", href: config.report }, say("open_report"))),
    );
  if (!forms.length) list.push(el("li", { class: "list-group-item empty" }, say("no_forms")));
  byId("form-list").replaceChildren(...list);
}

async function askServer(): Promise<void> {
  try {
    const answer = await freshFetch(config.person, "/api/questionnaire/forms");
    if (answer.ok) config.forms = (await answer.json()) as FormInfo[];
    await shelf.setForms(config.forms).catch(() => {});
    const drafts = await fetch("/api/questionnaire/drafts");
    if (drafts.ok) elsewhere = (await drafts.json()) as Elsewhere[];
  } catch {
    line(say("no_line"));
  }
}

function install(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    const button = byId("install-app");
    button.hidden = false;
    button.addEventListener("click", () => void (event as InstallEvent).prompt());
  });
}

async function start(): Promise<void> {
  install();
  void askToStay();
  onChange(() => void draw());
  window.addEventListener("offline", () => line(say("no_line")));
  window.addEventListener("online", () => line(""));
  if (!navigator.onLine) line(say("no_line"));
  await draw();
  document.documentElement.dataset.collect = "ready";
  outbox.soon(0);
  await askServer();
  here = await bring(config.person, config.forms, registerWorker);
  await draw();
  document.documentElement.dataset.offline = "ready";
}

void start();
