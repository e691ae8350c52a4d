// Pictures, sounds, films, files and drawings.
import type { UploadNode } from "@getodk/xforms-engine";
import { el, nameOf, say } from "../page";
import { Canvas } from "./canvas";
import { appears, dress, frame, type Host, tell, type View, valueOf, wrong } from "./frame";

const MB = 1024 * 1024;

/** Makes a picture no larger than `most` pixels on its longer side; other files are left as they are. */
export async function shrink(file: File, most: number | null): Promise<File> {
  if (!most || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture || Math.max(picture.width, picture.height) <= most) return file;
  const scale = most / Math.max(picture.width, picture.height);
  const canvas = el("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, file.type, 0.9));
  return blob ? new File([blob], file.name, { type: file.type }) : file;
}

function preview(file: File, address: string): HTMLElement {
  const [kind] = file.type.split("/");
  if (kind === "image") return el("img", { class: "file-preview", src: address, alt: file.name });
  if (kind === "audio") return el("audio", { class: "form-media", src: address, controls: true });
  if (kind === "video") return el("video", { class: "form-media", src: address, controls: true });
  return el("span", {}, `${file.name} (${(file.size / MB).toFixed(1)} MB)`);
}

function acceptOf(node: UploadNode): string {
  const { accept, type } = node.nodeOptions.media;
  return accept && accept !== "*" && accept !== "*/*" ? accept : type ? `${type}/*` : "";
}

function picker(node: UploadNode, id: string, describedBy: string): HTMLInputElement {
  const capture = appears(node, "new-front") ? "user" : appears(node, "new") ? "environment" : undefined;
  const accept = acceptOf(node);
  return el("input", {
    type: "file",
    class: "form-control",
    id,
    capture,
    accept: accept || undefined,
    "aria-describedby": describedBy,
  });
}

export function uploadView(node: UploadNode, host: Host): View {
  const drawn = appears(node, "draw", "signature", "annotate");
  const shell = frame(node, host, drawn ? "fieldset" : "div");
  const input = picker(node, shell.ids.control, shell.ids.describedBy);
  const shown = el("div", { class: "file-shown" });
  const remove = el(
    "button",
    { type: "button", class: "btn btn-link btn-sm p-0 file-remove" },
    say("remove_answer_file"),
  );
  const status = el("div", { class: "form-text", role: "status" });
  let address = "";
  let drawnName = "\u0000";
  let early = "";
  let fresh = false; // what is on the canvas needs no second picture beside it
  const take = async (given: File) => {
    view.touched = true;
    early = given.size === 0 ? say("file_empty") : "";
    if (!early) node.setValue(await shrink(given, node.maxPixels));
    host.changed();
    view.update();
  };
  const canvas = drawn
    ? new Canvas(appears(node, "signature"), appears(node, "annotate"), (picture) => {
        fresh = true;
        void take(picture);
      })
    : null;
  if (canvas && !appears(node, "annotate")) shell.root.append(canvas.root);
  else if (canvas)
    shell.root.append(
      el("label", { class: "form-text", for: input.id }, say("picture_below")),
      input,
      canvas.root,
    );
  else shell.root.append(input);
  shell.root.append(shown, remove, status, shell.error);
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => (canvas && !input.isConnected ? canvas.focus() : input.focus()),
    update: () => {
      dress(shell, node, host);
      const locked = node.currentState.readonly;
      input.disabled = locked;
      canvas?.lock(locked);
      const file = node.currentState.value;
      const name = valueOf(node);
      const mark = `${name}\u0000${file?.size ?? ""}`;
      if (mark !== drawnName) {
        drawnName = mark;
        if (address) URL.revokeObjectURL(address);
        address = file ? URL.createObjectURL(file) : "";
        shown.replaceChildren(file && !fresh ? preview(file, address) : "");
        status.textContent = name && !file ? say("file_elsewhere", { name }) : "";
        shell.root.dataset.file = name;
      }
      remove.hidden = !name || locked;
      tell(shell, input.isConnected ? input : shown, early || wrong(node, view.touched));
    },
  };
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    input.value = "";
    if (!file) return;
    if (canvas) void canvas.background(file);
    else void take(file);
  });
  remove.addEventListener("click", () => {
    canvas?.clear();
    if (node.instanceState.instanceXML && node.currentState.attachmentState.dirty) node.setValue(null);
    if (valueOf(node) !== "") host.removeFile(node);
    host.changed();
    view.update();
    view.focus();
  });
  return view;
}
