// Evidence files of one indicator: checked by size here, by content on the server; kept on the device without a line.
import { type Config, csrf, el, type FileInfo, type Refusal, say } from "./page";
import { dropFile, type KeptFile, keepFile, keptFiles } from "./store";

const MB = 1024 * 1024;

type Sent = { status: number; body: unknown };

function send(url: string, data: FormData, progress: (percent: number) => void): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", csrf());
    request.responseType = "text";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(Math.round((100 * event.loaded) / event.total));
    };
    request.onerror = () => reject(new Error("offline"));
    request.onload = () => {
      let body: unknown = request.responseText;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // a plain sentence, such as that the body is too large
      }
      resolve({ status: request.status, body });
    };
    request.send(data);
  });
}

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
      await this.upload(file, file.name);
    }
    this.input.value = "";
  }

  /** Sends a file; says whether the server has decided on it. */
  async upload(file: Blob, name: string, kept = false): Promise<boolean> {
    const data = new FormData();
    data.set("indicator", this.indicator);
    data.set("file", file, name);
    try {
      const { status, body } = await send(this.config.urls.evidence, data, (percent) => {
        this.status.textContent = say("uploading", { name, percent });
      });
      if (status === 200) {
        const added = body as FileInfo;
        if (!this.config.evidence.some((one) => one.id === added.id)) {
          this.config.evidence.push(added);
          this.add(added, false);
        }
        this.status.textContent = "";
      } else {
        const message = typeof body === "string" ? body : (body as Refusal).message;
        this.status.textContent = say("file_failed", { name, message });
      }
      return true;
    } catch {
      this.status.textContent = say("file_kept", { name });
      if (!kept) {
        await keepFile({ instance: this.config.instance, indicator: this.indicator, name, blob: file }).catch(
          () => {
            this.status.textContent = say("file_failed", { name, message: "" });
          },
        );
      }
      return false;
    }
  }
}

/** Sends the files kept on this device, one after the other, until one finds no line. */
export async function sendKept(instance: string, lists: Map<string, EvidenceList>): Promise<void> {
  const files: KeptFile[] = await keptFiles(instance).catch(() => []);
  for (const file of files) {
    const list = lists.get(file.indicator);
    if (!list || file.key === undefined) continue;
    if (!(await list.upload(file.blob, file.name, true))) return;
    await dropFile(file.key);
  }
}
