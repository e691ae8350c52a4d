// Places: one point, a line or an area, typed or taken from the device.
import type { InputNode } from "@getodk/xforms-engine";
import { el, nameOf, say } from "../page";
import { dress, frame, type Host, tell, type View, valueOf, wrong } from "./frame";

interface Point {
  latitude: string;
  longitude: string;
  rest: string; // altitude and accuracy as the device told them
}

const LEAST = { geopoint: 1, geotrace: 2, geoshape: 3 } as const;
type Kind = keyof typeof LEAST;

function parse(stored: string, kind: Kind): Point[] {
  const parts = stored.split(";").map((part) => part.trim());
  const points = parts.filter(Boolean).map((part) => {
    const [latitude = "", longitude = "", ...rest] = part.split(/\s+/);
    return { latitude, longitude, rest: rest.join(" ") };
  });
  if (kind === "geoshape" && points.length > 3) points.pop(); // the closing point repeats the first
  return points;
}

function isDegrees(text: string, most: number): boolean {
  return /^-?\d+(\.\d+)?$/.test(text) && Math.abs(Number(text)) <= most;
}

/** The value as it is stored; null where a coordinate cannot be read, "" where points are missing. */
function stored(points: Point[], kind: Kind): string | null {
  const given = points.filter((point) => point.latitude || point.longitude);
  const fine = given.every((point) => isDegrees(point.latitude, 90) && isDegrees(point.longitude, 180));
  if (!fine) return null;
  if (given.length < LEAST[kind]) return given.length ? null : "";
  const texts = given.map((point) => `${point.latitude} ${point.longitude} ${point.rest || "0 0"}`);
  if (kind === "geoshape" && texts[0]) texts.push(texts[0]);
  return texts.join(";");
}

export function devicePosition(): Promise<GeolocationPosition> {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error("no geolocation"));
    navigator.geolocation.getCurrentPosition(resolve, reject, {
      enableHighAccuracy: true,
      timeout: 30_000,
      maximumAge: 10_000,
    });
  });
}

export function asText({ coords }: GeolocationPosition): string {
  const rest = `${(coords.altitude ?? 0).toFixed(1)} ${coords.accuracy.toFixed(1)}`;
  return `${coords.latitude.toFixed(7)} ${coords.longitude.toFixed(7)} ${rest}`;
}

class Places {
  readonly body = el("div", { class: "geo-points" });
  points: Point[] = [];
  private rows: HTMLElement[] = [];

  constructor(
    private readonly kind: Kind,
    private readonly id: string,
    private readonly describedBy: string,
    private readonly set: () => void,
  ) {}

  read(text: string): void {
    this.points = parse(text, this.kind);
    this.draw();
  }

  draw(): void {
    if (!this.points.length) this.points.push({ latitude: "", longitude: "", rest: "" });
    this.rows = this.points.map((point, at) => this.row(point, at));
    this.body.replaceChildren(...this.rows);
  }

  private row(point: Point, at: number): HTMLElement {
    const number = this.kind === "geopoint" ? "" : ` ${at + 1}`;
    const part = (key: "latitude" | "longitude") => {
      const input = el("input", {
        class: `form-control geo-${key}`,
        id: at || key === "longitude" ? `${this.id}-${key}-${at}` : this.id,
        inputmode: "text",
        autocomplete: "off",
        placeholder: key === "latitude" ? "10.7769" : "106.7009",
        "aria-label": `${say(key)}${number}`,
        "aria-describedby": this.describedBy,
      });
      input.value = point[key];
      input.addEventListener("input", () => {
        point[key] = input.value.trim().replace(",", ".");
        point.rest = "";
        this.set();
      });
      return input;
    };
    const row = el("div", { class: "input-group mb-1" }, part("latitude"), part("longitude"));
    if (this.kind !== "geopoint") {
      const remove = el(
        "button",
        { type: "button", class: "btn", "aria-label": say("remove_point", { number: at + 1 }) },
        "×",
      );
      remove.addEventListener("click", () => {
        this.points.splice(at, 1);
        this.draw();
        this.set();
        this.body.querySelector("input")?.focus();
      });
      row.append(remove);
    }
    return row;
  }

  add(text = ""): void {
    const [point] = text ? parse(text, "geopoint") : [];
    const last = this.points[this.points.length - 1];
    if (point && (this.kind === "geopoint" || (last && !last.latitude && !last.longitude))) this.points.pop();
    this.points.push(point ?? { latitude: "", longitude: "", rest: "" });
    this.draw();
    if (point) this.set();
    else this.rows[this.rows.length - 1]?.querySelector("input")?.focus();
  }

  lock(locked: boolean): void {
    for (const part of this.body.querySelectorAll<HTMLInputElement | HTMLButtonElement>("input, button"))
      part.disabled = locked;
  }
}

export function geoView(node: InputNode, host: Host): View {
  const kind = node.valueType as Kind;
  const shell = frame(node, host, "fieldset");
  let unreadable = false;
  const places = new Places(kind, shell.ids.control, shell.ids.describedBy, () => {
    const value = stored(places.points, kind);
    unreadable = value === null;
    node.setValue((value || null) as never);
    host.changed();
  });
  const here = el("button", { type: "button", class: "btn btn-sm geo-here" }, say("use_position"));
  const more = el(
    "button",
    { type: "button", class: "btn btn-sm geo-add", hidden: kind === "geopoint" },
    say("add_point"),
  );
  const status = el("div", { class: "form-text", role: "status" });
  shell.root.append(places.body, el("div", { class: "d-flex gap-2" }, here, more), status, shell.error);
  more.addEventListener("click", () => places.add());
  here.addEventListener("click", () => {
    status.textContent = say("finding_position");
    devicePosition().then(
      (position) => {
        places.add(asText(position));
        status.textContent = say("position_found", { metres: Math.round(position.coords.accuracy) });
      },
      () => {
        status.textContent = say("no_position");
      },
    );
  });
  let shown: string | null = null;
  const view: View = {
    name: nameOf(node.currentState.reference),
    node,
    root: shell.root,
    touched: false,
    focus: () => places.body.querySelector("input")?.focus(),
    update: () => {
      dress(shell, node, host);
      const value = valueOf(node);
      if (value !== shown && !unreadable && !places.body.contains(document.activeElement)) {
        shown = value;
        places.read(value);
      }
      places.lock(node.currentState.readonly);
      here.hidden = node.currentState.readonly;
      more.hidden = node.currentState.readonly || kind === "geopoint";
      const complaint = unreadable && view.touched ? say(`not_${kind}`) : "";
      tell(shell, places.body, complaint || wrong(node, view.touched));
    },
  };
  shell.root.addEventListener("focusout", (event) => {
    if (shell.root.contains(event.relatedTarget as Node | null)) return;
    view.touched = true;
    view.update();
  });
  return view;
}
