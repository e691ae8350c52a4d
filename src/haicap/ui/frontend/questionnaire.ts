// The form page: loads the engine, draws the form, keeps it saved, submits it.
import { type LoadFormResult, loadForm, type RootNode } from "@getodk/xforms-engine";
import { ask } from "./questionnaire/conflict";
import { type EvidenceList, sendKept } from "./questionnaire/evidence";
import { AreaPanel, groupNamed, leavesOf } from "./questionnaire/form";
import { merge } from "./questionnaire/merge";
import { clock, csrf, el, nameOf, type Refusal, readConfig, say, setTexts } from "./questionnaire/page";
import { Store } from "./questionnaire/store";
import { type Meanwhile, type Saved, Sync } from "./questionnaire/sync";

interface Problem {
  name: string;
  area: string;
  label: string;
  message: string;
  severity: string;
}

const config = readConfig();
setTexts(config.texts);
const store = new Store(config.person, config.instance);
const byId = (id: string) => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
};

function show(state: string, text: string): void {
  const status = byId("save-state");
  status.dataset.state = state;
  if (status.textContent !== text) status.textContent = text;
}

class Page {
  root!: RootNode;
  panels: AreaPanel[] = [];
  lists = new Map<string, EvidenceList>();
  current = 0;
  sync: Sync;
  private drawing = 0;

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
    const host = { locale: config.locale, changed: () => this.changed() };
    this.panels = config.areas.flatMap((info) => {
      const node = groupNamed(this.root, info.group);
      return node ? [new AreaPanel(info, node, config, host, this.lists)] : [];
    });
    byId("form-areas").replaceChildren(...this.panels.map((panel) => panel.root));
    byId("area-nav").replaceChildren(...this.panels.map((panel, number) => this.navigation(panel, number)));
    for (const panel of this.panels) panel.draw();
    this.go(Math.min(this.current, this.panels.length - 1), false);
    this.counts();
  }

  private navigation(panel: AreaPanel, number: number): HTMLElement {
    const link = el("a", {
      class: "list-group-item list-group-item-action area-link",
      href: `#area-${panel.info.code}`,
    });
    link.append(
      el("span", { class: "area-link-name" }, `${panel.info.code}. ${panel.info.name}`),
      el("span", { class: "area-link-left" }),
    );
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.go(number, true);
    });
    return el("li", {}, link);
  }

  go(number: number, focus: boolean): void {
    this.current = Math.max(0, Math.min(number, this.panels.length - 1));
    this.panels.forEach((panel, at) => {
      panel.show(at === this.current);
      const link = byId("area-nav").children[at]?.firstElementChild;
      if (at === this.current) link?.setAttribute("aria-current", "step");
      else link?.removeAttribute("aria-current");
      link?.classList.toggle("active", at === this.current);
    });
    (byId("previous-area") as HTMLButtonElement).disabled = this.current === 0;
    (byId("next-area") as HTMLButtonElement).disabled = this.current === this.panels.length - 1;
    const panel = this.panels[this.current];
    if (!panel) return;
    panel.update();
    history.replaceState(null, "", `#area-${panel.info.code}`);
    if (focus) {
      panel.root.focus({ preventScroll: true });
      panel.root.scrollIntoView({ block: "start" });
    }
  }

  private changed(): void {
    this.sync.changed();
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.panels[this.current]?.update();
      this.counts();
    });
  }

  private counts(): void {
    let done = 0;
    let all = 0;
    this.panels.forEach((panel, at) => {
      const count = panel.count();
      done += count.done;
      all += count.all;
      const left = count.all - count.done;
      const place = byId("area-nav").children[at]?.querySelector<HTMLElement>(".area-link-left");
      if (!place) return;
      const text = count.wrong
        ? say("wrong", { count: count.wrong })
        : left
          ? say("left", { count: left })
          : say("complete");
      if (place.textContent !== text) place.textContent = text;
      place.dataset.state = count.wrong ? "wrong" : left ? "left" : "complete";
    });
    byId("overall").textContent = say("overall", { done, all });
    const bar = byId("overall-bar") as HTMLProgressElement;
    bar.max = all;
    bar.value = done;
  }

  private saved(answer: Saved): void {
    for (const { area, state } of answer.areas) {
      const panel = this.panels.find((one) => one.info.code === area);
      if (panel) panel.info.state = state;
    }
  }

  label(name: string): string {
    const leaf = this.panels
      .flatMap((panel) => leavesOf(panel.node))
      .find((one) => nameOf(one.currentState.reference) === name);
    return leaf?.currentState.label?.asString ?? name;
  }

  /** Puts what another person saved and what stands here together, asking where both answered. */
  async meet(other: Meanwhile): Promise<void> {
    const mine = this.root.instanceState.instanceXML;
    const both = await this.together(this.sync.base, mine, other);
    this.sync.base = other.xml;
    this.sync.revision = other.revision;
    await this.open(both);
    if (!["drafting", "returned"].includes(other.state)) {
      this.sync.keep();
      this.sync.halt();
      show("refused", say("gone"));
      return;
    }
    byId("form-notice").replaceChildren(
      el(
        "div",
        { class: "alert alert-info", role: "status" },
        say("merged", { person: other.saved_by, time: clock(other.saved_at) }),
      ),
    );
    this.sync.changed();
    this.sync.soon(0);
  }

  async together(
    base: string,
    mine: string,
    other: { xml: string; saved_by: string; saved_at: string },
  ): Promise<string> {
    const first = merge(base, mine, other.xml);
    if (!first.clashes.length) return first.xml;
    const chosen = await ask(first.clashes, (name) => this.label(name), other.saved_by, other.saved_at);
    return merge(base, mine, other.xml, chosen).xml;
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
    const list = el("ul", { class: "mb-0" });
    for (const problem of found) {
      const link = el("a", { href: `#field-${problem.name}` }, `${problem.label}: ${problem.message}`);
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.focus(problem.area, problem.name);
      });
      list.append(el("li", {}, link));
    }
    const box = el("div", {
      class: "alert alert-danger",
      role: "alert",
      tabindex: "-1",
      id: "form-problems",
    });
    box.append(el("div", {}, el("h2", { class: "h4" }, refusal.message), list));
    byId("form-notice").replaceChildren(box);
    for (const panel of this.panels) {
      panel.draw();
      for (const view of panel.views) view.touched = true;
      panel.update();
    }
    box.focus();
  }

  focus(area: string, name: string): void {
    const number = this.panels.findIndex((panel) => panel.info.code === area);
    if (number < 0) return;
    this.go(number, false);
    const view = this.panels[number]?.views.find((one) => one.name === name);
    view?.root.scrollIntoView({ block: "center" });
    view?.focus();
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
      kept.revision === config.revision ? kept.xml : await page.together(kept.base, kept.xml, other),
    );
    byId("form-notice").replaceChildren(
      el("div", { class: "alert alert-info", role: "status" }, say("restored")),
    );
    page.sync.changed();
    page.sync.soon(0);
  } else {
    store.clear();
    show("saved", config.saved_at ? say("saved", { time: clock(config.saved_at) }) : "");
  }
  const wanted = page.panels.findIndex((panel) => location.hash === `#area-${panel.info.code}`);
  page.go(Math.max(wanted, 0), false);
  byId("previous-area").addEventListener("click", () => page.go(page.current - 1, true));
  byId("next-area").addEventListener("click", () => page.go(page.current + 1, true));
  byId("submit-report").addEventListener("click", () => void page.submit());
  void sendKept(config.instance, page.lists);
  window.addEventListener("online", () => void sendKept(config.instance, page.lists));
  byId("form-loading").hidden = true;
  byId("form-body").hidden = false;
  document.documentElement.dataset.questionnaire = "ready";
}

start().catch((error: unknown) => {
  const loading = byId("form-loading");
  loading.className = "alert alert-danger";
  loading.textContent = say("failed", { message: error instanceof Error ? error.message : String(error) });
});
