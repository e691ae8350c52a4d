// The form page: loads the engine, draws the form, keeps it saved, submits it.
import { type LoadFormResult, loadForm, type RootNode } from "@getodk/xforms-engine";
import { together } from "./questionnaire/conflict";
import { type EvidenceList, sendKept } from "./questionnaire/evidence";
import { AreaPanel, groupNamed } from "./questionnaire/form";
import { clock, type Config, csrf, type Refusal, readConfig, say, setTexts } from "./questionnaire/page";
import { Store } from "./questionnaire/store";
import { type Meanwhile, type Saved, Sync } from "./questionnaire/sync";
import { registerWorker } from "./questionnaire/register";
import { byId, notice, problemBox, reveal, Sections, show } from "./questionnaire/sections";

interface Problem {
  name: string;
  area: string;
  label: string;
  message: string;
  severity: string;
}

const config = readConfig<Config>();
setTexts(config.texts);
const store = new Store(config.person, config.instance);

class Page {
  root!: RootNode;
  readonly sections = new Sections<AreaPanel>(config.deadline);
  lists = new Map<string, EvidenceList>();
  sync: Sync;

  constructor(private readonly form: Exclude<LoadFormResult, { status: "failure" }>) {
    this.sync = new Sync(
      config.urls.save,
      store,
      {
        xml: () => this.root.instanceState.instanceXML,
        show,
        saved: (answer) => this.saved(answer),
        conflict: (m) => this.meet(m),
      },
      config.xml,
      config.revision,
    );
  }

  /** Opens an instance, drawing everything anew. */
  async open(xml: string): Promise<void> {
    const data = new FormData();
    data.set("xml_submission_file", new File([xml], "xml_submission_file", { type: "text/xml" }));
    const instance = await this.form.restoreInstance(
      { data: [data as never] },
      { stateFactory: <T extends object>(o: T) => o },
    );
    this.root = instance.root as RootNode;
    const language = this.root.languages.find((known) => known.language === config.language);
    if (language && !language.isSyntheticDefault) this.root.setLanguage(language);
    this.draw();
  }

  private draw(): void {
    this.lists.clear();
    this.sections.set(
      config.areas.flatMap((info) => {
        const node = groupNamed(this.root, info.group);
        return node ? [new AreaPanel(info, node, config, () => this.changed(), this.lists)] : [];
      }),
    );
  }

  private changed(): void {
    this.sync.changed();
    this.sections.changed();
  }

  private saved(answer: Saved): void {
    for (const { area, state } of answer.areas) {
      const panel = this.sections.panels.find((one) => one.info.code === area);
      if (panel) panel.info.state = state;
    }
  }

  /** Puts what another person saved and what stands here together, asking where both answered. */
  async meet(other: Meanwhile): Promise<void> {
    const mine = this.root.instanceState.instanceXML;
    const both = await together(this.root, this.sync.base, mine, other);
    this.sync.base = other.xml;
    this.sync.revision = other.revision;
    await this.open(both);
    if (!["drafting", "returned"].includes(other.state)) {
      this.sync.keep();
      this.sync.halt();
      show("refused", say("gone"));
      return;
    }
    notice(say("merged", { person: other.saved_by, time: clock(other.saved_at) }));
    this.sync.changed();
    this.sync.soon(0);
  }

  async submit(): Promise<void> {
    const button = byId("submit-report") as HTMLButtonElement;
    button.disabled = true;
    try {
      await this.sync.flush();
      const xml = this.root.instanceState.instanceXML;
      const answer = await fetch(`${config.urls.save}/submit`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
        body: JSON.stringify({ revision: this.sync.revision, xml }),
      });
      if (answer.ok) {
        this.sync.settled(xml, this.sync.revision);
        this.sync.halt();
        store.clear();
        show("saved", say("submitted"));
        location.assign(config.urls.done);
        return;
      }
      const refusal = (await answer.json()) as Refusal;
      if (answer.status === 409 && refusal.details.xml)
        return await this.meet(refusal.details as unknown as Meanwhile);
      const revision = refusal.details.revision;
      if (typeof revision === "number" && refusal.code === "report.problems")
        this.sync.settled(xml, revision);
      this.problems(refusal);
    } catch {
      this.sync.keep();
      show("kept", say("kept", { time: clock(new Date()) }));
    } finally {
      button.disabled = false;
    }
  }

  private problems(refusal: Refusal): void {
    const found = ((refusal.details.problems as Problem[] | undefined) ?? []).filter(
      (problem) => problem.severity === "error",
    );
    const box = problemBox(
      refusal.message,
      found.map((problem) => ({
        text: `${problem.label}: ${problem.message}`,
        go: () => this.focus(problem.area, problem.name),
      })),
    );
    this.sections.touchAll();
    box.focus();
  }

  focus(area: string, name: string): void {
    const number = this.sections.panels.findIndex((panel) => panel.info.code === area);
    if (number < 0) return;
    this.sections.go(number, false);
    const view = this.sections.viewNamed(number, name);
    if (view) reveal(view);
  }
}

async function start(): Promise<void> {
  const answer = await fetch(config.urls.form);
  const form = await loadForm(await answer.text());
  if (form.status === "failure") throw new Error(String(form.error.message));
  const page = new Page(form);
  const kept = store.read();
  const unsent = kept !== null && kept.xml !== config.xml;
  await page.open(config.xml);
  if (unsent && kept) {
    const other = { xml: config.xml, saved_by: "", saved_at: config.saved_at ?? new Date().toISOString() };
    await page.open(
      kept.revision === config.revision ? kept.xml : await together(page.root, kept.base, kept.xml, other),
    );
    notice(say("restored"));
    page.sync.changed();
    page.sync.soon(0);
  } else {
    store.clear();
    show("saved", config.saved_at ? say("saved", { time: clock(config.saved_at) }) : "");
  }
  page.sections.open(location.hash);
  byId("submit-report").addEventListener("click", () => void page.submit());
  void sendKept(config.instance, page.lists);
  window.addEventListener("online", () => void sendKept(config.instance, page.lists));
  byId("form-loading").hidden = true;
  byId("form-body").hidden = false;
  document.documentElement.dataset.questionnaire = "ready";
  await registerWorker();
  document.documentElement.dataset.offline = "ready";
}

start().catch((error: unknown) => {
  const loading = byId("form-loading");
  loading.className = "alert alert-danger";
  loading.textContent = say("failed", { message: error instanceof Error ? error.message : String(error) });
});
