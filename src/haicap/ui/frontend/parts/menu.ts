// The navigation drawer of narrow screens.
export function menu(): void {
  const button = document.querySelector<HTMLButtonElement>("[data-menu]");
  const navigation = document.getElementById("navigation");
  if (!button || !navigation) return;

  const show = (open: boolean): void => {
    document.body.classList.toggle("menu-open", open);
    button.setAttribute("aria-expanded", String(open));
    if (open) navigation.querySelector<HTMLElement>("a")?.focus();
  };
  button.addEventListener("click", () => show(!document.body.classList.contains("menu-open")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("menu-open")) {
      show(false);
      button.focus();
    }
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Node;
    if (!navigation.contains(target) && !button.contains(target)) show(false);
  });
}
