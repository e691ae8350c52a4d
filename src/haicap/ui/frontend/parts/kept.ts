// Pages kept on this device belong to one person: they go with the sign-out, and before another one signs in.

async function forget(): Promise<void> {
  for (const name of await caches.keys())
    if (/^haicap-(pages|data|who)/.test(name)) await caches.delete(name);
}

/** Forgets kept pages when somebody signs out, and on every page that nobody is signed in to. */
export function forgetPages(): void {
  if (!("caches" in globalThis)) return;
  const signOut = document.querySelector<HTMLFormElement>("form[data-sign-out]");
  if (signOut) signOut.addEventListener("submit", () => void forget());
  else if (document.querySelector("form[data-sign-in]")) void forget();
}
