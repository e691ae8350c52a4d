// A plain drawing: signatures, sketches, remarks on a picture. With the keyboard, a name is typed instead.
import { el, say } from "../page";

const WIDTH = 600;

export class Canvas {
  readonly root = el("div", { class: "drawing" });
  private readonly canvas = el("canvas", { class: "drawing-area", role: "img" });
  private readonly pen = this.canvas.getContext("2d");
  private readonly typed = el("input", { class: "form-control form-control-sm", autocomplete: "off" });
  private last: { x: number; y: number } | null = null;

  constructor(
    signature: boolean,
    annotate: boolean,
    private readonly done: (picture: File) => void,
  ) {
    this.canvas.width = WIDTH;
    this.canvas.height = signature ? 200 : 400;
    this.canvas.setAttribute(
      "aria-label",
      say(signature ? "sign_here" : annotate ? "write_on_picture" : "draw_here"),
    );
    this.blank();
    this.typed.placeholder = say("or_type");
    this.typed.setAttribute("aria-label", say("or_type"));
    const clear = el("button", { type: "button", class: "btn btn-sm" }, say("begin_anew"));
    clear.addEventListener("click", () => this.clear());
    this.typed.addEventListener("change", () => this.writeTyped());
    this.root.append(this.canvas, el("div", { class: "d-flex gap-2 mt-1" }, clear, this.typed));
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.last = this.at(event);
      this.line(event);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (this.last) this.line(event);
    });
    const end = () => {
      if (!this.last) return;
      this.last = null;
      this.finish();
    };
    this.canvas.addEventListener("pointerup", end);
    this.canvas.addEventListener("pointercancel", end);
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) * this.canvas.width) / box.width,
      y: ((event.clientY - box.top) * this.canvas.height) / box.height,
    };
  }

  private line(event: PointerEvent): void {
    const to = this.at(event);
    if (!this.pen || !this.last) return;
    this.pen.lineWidth = 3;
    this.pen.lineCap = "round";
    this.pen.strokeStyle = "#123";
    this.pen.beginPath();
    this.pen.moveTo(this.last.x, this.last.y);
    this.pen.lineTo(to.x, to.y);
    this.pen.stroke();
    this.last = to;
  }

  private blank(): void {
    if (!this.pen) return;
    this.pen.fillStyle = "#fff";
    this.pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  private writeTyped(): void {
    if (!this.pen || !this.typed.value.trim()) return;
    this.blank();
    this.pen.fillStyle = "#123";
    this.pen.font = "italic 40px serif";
    this.pen.fillText(this.typed.value.trim(), 20, this.canvas.height / 2, this.canvas.width - 40);
    this.finish();
  }

  private finish(): void {
    this.canvas.toBlob((blob) => {
      if (blob) this.done(new File([blob], "drawing.png", { type: "image/png" }));
    }, "image/png");
  }

  /** Puts a picture under the pen. */
  async background(file: File): Promise<void> {
    const picture = await createImageBitmap(file).catch(() => null);
    if (!picture) return;
    this.canvas.height = Math.round((WIDTH * picture.height) / picture.width);
    this.pen?.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.finish();
  }

  clear(): void {
    this.blank();
    this.typed.value = "";
  }

  lock(locked: boolean): void {
    this.root.inert = locked;
  }

  focus(): void {
    this.typed.focus();
  }
}
