// A table wider than the screen scrolls in its frame; the frame must then be reachable by keyboard.
function fit(frame: HTMLElement): void {
  const scrolls = frame.scrollWidth > frame.clientWidth || frame.scrollHeight > frame.clientHeight;
  if (!scrolls) {
    frame.removeAttribute("tabindex");
    frame.removeAttribute("role");
    frame.removeAttribute("aria-label");
    return;
  }
  const caption = frame.querySelector("caption")?.textContent?.trim();
  frame.tabIndex = 0;
  if (caption) {
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", caption);
  }
}

export function scrollingTables(root: ParentNode): void {
  const observer = new ResizeObserver((entries) => {
    for (const entry of entries) fit(entry.target as HTMLElement);
  });
  for (const frame of root.querySelectorAll<HTMLElement>(".table-responsive")) observer.observe(frame);
}
