// What waits to be sent: one form after the other, each until the server has said what became of it.
import { csrf, type Refusal, say } from "./page";
import type { Filled, Shelf } from "./shelf";
import { Refusing, sendFile } from "./upload";

const AGAIN = [3_000, 10_000, 60_000, 180_000]; // ms between attempts without a line

interface Received {
  instance_id: string;
  receipt: string;
  state: string;
}

export const purposeOf = (row: { form: number; instance: string }) => `form/${row.form}/${row.instance}`;

let sending: Promise<void> = Promise.resolve();

/** Sends files of an instance that are not there yet, after those already on their way. Raises as `sendFile` does. */
export function sendFiles(shelf: Shelf, row: { form: number; instance: string }): Promise<void> {
  const all = sending.then(() => sendMissing(shelf, row));
  sending = all.catch(() => {});
  return all;
}

async function sendMissing(shelf: Shelf, row: { form: number; instance: string }): Promise<void> {
  for (const file of await shelf.files(row.instance)) {
    if (file.sent) continue;
    const began = (upload: string) => void shelf.markFile(file.instance, file.name, { upload });
    await sendFile({ file: file.blob, name: file.name, purpose: purposeOf(row), url: file.upload, began });
    await shelf.markFile(file.instance, file.name, { sent: true });
  }
}

export class Outbox {
  private timer = 0;
  private attempts = 0;
  private next = false; // a run waits for its turn; it will see all that is queued now

  constructor(
    private readonly shelf: Shelf,
    private readonly told: (message: string) => void,
  ) {
    window.addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.soon(0);
    });
  }

  soon(wait: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.run(), wait);
  }

  /** Sends everything that waits; only one tab does so at a time, the others take their turn. */
  private async run(): Promise<void> {
    if (this.next) return;
    this.next = true;
    const work = async () => {
      this.next = false;
      await this.sendAll();
    };
    try {
      if (navigator.locks) await navigator.locks.request(`haicap-outbox-${this.shelf.person}`, work);
      else await work();
    } finally {
      this.next = false;
    }
  }

  private async sendAll(): Promise<void> {
    const waiting = (await this.shelf.all().catch(() => [])).filter(
      (row) => row.state === "queued" || row.state === "sending",
    );
    for (const row of waiting.reverse()) {
      if (!(await this.send(row))) {
        this.soon(AGAIN[Math.min(this.attempts, AGAIN.length - 1)] ?? 60_000);
        this.attempts += 1;
        return;
      }
      this.attempts = 0;
    }
  }

  /** Sends one; says whether the server has decided on it. */
  private async send(row: Filled): Promise<boolean> {
    const { instance } = row;
    try {
      if (row.state !== "sending") await this.shelf.change(instance, { state: "sending" });
      await sendFiles(this.shelf, row);
      if ((await this.shelf.get(instance))?.state !== "sending") return true; // taken back by its writer meanwhile
      await this.shelf.change(instance, { tried: true });
      const received = await this.post(row);
      await this.shelf.change(instance, {
        state: "received",
        receipt: received.receipt,
        reason: "",
        tried: false,
      });
      for (const file of await this.shelf.files(instance)) await this.shelf.dropFile(instance, file.name);
      return true;
    } catch (error) {
      if (error instanceof Refusing && error.status !== 401 && error.code !== "csrf.failed") {
        await this.shelf.change(instance, { state: "refused", reason: error.message, tried: false });
        return true;
      }
      await this.shelf.change(instance, { state: "queued" });
      if (error instanceof Refusing) this.told(say("signed_out"));
      return false;
    }
  }

  private async post(row: Filled): Promise<Received> {
    const data = new FormData();
    // the bytes kept when it was queued, never made anew: a second attempt must not differ
    data.set("xml_submission_file", new File([row.xml], "submission.xml", { type: "text/xml" }));
    if (row.test) data.set("test", "true");
    const answer = await fetch(`/api/questionnaire/forms/${row.form}/submissions`, {
      method: "POST",
      headers: { "X-CSRFToken": csrf() },
      body: data,
    });
    if (answer.ok) return (await answer.json()) as Received;
    if (answer.status >= 500) throw new Error(String(answer.status));
    const refusal = (await answer.json().catch(() => null)) as Refusal | null;
    throw new Refusing(answer.status, refusal?.message ?? say("signed_out"), refusal?.code ?? "csrf.failed");
  }
}
