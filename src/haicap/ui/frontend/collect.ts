// The page of any form: new, a draft gone on with, or a submission put right. Works without a line.
import type { AnyNode, RootNode, UploadNode } from "@getodk/xforms-engine";
import {
  apiOf,
  blankRow,
  type CollectConfig,
  dataOf,
  fetchedData,
  find,
  type ServerDraft,
} from "./questionnaire/begin";
import { together } from "./questionnaire/conflict";
import type { Host, View } from "./questionnaire/controls";
import { Outbox, sendFiles } from "./questionnaire/outbox";
import { clock, el, readConfig, say, setTexts } from "./questionnaire/page";
import { GroupPanel, panelsOf } from "./questionnaire/panel";
import { registerWorker } from "./questionnaire/register";
import { byId, notice, problemBox, reveal, Sections, show } from "./questionnaire/sections";
import { askToStay, type Filled, type FormInfo, onChange, Shelf } from "./questionnaire/shelf";
import { type Keeper, type Meanwhile, Sync } from "./questionnaire/sync";
import { isAnswer, leavesOf } from "./questionnaire/tree";
import {
  deviceId,
  Guidance,
  instanceConfig,
  instanceIdOf,
  deprecatedIdOf,
  withDeprecated,
  type Loaded,
  loadVersion,
  Namespaces,
  nameIn,
  without,
} from "./questionnaire/xform";

const config = readConfig<CollectConfig>();
setTexts(config.texts);
const shelf = new Shelf(config.person);
const api = apiOf(config);

class CollectPage {
  root!: RootNode;
  private row!: Filled;
  private guidance!: Guidance;
  private namespaces!: Namespaces;
  private readonly sections = new Sections<GroupPanel>(config.form.due ?? "");
  private sync!: Sync;
  private writing: Promise<unknown> = Promise.resolve();
  private media = new Map<string, string>();
  private keepable = true;
  private frozen = false; // handed in: nothing that comes late may make a draft of it again
  private replaces = ""; // the edition that this one corrects
  private there = new Set<string>(); // files the server has with the submission that is corrected
  readonly outbox = new Outbox(shelf, (message) => notice(message, "warning"));

  constructor(private readonly form: Loaded) {}

  /** Begins or goes on: `row` is what this device keeps, made from the newest state known. */
  async begin(row: Filled | null, xform: string, info: FormInfo, edit: ServerDraft | null): Promise<void> {
    this.guidance = new Guidance(xform);
    this.namespaces = new Namespaces(xform);
    this.media = new Map(info.media.map((file) => [file.name, file.url]));
    this.replaces = edit?.instance_id ?? deprecatedIdOf(row?.xml ?? "");
    if (edit) this.root = await this.edited(edit);
    else if (row) this.root = await this.restored(row.xml, row.instance);
    else this.root = this.form.createInstance(instanceConfig(config)).root;
    const xml = this.xml();
    this.row = row ?? blankRow(info, instanceIdOf(xml), xml);
    this.language();
    this.draw();
    this.sync = new Sync(
      `${api}/drafts/${encodeURIComponent(this.row.instance)}`,
      this.keeper(),
      {
        xml: () => this.xml(),
        extra: () => ({ number: this.row.number, name: this.row.name, device: deviceId() }),
        show,
        saved: () => void this.filesToo(),
        conflict: (meanwhile) => this.meet(meanwhile),
      },
      this.row.base,
      this.row.revision,
    );
    if (edit) {
      this.there = new Set(edit.files.map((file) => file.name));
      this.changed();
    }
  }

  /** What the engine leaves out: namespaces, and after a reload the edition that this one replaces. */
  private whole(xml: string): string {
    return this.namespaces.declare(withDeprecated(xml, this.replaces));
  }

  private xml(): string {
    return this.whole(this.root.instanceState.instanceXML);
  }

  private async restored(xml: string, instance: string): Promise<RootNode> {
    const made = await this.form.restoreInstance(
      { data: [await dataOf(shelf, xml, instance)] },
      instanceConfig(config),
    );
    return made.root;
  }

  /** An edition of a submission: the engine gives it an identity of its own and names the one it replaces. */
  private async edited(given: ServerDraft): Promise<RootNode> {
    const made = await this.form.editInstance(
      { inputType: "FORM_INSTANCE_INPUT_RESOLVED", data: [await fetchedData(given)] },
      instanceConfig(config),
    );
    return made.root;
  }

  private language(): void {
    const languages = this.root.languages.filter((one) => !one.isSyntheticDefault);
    const select = byId("form-language") as HTMLSelectElement;
    select.closest<HTMLElement>("[data-language]")!.hidden = languages.length < 2;
    const wanted =
      languages.find((one) => one.language === select.value) ??
      languages.find((one) => one.language.includes(`(${config.locale})`)) ??
      languages.find((one) => one.language === config.language) ??
      languages.find((one) => one.isDefault);
    select.replaceChildren(...languages.map((one) => el("option", { value: one.language }, one.language)));
    if (!wanted || wanted.isSyntheticDefault) return;
    select.value = wanted.language;
    this.root.setLanguage(wanted);
    select.onchange = () => {
      const chosen = languages.find((one) => one.language === select.value);
      if (chosen && !chosen.isSyntheticDefault) this.root.setLanguage(chosen);
      this.draw();
    };
  }

  private draw(): void {
    this.sections.set(panelsOf(this.root, this.host()));
  }

  private host(): Host {
    return {
      locale: config.locale,
      longText: false,
      changed: () => this.changed(),
      id: (node) => node.nodeId.replace(/\W/g, "-"),
      media: (source) => source && this.media.get(decodeURIComponent(source.pathname.split("/").pop() ?? "")),
      guidance: (node) => this.guidance.of(node, this.root.currentState.activeLanguage.language),
      special: () => undefined,
      removeFile: (node) => void this.removeFile(node),
    };
  }

  private async removeFile(node: AnyNode): Promise<void> {
    const xml = without(this.xml(), node.currentState.reference);
    await this.reopen(xml);
    this.changed();
  }

  private async reopen(xml: string): Promise<void> {
    await this.writing;
    this.root = await this.restored(xml, this.row.instance);
    this.language();
    this.draw();
  }

  private changed(): void {
    this.sync.changed();
    this.sections.changed();
  }

  /** The copy on this device: written at every answer, with the files the answers name. */
  private keeper(): Keeper {
    const write = (kept: { xml: string; base: string; revision: number; at: string }): boolean => {
      if (this.frozen) return this.keepable;
      const answers = leavesOf(this.root).filter((leaf) => isAnswer(leaf) && leaf.currentState.relevant);
      const done = answers.filter(
        (leaf) => "instanceValue" in leaf.currentState && leaf.currentState.instanceValue,
      );
      this.row = {
        ...this.row,
        ...kept,
        state: "draft",
        name: nameIn(kept.xml),
        all: answers.length,
        done: done.length,
      };
      this.later(async (row) => {
        await this.putFiles(row.instance);
        await shelf.put(row);
        // so that a reload goes on with this form
        const search = `?${row.test ? "draft=1&" : ""}instance=${encodeURIComponent(row.instance)}`;
        if (location.search !== search) history.replaceState(null, "", search + location.hash);
      });
      return this.keepable;
    };
    return { write, clear: (kept) => void write(kept), read: () => (this.keepable ? { ...this.row } : null) };
  }

  /** Does one piece of writing after the other, always with the newest row. */
  private later(work: (row: Filled) => Promise<void>): void {
    this.writing = this.writing
      .then(() => work(this.row))
      .then(
        () => {
          this.keepable = true;
        },
        () => {
          this.keepable = false;
          notice(say("no_store"), "warning");
        },
      );
  }

  private uploads(): UploadNode[] {
    return leavesOf(this.root).filter((leaf): leaf is UploadNode => leaf.nodeType === "upload");
  }

  private async putFiles(instance: string): Promise<void> {
    const named = new Set<string>();
    const kept = new Set((await shelf.files(instance)).map((file) => file.name));
    for (const { currentState } of this.uploads()) {
      const name = currentState.instanceValue;
      if (!name) continue;
      named.add(name);
      if (currentState.value && !kept.has(name) && !this.there.has(name))
        await shelf.putFile({ instance, name, blob: currentState.value, upload: "", sent: false });
    }
    for (const name of kept) if (!named.has(name)) await shelf.dropFile(instance, name);
  }

  private async filesToo(): Promise<void> {
    await this.writing;
    await sendFiles(shelf, this.row).catch(() => {});
  }

  /** Puts what another device saved and what stands here together, asking where both answered. */
  async meet(other: Pick<Meanwhile, "xml" | "revision" | "saved_by" | "saved_at">): Promise<void> {
    const mine = this.xml();
    const both = await together(this.root, this.sync.base, mine, other);
    if (this.frozen) return; // the server decides between what is handed in and the other device
    this.sync.base = other.xml;
    this.sync.revision = other.revision;
    await this.reopen(both);
    notice(say("merged", { person: other.saved_by, time: clock(other.saved_at) }));
    this.sync.changed();
    this.sync.soon(0);
  }

  /** Freezes the form and puts it into the queue, where nothing stands in the way. */
  async submit(): Promise<void> {
    const button = byId("submit-form") as HTMLButtonElement;
    button.disabled = true;
    try {
      if (!this.problems()) await this.queue();
    } catch {
      notice(say("no_store"), "danger");
    } finally {
      button.disabled = false;
    }
  }

  private async queue(): Promise<void> {
    this.freeze(true);
    try {
      const payload = await this.root.prepareInstancePayload({ payloadType: "monolithic" });
      const xml = this.whole(await payload.data[0].get("xml_submission_file").text());
      await this.writing;
      await this.putFiles(this.row.instance);
      const at = new Date().toISOString();
      this.row = { ...this.row, xml, name: nameIn(xml), state: "queued", reason: "", at };
      await shelf.put(this.row);
    } catch (error) {
      this.freeze(false);
      throw error;
    }
    this.sync.halt();
    byId("next-open").hidden = true;
    show("queued", say("state_queued"));
    onChange(() => void this.outcome());
    await this.outcome();
    this.outbox.soon(0);
  }

  private freeze(frozen: boolean): void {
    this.frozen = frozen;
    byId("form-body").hidden = frozen;
    byId("submit-form").hidden = frozen;
  }

  /** Shows what is to put right: rules that do not hold, and what was typed but cannot be read. */
  private problems(): boolean {
    const nodes: readonly string[] = this.root.validationState.violations.map((one) => one.nodeId);
    this.sections.touchAll();
    const isWrong = (view: View) =>
      nodes.includes(view.node.nodeId) ||
      (view.node.currentState.relevant && view.root.querySelector("[aria-invalid=true]") !== null);
    const found = this.sections.panels.flatMap((panel, at) =>
      panel.views.filter(isWrong).map((view) => ({ view, at })),
    );
    if (!found.length && !nodes.length) return false;
    const box = problemBox(
      say("to_put_right"),
      found.map(({ view, at }) => ({
        text: `${view.node.currentState.label?.asString ?? view.name}: ${complaintOf(view)}`,
        go: () => {
          this.sections.go(at, false);
          reveal(view);
        },
      })),
    );
    document.documentElement.dataset.collect = "problems";
    box.focus();
    return true;
  }

  /** Says what became of the form that was handed in. */
  private async outcome(): Promise<void> {
    const row = await shelf.get(this.row.instance);
    if (!row || document.documentElement.dataset.collect === "received") return;
    document.documentElement.dataset.collect = row.state;
    const words = say(`state_${row.state}`, { receipt: row.receipt, reason: row.reason });
    const kind = row.state === "received" ? "success" : row.state === "refused" ? "danger" : "info";
    const ways = el(
      "div",
      { class: "d-flex flex-wrap gap-2" },
      el("a", { class: "btn btn-primary", href: "/questionnaire/fill/" }, say("to_my_forms")),
      el("a", { class: "btn", href: location.pathname + (row.test ? "?draft=1" : "") }, say("another")),
    );
    if (row.state === "refused") {
      const query = `?instance=${encodeURIComponent(row.instance)}`;
      ways.append(el("a", { class: "btn", href: query }, say("correct")));
    }
    const inner = el("div", {}, el("p", { class: "h3" }, words), ways);
    const box = el("div", { class: `alert alert-${kind}`, role: "status", id: "form-outcome" }, inner);
    byId("form-notice").replaceChildren(box);
    show(row.state, "");
  }

  openHash(): void {
    this.sections.open(location.hash);
  }

  ready(restored: boolean, told: string): void {
    if (restored) notice(say(told));
    show("", "");
  }
}

function complaintOf(view: View): string {
  return view.root.querySelector(".invalid-feedback")?.textContent || say("not_allowed");
}

async function start(): Promise<void> {
  void askToStay();
  const query = new URLSearchParams(location.search);
  const { row, draft, edit, info } = await find(shelf, config, query);
  if (row?.tried) throw new Error(say("frozen"));
  if (row?.state === "queued" || row?.state === "sending")
    await shelf.change(row.instance, { state: "draft" });
  const { form, xform } = await loadVersion(config.person, info);
  const page = new CollectPage(form);
  await page.begin(row, xform, info, edit);
  page.openHash();
  byId("submit-form").addEventListener("click", () => void page.submit());
  byId("form-loading").hidden = true;
  byId("form-body").hidden = false;
  page.ready(row !== null, row?.state === "refused" ? "refused_before" : "restored");
  if (row?.state === "refused") notice(say("state_refused", { reason: row.reason }), "danger");
  page.outbox.soon(0);
  if (draft) await page.meet(draft);
  document.documentElement.dataset.questionnaire = "ready";
  await registerWorker();
  document.documentElement.dataset.offline = "ready";
}

start().catch((error: unknown) => {
  const loading = byId("form-loading");
  loading.className = "alert alert-danger";
  loading.textContent = say("failed", { message: error instanceof Error ? error.message : String(error) });
  document.documentElement.dataset.questionnaire = "failed";
});
