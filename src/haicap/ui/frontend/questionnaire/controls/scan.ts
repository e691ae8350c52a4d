// Reading a bar code by the camera, where the browser knows how; elsewhere codes are typed.
import { el, say } from "../page";

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

const Known = (globalThis as { BarcodeDetector?: new () => Detector }).BarcodeDetector;

export function scanButton(found: (code: string) => void): HTMLButtonElement | null {
  if (!Known || !navigator.mediaDevices) return null;
  const button = el("button", { type: "button", class: "btn" }, say("scan"));
  button.addEventListener("click", () => void scan(new Known(), found));
  return button;
}

async function scan(detector: Detector, found: (code: string) => void): Promise<void> {
  const video = el("video", { class: "w-100", autoplay: true, playsinline: true, muted: true });
  const status = el("p", { role: "status" }, say("scan_hold"));
  const close = el("button", { type: "button", class: "btn" }, say("close"));
  const dialog = el("dialog", { class: "conflict-dialog", "aria-label": say("scan") }, video, status, close);
  document.body.append(dialog);
  close.addEventListener("click", () => dialog.close());
  dialog.showModal();
  let stream: MediaStream | null = null;
  dialog.addEventListener("close", () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    dialog.remove();
  });
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    while (dialog.open) {
      const [code] = video.readyState >= 2 ? await detector.detect(video) : [];
      if (code) {
        found(code.rawValue);
        dialog.close();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } catch {
    status.textContent = say("no_camera");
  }
}
