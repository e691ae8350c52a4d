// Texts the scripts show; the base template holds them in the page's language.
export type Word = "lost" | "broken" | "tooLarge" | "noData" | "close" | "places" | "sending";

export function word(name: Word, values: Record<string, string> = {}): string {
  const text = document.getElementById("words")?.dataset[name] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}

export function language(): string {
  return document.documentElement.lang || "vi";
}

/** Read what `json_script` put into the page under `id`. */
export function pageData<T>(id: string | undefined): T | null {
  const text = id ? document.getElementById(id)?.textContent : null;
  return text ? (JSON.parse(text) as T) : null;
}
