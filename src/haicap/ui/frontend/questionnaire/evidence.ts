// Evidence files of one indicator: checked by size here, by content on the server; kept on the device without a line.
import { type Config, csrf, el, type FileInfo, type Refusal, say } from "./page";
import { dropFile, type KeptFile, keepFile, keptFiles } from "./store";
import { Refusing, sendFile } from "./upload";

const MB = 1024 * 1024;

export class EvidenceList {
  readonly root: HTMLElement;
  private readonly list = el("ul", { class: "list-unstyled mb-2 evidence-files" });
  private readonly status = el("div", { class: "form-text", role: "status" });
  private readonly input: HTMLInputElement;

  constructor(
    private readonly indicator: string,
    private readonly config: Config,
    title: string,
    hint: string,
    locked: boolean,
  ) {
    const id = `evidence-${indicator.replace(/\W/g, "_")}`;
    this.input = el("input", { type: "file", id, class: "form-control form-control-sm", multiple: true });
    this.input.accept = config.accept;
    this.input.hidden = locked;
    this.root = el(
      "div",
      { class: "field evidence mb-2" },
      el("label", { class: "form-label", for: id }, title),
      this.list,
      this.input,
      this.status,
    );
    if (hint) this.root.append(el("div", { class: "form-text" }, hint));
    for (const file of config.evidence) if (file.indicator === indicator) this.add(file, locked);
    this.input.addEventListener("change", () => void this.take([...(this.input.files ?? [])]));
  }

  private add(file: FileInfo, locked: boolean): void {
    const row = el(
      "li",
      { class: "d-flex gap-2 align-items-center" },
      el("a", { href: `${this.config.urls.download}${file.id}/` }, file.name),
      el("span", { class: "text-secondary" }, `${(file.size / MB).toFixed(1)} MB`),
    );
    if (!locked) {
      const remove = el(
        "button",
        {
          type: "button",
          class: "btn btn-sm btn-ghost-danger",
          "aria-label": say("remove_file", { name: file.name }),
        },
        "×",
      );
      remove.addEventListener("click", () => void this.remove(file, row));
      row.append(remove);
    }
    this.list.append(row);
  }

  private async remove(file: FileInfo, row: HTMLElement): Promise<void> {
    try {
      const answer = await fetch(`${this.config.urls.file}${file.id}`, {
        method: "DELETE",
        headers: { "X-CSRFToken": csrf() },
      });
      if (answer.ok || answer.status === 404) {
        this.config.evidence = this.config.evidence.filter((one) => one.id !== file.id);
        row.remove();
        this.input.focus();
      } else {
        const refusal = (await answer.json()) as Refusal;
        this.status.textContent = refusal.message;
      }
    } catch {
      this.status.textContent = say("kept", { time: "" });
    }
  }

  private async take(files: File[]): Promise<void> {
    for (const file of files) {
      if (file.size > this.config.most_bytes) {
        const size = Math.ceil(file.size / MB);
        this.status.textContent = say("file_large", {
          name: file.name,
          size,
          limit: this.config.most_bytes / MB,
        });
        continue;
      }
      const { instance } = this.config;
      const kept = { instance, indicator: this.indicator, name: file.name, blob: file, upload: "" };
      await this.upload(kept);
    }
    this.input.value = "";
  }

  /** Keeps a file, sends it in pieces, hands it in; says whether the server has decided on it. */
  async upload(file: KeptFile): Promise<boolean> {
    const { name } = file;
    const isKept = await keepFile(file).then(
      (key) => {
        file.key = key;
        return true;
      },
      () => false,
    );
    try {
      await this.send(file);
    } catch (error) {
      if (!(error instanceof Refusing) || error.status === 401) {
        this.status.textContent = isKept
          ? say("file_kept", { name })
          : say("file_failed", { name, message: "" });
        return false;
      }
      this.status.textContent = say("file_failed", { name, message: error.message });
    }
    if (file.key !== undefined) await dropFile(file.key).catch(() => {});
    return true;
  }

  private async send(file: KeptFile): Promise<void> {
    const { name } = file;
    const url = await sendFile({
      file: file.blob,
      name,
      purpose: `report/${this.config.unit}/${this.indicator}`,
      url: file.upload,
      began: (begun) => {
        file.upload = begun;
        if (file.key !== undefined) void keepFile(file);
      },
      progress: (percent) => {
        this.status.textContent = say("uploading", { name, percent });
      },
    });
    const data = new FormData();
    data.set("indicator", this.indicator);
    data.set("upload", url.slice(url.lastIndexOf("/") + 1));
    const headers = { "X-CSRFToken": csrf() };
    const answer = await fetch(this.config.urls.evidence, { method: "POST", headers, body: data });
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (!answer.ok) {
      const refusal = (await answer.json().catch(() => null)) as Refusal | null;
      throw new Refusing(answer.status, refusal?.message ?? String(answer.status));
    }
    const added = (await answer.json()) as FileInfo;
    if (!this.config.evidence.some((one) => one.id === added.id)) {
      this.config.evidence.push(added);
      this.add(added, false);
    }
    this.status.textContent = "";
  }
}

/** Sends the files kept on this device, one after the other, until one finds no line. */
export async function sendKept(instance: string, lists: Map<string, EvidenceList>): Promise<void> {
  const files: KeptFile[] = await keptFiles(instance).catch(() => []);
  for (const file of files) {
    const list = lists.get(file.indicator);
    if (list && !(await list.upload(file))) return;
  }
}
