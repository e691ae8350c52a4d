// What a unit could do on every half-day shown: asked once when it is picked up, then written into the cells.

export interface Verdict {
  allowed: boolean;
  swap: boolean;
  here: boolean;
  points: number;
  sentence: string;
}

export type Verdicts = Map<string, Verdict>;

const known = new Map<string, Promise<Verdicts>>();

export function cells(board: HTMLElement): HTMLElement[] {
  return [...board.querySelectorAll<HTMLElement>(".tt-half")];
}

export function keyOf(cell: HTMLElement): string {
  return `${cell.dataset.team} ${cell.dataset.slot}`;
}

async function ask(board: HTMLElement, code: string): Promise<Verdicts> {
  const query = new URLSearchParams();
  const shown = cells(board);
  for (const team of new Set(shown.map((cell) => cell.dataset.team ?? ""))) query.append("team", team);
  for (const slot of new Set(shown.map((cell) => cell.dataset.slot ?? ""))) query.append("slot", slot);
  const url = (board.dataset.cellsUrl ?? "").replace("00000", encodeURIComponent(code));
  const answer = await fetch(`${url}?${query}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const body = (await answer.json()) as { cells: Record<string, Verdict> };
  return new Map(Object.entries(body.cells));
}

/** The verdicts for `code`; asked again only after the board changed. */
export function verdictsOf(board: HTMLElement, code: string): Promise<Verdicts> {
  const key = `${board.dataset.revision} ${window.location.search} ${code}`;
  const before = known.get(key);
  if (before) return before;
  const asked = ask(board, code);
  known.clear();
  known.set(key, asked);
  asked.catch(() => known.delete(key));
  return asked;
}

function kind(verdict: Verdict): "here" | "broken" | "swap" | "allowed" {
  if (verdict.here) return "here";
  if (!verdict.allowed) return "broken";
  return verdict.swap ? "swap" : "allowed";
}

const SIGNS = { here: "•", broken: "✕", swap: "⇄", allowed: "✓" };

export function signed(points: number): string {
  return points === 0 ? "±0" : points > 0 ? `+${points}` : `−${-points}`;
}

/** Write each verdict into its cell: a sign, a word and the points. */
export function mark(board: HTMLElement, verdicts: Verdicts): void {
  for (const cell of cells(board)) {
    const verdict = verdicts.get(keyOf(cell));
    if (!verdict) continue;
    const what = kind(verdict);
    const note = document.createElement("span");
    note.className = "tt-verdict";
    note.setAttribute("aria-hidden", "true"); // the live region reads the whole sentence
    const word = board.dataset[`word${what[0]?.toUpperCase()}${what.slice(1)}`] ?? "";
    const points = what === "allowed" || what === "swap" ? ` ${signed(verdict.points)}` : "";
    note.textContent = `${SIGNS[what]} ${word}${points}`;
    cell.dataset.verdict = what;
    cell.append(note);
  }
}

export function unmark(board: HTMLElement): void {
  for (const note of board.querySelectorAll(".tt-verdict")) note.remove();
  for (const cell of cells(board)) {
    delete cell.dataset.verdict;
    cell.classList.remove("tt-over");
  }
}
