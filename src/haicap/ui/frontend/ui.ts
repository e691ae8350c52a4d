// The script of every page. Charts and maps are fetched only where a page has one.
import "@tabler/core/dist/js/tabler.esm.min.js";
import { confirmations } from "./parts/confirm";
import { fileSizes, focusErrors, sendOnce, unsavedGuard } from "./parts/forms";
import { htmxBoot } from "./parts/htmx";
import { menu } from "./parts/menu";
import { forgetPages } from "./parts/kept";
import { scrollingTables } from "./parts/tables";
import { dismissals } from "./parts/toast";

async function figures(root: ParentNode): Promise<void> {
  if (root.querySelector("[data-chart]")) (await import("./parts/chart")).charts(root);
  if (root.querySelector("[data-map]")) (await import("./parts/map")).maps(root);
}

forgetPages();
menu();
dismissals();
confirmations();
unsavedGuard();
sendOnce();
fileSizes();
focusErrors();
scrollingTables(document);
void figures(document);
htmxBoot((fresh) => {
  scrollingTables(fresh);
  void figures(fresh);
});
