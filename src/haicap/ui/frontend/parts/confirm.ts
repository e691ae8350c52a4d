// <button data-confirm="Question?"> asks in a dialog before its form is sent or its link followed.
function ask(question: string): Promise<boolean> {
  const dialog = document.getElementById("confirm");
  if (!(dialog instanceof HTMLDialogElement)) return Promise.resolve(window.confirm(question));
  const text = dialog.querySelector(".dialog-text");
  if (text) text.textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true });
  });
}

const agreed = new WeakSet<Element>();

function onClick(event: MouseEvent): void {
  const element = (event.target as Element).closest<HTMLElement>("[data-confirm]");
  if (!element || element instanceof HTMLFormElement || element.hasAttribute("hx-confirm")) return;
  if (agreed.delete(element)) return;
  event.preventDefault();
  event.stopPropagation();
  void ask(element.dataset.confirm ?? "").then((yes) => {
    if (!yes) return;
    agreed.add(element);
    element.click();
  });
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (!form.dataset.confirm || agreed.delete(form)) return;
  event.preventDefault();
  event.stopPropagation();
  const submitter = event.submitter;
  void ask(form.dataset.confirm).then((yes) => {
    if (!yes) return;
    agreed.add(form);
    form.requestSubmit(submitter);
  });
}

export function confirmations(): void {
  document.addEventListener("click", onClick, true);
  document.addEventListener("submit", onSubmit, true);
  document.addEventListener("htmx:confirm", (event) => {
    const { detail } = event as CustomEvent<{ question?: string; issueRequest: (skip: boolean) => void }>;
    if (!detail.question) return;
    event.preventDefault();
    void ask(detail.question).then((yes) => {
      if (yes) detail.issueRequest(true);
    });
  });
}
