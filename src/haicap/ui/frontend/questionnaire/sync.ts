// Saving by itself: to this device at once, to the server a moment later, again and again until it is there.
import { clock, csrf, type Refusal, say } from "./page";
import type { Kept } from "./store";

export type Saved = { revision: number; saved_at: string; areas: { area: string; state: string }[] };
export type Meanwhile = { revision: number; xml: string; saved_by: string; saved_at: string; state: string };

const PAUSE = 1200; // ms after the last answer
const AGAIN = [3000, 8000, 20000, 60000]; // ms between attempts without a line

/** Where the copy on this device is kept. */
export interface Keeper {
  read(): Kept | null;
  write(kept: Kept): boolean;
  /** The server has it: `kept` says what and as which revision. */
  clear(kept: Kept): void;
}

export interface Hooks {
  extra?: () => Record<string, unknown>; // what else the server is told with a save
  xml: () => string;
  show: (state: "saved" | "saving" | "kept" | "refused" | "unsaved", text: string) => void;
  saved: (answer: Saved) => void;
  conflict: (meanwhile: Meanwhile) => Promise<void>;
}

export class Sync {
  private timer = 0;
  private attempts = 0;
  private running: Promise<void> | null = null;
  private dirty = false;
  private halted = false;
  private readonly stop = new AbortController();

  constructor(
    private readonly url: string,
    private readonly store: Keeper,
    private readonly hooks: Hooks,
    public base: string,
    public revision: number,
  ) {
    window.addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") void this.flush();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty && !this.store.read()) event.preventDefault();
    });
  }

  /** An answer changed. */
  changed(): void {
    this.dirty = true;
    const kept = this.keep();
    if (this.halted) return;
    this.hooks.show("unsaved", kept ? say("unsaved") : say("saving"));
    this.soon(PAUSE);
  }

  private kept(): Kept {
    const at = new Date().toISOString();
    return { xml: this.hooks.xml(), base: this.base, revision: this.revision, at };
  }

  keep(): boolean {
    return this.store.write(this.kept());
  }

  soon(wait: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.flush(), wait);
  }

  /** Stops saving, also what is on its way: the report is closed or was handed over. */
  halt(): void {
    this.halted = true;
    this.stop.abort();
    window.clearTimeout(this.timer);
  }

  /** The server has `xml` as `revision`. */
  settled(xml: string, revision: number): void {
    this.base = xml;
    this.revision = revision;
    this.attempts = 0;
    this.dirty = this.hooks.xml() !== xml;
    if (this.dirty) this.keep();
    else this.store.clear(this.kept());
  }

  /** Saves now where something is to save; resolves when the attempt is over. */
  async flush(): Promise<void> {
    window.clearTimeout(this.timer);
    if (this.running) {
      await this.running;
    }
    if (!this.dirty || this.halted) return;
    this.running = this.send().finally(() => {
      this.running = null;
    });
    await this.running;
  }

  get isDirty(): boolean {
    return this.dirty;
  }

  private async send(): Promise<void> {
    const xml = this.hooks.xml();
    this.hooks.show("saving", say("saving"));
    let answer: Response;
    let told: unknown;
    try {
      answer = await fetch(this.url, {
        method: "PUT",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
        body: JSON.stringify({ ...this.hooks.extra?.(), revision: this.revision, xml }),
        signal: this.stop.signal,
      });
      told = await answer.json().catch(() => null);
    } catch {
      if (!this.halted) this.offline();
      return;
    }
    if (this.halted) return;
    if (answer.ok && told) {
      const saved = told as Saved;
      this.settled(xml, saved.revision);
      this.hooks.show("saved", say("saved", { time: clock(saved.saved_at) }));
      this.hooks.saved(saved);
      if (this.dirty) this.soon(PAUSE);
      return;
    }
    if (answer.ok || answer.status >= 500) return this.offline();
    const refusal = told as Refusal | null;
    if (answer.status === 409 && refusal?.details?.xml !== undefined) {
      await this.hooks.conflict(refusal.details as unknown as Meanwhile);
      return;
    }
    this.halt();
    const message = answer.status === 401 ? say("signed_out") : (refusal?.message ?? String(answer.status));
    this.hooks.show("refused", answer.status === 401 ? message : say("refused", { message }));
  }

  private offline(): void {
    const kept = this.store.read();
    this.hooks.show("kept", say("kept", { time: clock(kept?.at ?? new Date()) }));
    this.soon(AGAIN[Math.min(this.attempts, AGAIN.length - 1)] ?? 60000);
    this.attempts += 1;
  }
}
