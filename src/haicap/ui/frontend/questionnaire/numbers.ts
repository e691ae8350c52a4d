// Numbers as people type them, with the decimal comma of Vietnamese or a point.

/** Returns the number with a decimal point, "" for blank, null where it is none. */
export function toPlain(typed: string, whole: boolean): string | null {
  const text = typed.replace(/[\s\u00a0]/g, "");
  if (text === "") return "";
  let plain = text;
  if (/^-?\d{1,3}(\.\d{3})+(,\d+)?$/.test(text)) plain = text.replace(/\./g, "").replace(",", ".");
  else if (text.includes(",") && !text.includes(".")) plain = text.replace(",", ".");
  if (!/^-?\d+(\.\d+)?$/.test(plain)) return null;
  if (whole) {
    plain = plain.replace(/\.0+$/, "");
    if (plain.includes(".")) return null;
    return plain.replace(/^(-?)0+(?=\d)/, "$1");
  }
  return plain;
}

/** Returns a plain number with the separators of the reader's language. */
export function toShown(plain: string, locale: string): string {
  const [whole = "", part] = plain.split(".");
  if (!/^-?\d+$/.test(whole)) return plain;
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, locale === "vi" ? "." : ",");
  return part ? grouped + (locale === "vi" ? "," : ".") + part : grouped;
}
