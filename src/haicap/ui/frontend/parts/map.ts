// <div class="map" data-map="id of a json_script"> with points, boundaries where imported, and a legend.
import type { EChartsCoreOption } from "echarts/core";
import { BASE, draw, echarts, PALETTE, RAMP, TOOLTIP } from "./echarts";
import { language, pageData, word } from "./words";

interface Point {
  code: string;
  name: string;
  lat: number;
  lon: number;
  value?: number | null;
  url?: string | null;
  group?: string | null;
}

interface Legend {
  title?: string;
  unit?: string;
  groups?: Record<string, string | { label: string; colour?: string }>;
}

interface MapData {
  points: Point[];
  boundaries_url?: string | null;
  legend?: Legend | null;
}

interface Place {
  name: string;
  value: [number, number, number | null];
  point: Point;
}

const KILOMETRES_PER_DEGREE = 111.32;
const REGION = "places";

function isOurs(url: string | null | undefined): url is string {
  return typeof url === "string" && url.startsWith("/") && !url.startsWith("//");
}

function shown(value: number): string {
  return value.toLocaleString(language(), { maximumFractionDigits: 2 });
}

function tooltip(legend: Legend) {
  return {
    ...TOOLTIP,
    trigger: "item",
    formatter: (params: { data?: { point?: Point }; name?: string }) => {
      const point = params.data?.point;
      if (!point) return params.name ?? "";
      const lines = [`${point.name} (${point.code})`];
      if (point.group) lines.push(groupLabel(legend, point.group));
      if (typeof point.value === "number") {
        const unit = legend.unit ? ` ${legend.unit}` : "";
        lines.push(`${legend.title ? `${legend.title}: ` : ""}${shown(point.value)}${unit}`);
      } else if ("value" in point) lines.push(word("noData"));
      return lines.join("\n");
    },
  };
}

function groupLabel(legend: Legend, key: string): string {
  const given = legend.groups?.[key];
  return typeof given === "string" ? given : (given?.label ?? key);
}

function groupColour(legend: Legend, key: string, index: number): string {
  const given = legend.groups?.[key];
  return (typeof given === "object" && given.colour) || (PALETTE[index % PALETTE.length] as string);
}

function extent(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Axes on which a kilometre east is as long as a kilometre north, filling `element`. */
function axes(points: Point[], element: HTMLElement, frame: { top: number; bottom: number }) {
  const [west, east] = extent(points.map((point) => point.lon));
  const [south, north] = extent(points.map((point) => point.lat));
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const width = Math.max(element.clientWidth - 32, 50);
  const height = Math.max(element.clientHeight - frame.top - frame.bottom, 50);
  const kilometres = Math.max(((east - west) * shrink) / width, (north - south) / height, 1e-6) * 1.08;
  const middle = { lon: (west + east) / 2, lat: (south + north) / 2 };
  const half = { lon: (kilometres * width) / shrink / 2, lat: (kilometres * height) / 2 };
  const hidden = { type: "value", show: false, splitLine: { show: false } };
  return {
    grid: { left: 16, right: 16, top: frame.top, bottom: frame.bottom },
    xAxis: { ...hidden, min: middle.lon - half.lon, max: middle.lon + half.lon },
    yAxis: { ...hidden, min: middle.lat - half.lat, max: middle.lat + half.lat },
    scale: kilometres * KILOMETRES_PER_DEGREE,
  };
}

function valueScale(points: Point[], legend: Legend) {
  const values = points.map((point) => point.value).filter((value) => typeof value === "number");
  if (!values.length) return null;
  const [min, max] = extent(values);
  return {
    type: "continuous",
    dimension: 2,
    min,
    max: max > min ? max : min + 1,
    calculable: true,
    orient: "horizontal",
    left: "center",
    bottom: 0,
    text: [legend.title ?? "", ""],
    inRange: { color: RAMP },
    outOfRange: { color: "#ffffff" },
    formatter: (value: number) => shown(value),
  };
}

function place(point: Point): Place {
  return { name: point.name, value: [point.lon, point.lat, point.value ?? null], point };
}

function groupsOf(points: Point[]): string[] {
  return [...new Set(points.map((point) => point.group).filter((group) => typeof group === "string"))];
}

function circles(data: MapData, legend: Legend, element: HTMLElement): EChartsCoreOption {
  const groups = groupsOf(data.points);
  const scale = groups.length ? null : valueScale(data.points, legend);
  const { grid, xAxis, yAxis } = axes(data.points, element, { top: 44, bottom: scale ? 64 : 16 });
  const look = {
    type: "scatter",
    symbolSize: data.points.length > 400 ? 8 : 13,
    itemStyle: { borderColor: "#1b2430", borderWidth: 0.75, opacity: 0.92 },
    emphasis: { scale: 1.5 },
  };
  const series = groups.length
    ? groups.map((key, index) => ({
        ...look,
        name: groupLabel(legend, key),
        color: groupColour(legend, key, index),
        data: data.points.filter((point) => point.group === key).map(place),
      }))
    : [{ ...look, name: legend.title ?? "", color: PALETTE[0], data: data.points.map(place) }];
  return {
    ...BASE,
    grid,
    xAxis,
    yAxis,
    series,
    tooltip: tooltip(legend),
    ...(groups.length ? { legend: { top: 0, left: 0, type: "scroll", textStyle: BASE.textStyle } } : {}),
    ...(scale ? { visualMap: scale } : {}),
    dataZoom: [
      { type: "inside", xAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" },
      { type: "inside", yAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl" },
    ],
  };
}

/** Areas instead of circles, joined to the points by the feature's property `code`. */
function areas(data: MapData, legend: Legend, geojson: object): EChartsCoreOption {
  echarts.registerMap(REGION, geojson as Parameters<typeof echarts.registerMap>[1]);
  const groups = groupsOf(data.points);
  const scale = groups.length ? null : valueScale(data.points, legend);
  const regions = data.points.map((point) => ({
    name: point.code,
    value: point.value ?? Number.NaN,
    point,
    itemStyle: point.group
      ? { areaColor: groupColour(legend, point.group, groups.indexOf(point.group)) }
      : undefined,
  }));
  return {
    ...BASE,
    tooltip: tooltip(legend),
    ...(scale ? { visualMap: { ...scale, dimension: undefined } } : {}),
    series: [
      {
        type: "map",
        map: REGION,
        nameProperty: "code",
        roam: true,
        scaleLimit: { min: 1, max: 40 },
        label: { show: false },
        itemStyle: { areaColor: "#eef1f5", borderColor: "#4c5867", borderWidth: 0.6 },
        emphasis: { label: { show: false }, itemStyle: { areaColor: "#e7b84b" } },
        select: { disabled: true },
        data: regions,
      },
    ],
  };
}

async function boundaries(url: string | null | undefined): Promise<object | null> {
  if (!isOurs(url)) return null;
  const answer = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) return null;
  const found = (await answer.json()) as { features?: unknown[] };
  return found.features?.length ? found : null;
}

/** The same places as a list of links, for those who do not see or point. */
function alternative(element: HTMLElement, points: Point[]): void {
  if (element.nextElementSibling?.classList.contains("figure-alternative") || "mapListed" in element.dataset)
    return;
  const details = document.createElement("details");
  details.className = "figure-alternative";
  const summary = document.createElement("summary");
  summary.textContent = `${word("places")} (${points.length.toLocaleString(language())})`;
  const list = document.createElement("ul");
  list.className = "map-list";
  const sorted = [...points].sort((a, b) => a.name.localeCompare(b.name, language()));
  for (const point of sorted) {
    const item = document.createElement("li");
    const value = typeof point.value === "number" ? `: ${shown(point.value)}` : "";
    if (isOurs(point.url)) {
      const link = document.createElement("a");
      link.href = point.url;
      link.textContent = point.name;
      item.append(link, value);
    } else item.textContent = `${point.name}${value}`;
    list.append(item);
  }
  details.append(summary, list);
  element.after(details);
}

async function drawMap(element: HTMLElement, data: MapData): Promise<void> {
  const legend = data.legend ?? {};
  const geojson = await boundaries(data.boundaries_url).catch(() => null);
  const chart = draw(element, geojson ? areas(data, legend, geojson) : circles(data, legend, element));
  if (!geojson) {
    new ResizeObserver(() => {
      const { grid, xAxis, yAxis } = circles(data, legend, element) as Record<string, object>;
      chart.setOption({ grid, xAxis, yAxis });
    }).observe(element);
  }
  chart.on("click", (event) => {
    const url = (event.data as { point?: Point } | undefined)?.point?.url;
    if (isOurs(url)) window.location.assign(url);
  });
}

export function maps(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-map]:not([data-drawn])")) {
    const data = pageData<MapData>(element.dataset.map);
    if (!data?.points.length) continue;
    element.dataset.drawn = "";
    if (!element.hasAttribute("role")) element.setAttribute("role", "img");
    if (!element.hasAttribute("aria-label"))
      element.setAttribute("aria-label", data.legend?.title ?? word("places"));
    alternative(element, data.points);
    void drawMap(element, data);
  }
}
