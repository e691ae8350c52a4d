// <div class="map" data-map="id of a json_script"> with points, boundaries where imported, and a legend.
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { BASE, draw, echarts, PALETTE, RAMP, TOOLTIP } from "./echarts";
import { splitIslands } from "./islands";
import { language, pageData, word } from "./words";

interface Point {
  code: string;
  name: string;
  lat: number;
  lon: number;
  value?: number | null;
  url?: string | null;
  group?: string | null;
  mark?: string | null; // a short text beside the place, such as its number on the way
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
  way?: string[]; // codes of the places passed, in order
}

interface Feature {
  properties?: { code?: string } | null;
}

interface Parts {
  main: Point[];
  far: Point[];
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const INSET = 110; // pixels, the side of the box of far islands
const INSET_NARROW = 76; // the same on a phone
const NO_GROUP = "#dfe3e9";
const SMALLEST_SPAN = 0.12; // degrees, so that a lone island is not blown up without end

function isOurs(url: unknown): url is string {
  return typeof url === "string" && url.startsWith("/") && !url.startsWith("//");
}

function shown(value: number): string {
  return value.toLocaleString(language(), { maximumFractionDigits: 2 });
}

function groupLabel(legend: Legend, key: string): string {
  const given = legend.groups?.[key];
  return typeof given === "string" ? given : (given?.label ?? key);
}

function groupColour(legend: Legend, key: string, index: number): string {
  const given = legend.groups?.[key];
  return (typeof given === "object" && given.colour) || (PALETTE[index % PALETTE.length] as string);
}

function groupsOf(points: Point[]): string[] {
  return [...new Set(points.map((point) => point.group).filter((group) => typeof group === "string"))];
}

function valueText(point: Point, legend: Legend): string {
  if (typeof point.value !== "number") return word("noData");
  return `${shown(point.value)}${legend.unit ? ` ${legend.unit}` : ""}`;
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
      if ("value" in point)
        lines.push(`${legend.title ? `${legend.title}: ` : ""}${valueText(point, legend)}`);
      return lines.join("\n");
    },
  };
}

function valueScale(points: Point[], dimension: number | undefined) {
  const values = points.map((point) => point.value).filter((value) => typeof value === "number");
  if (!values.length) return null;
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return {
    type: "continuous",
    dimension,
    min,
    max: max > min ? max : min + 1,
    calculable: true,
    orient: "horizontal",
    left: "center",
    bottom: 0,
    inRange: { color: RAMP },
    outOfRange: { color: "#ffffff" },
    formatter: (value: number) => shown(value),
  };
}

/** Limits of the axes on which a kilometre east is as long as a kilometre north, filling `box`. */
function limits(points: Point[], box: Box) {
  const lon = points.map((point) => point.lon);
  const lat = points.map((point) => point.lat);
  const [west, east] = [Math.min(...lon), Math.max(...lon)];
  const [south, north] = [Math.min(...lat), Math.max(...lat)];
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const span = Math.max(((east - west) * shrink) / box.width, (north - south) / box.height);
  const perPixel = Math.max(span * 1.08, SMALLEST_SPAN / box.width);
  const [halfLon, halfLat] = [(perPixel * box.width) / shrink / 2, (perPixel * box.height) / 2];
  const [midLon, midLat] = [(west + east) / 2, (south + north) / 2];
  return {
    x: { min: midLon - halfLon, max: midLon + halfLon },
    y: { min: midLat - halfLat, max: midLat + halfLat },
  };
}

function middle(values: number[]): number {
  return (Math.min(...values) + Math.max(...values)) / 2;
}

/** Where the main body and the box of far islands go; the box stands in the corner they lie nearer to. */
function boxes(element: HTMLElement, parts: Parts, hasScale: boolean): { main: Box; inset: Box } {
  const width = Math.max(element.clientWidth, 120);
  const height = Math.max(element.clientHeight, 120);
  const bottom = hasScale ? 64 : 12;
  const side = width < 500 ? INSET_NARROW : INSET;
  const lon = (points: Point[]) => middle(points.map((point) => point.lon));
  const left = lon(parts.far) < lon(parts.main) ? 12 : width - side - 12;
  return {
    main: { left: 12, top: 44, width: width - 24, height: Math.max(height - 44 - bottom, 60) },
    inset: { left, top: height - bottom - side, width: side, height: side },
  };
}

/** Grids and axes for the main body and, where there are far islands, their box. */
function frames(element: HTMLElement, parts: Parts, hasScale: boolean) {
  const { main, inset } = boxes(element, parts, hasScale);
  const places: [Point[], Box][] = parts.far.length
    ? [
        [parts.main, main],
        [parts.far, inset],
      ]
    : [[parts.main, main]];
  const grid = places.map(([, box], index) => ({
    ...box,
    show: index === 1,
    backgroundColor: "#ffffff",
    borderColor: "#767f8c",
  }));
  const axis = (index: number) => ({ type: "value", show: false, gridIndex: index });
  const found = places.map(([points, box]) => limits(points, box));
  return {
    grid,
    xAxis: found.map((limit, index) => ({ ...axis(index), ...limit.x })),
    yAxis: found.map((limit, index) => ({ ...axis(index), ...limit.y })),
  };
}

function circleSeries(points: Point[], index: number, all: Point[], legend: Legend) {
  const look = {
    type: "scatter",
    xAxisIndex: index,
    yAxisIndex: index,
    symbolSize: all.length > 400 ? 8 : 13,
    itemStyle: { borderColor: "#1b2430", borderWidth: 0.75, opacity: 0.92 },
    emphasis: { scale: 1.5 },
  };
  const place = (point: Point) => ({
    name: point.name,
    value: [point.lon, point.lat, point.value ?? null],
    point,
    ...(point.mark
      ? { label: { show: true, position: "right", formatter: point.mark, fontSize: 14, fontWeight: 700 } }
      : {}),
  });
  const groups = groupsOf(all);
  if (!groups.length)
    return [{ ...look, name: legend.title ?? "", color: PALETTE[0], data: points.map(place) }];
  const grouped = groups.map((key, order) => ({
    ...look,
    name: groupLabel(legend, key),
    color: groupColour(legend, key, order),
    data: points.filter((point) => point.group === key).map(place),
  }));
  const rest = points.filter((point) => typeof point.group !== "string").map(place);
  return rest.length ? [...grouped, { ...look, name: word("noData"), color: NO_GROUP, data: rest }] : grouped;
}

/** The way along places, straight from each to the next, as far as they lie on the main map. */
function waySeries(data: MapData, points: Point[]) {
  const places = new Map(points.map((point) => [point.code, point]));
  const passed = (data.way ?? []).flatMap((code) => places.get(code) ?? []);
  if (passed.length < 2) return [];
  const line = { color: "#4c5867", width: 1.5, type: "dashed" };
  return [
    {
      type: "line",
      z: 1,
      silent: true,
      showSymbol: false,
      lineStyle: line,
      data: passed.map((point) => [point.lon, point.lat]),
    },
  ];
}

function circles(data: MapData, legend: Legend, element: HTMLElement): EChartsCoreOption {
  const hasGroups = groupsOf(data.points).length > 0;
  const scale = hasGroups ? null : valueScale(data.points, 2);
  const parts = splitIslands(data.points);
  const zoom = { type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl" };
  return {
    ...BASE,
    ...frames(element, parts, scale !== null),
    series: [
      ...waySeries(data, parts.main),
      ...[parts.main, parts.far].flatMap((points, index) =>
        points.length ? circleSeries(points, index, data.points, legend) : [],
      ),
    ],
    tooltip: tooltip(legend),
    ...(hasGroups ? { legend: { top: 0, left: 0, type: "scroll", textStyle: BASE.textStyle } } : {}),
    ...(scale ? { visualMap: scale } : {}),
    dataZoom: [
      { ...zoom, xAxisIndex: 0 },
      { ...zoom, yAxisIndex: 0 },
    ],
  };
}

function areaSeries(points: Point[], features: Feature[], index: number, data: MapData, box: Box) {
  const name = `places-${index}`;
  const codes = new Set(points.map((point) => point.code));
  const inPart = (feature: Feature) => codes.has(feature.properties?.code ?? "");
  const collection = { type: "FeatureCollection", features: features.filter(inPart) };
  echarts.registerMap(name, collection as Parameters<typeof echarts.registerMap>[1]);
  const groups = groupsOf(data.points);
  const middle = points.reduce((sum, point) => sum + point.lat, 0) / points.length;
  return {
    type: "map",
    map: name,
    nameProperty: "code",
    aspectScale: Math.cos((middle * Math.PI) / 180),
    roam: index === 0 ? "move" : false,
    layoutCenter: [box.left + box.width / 2, box.top + box.height / 2],
    layoutSize: Math.min(box.width, box.height) * (index === 0 ? 1 : 0.9),
    label: { show: false },
    itemStyle: { areaColor: "#ffffff", borderColor: "#4c5867", borderWidth: 0.6 },
    emphasis: { label: { show: false }, itemStyle: { areaColor: "#e7b84b" } },
    selectedMode: false,
    data: points.map((point) => ({
      name: point.code,
      value: point.value ?? Number.NaN,
      point,
      ...(point.group
        ? {
            itemStyle: {
              areaColor: groupColour(data.legend ?? {}, point.group, groups.indexOf(point.group)),
            },
          }
        : {}),
    })),
  };
}

/** Areas instead of circles, joined to the points by the feature's property `code`. */
function areas(data: MapData, legend: Legend, element: HTMLElement, features: Feature[]): EChartsCoreOption {
  const hasGroups = groupsOf(data.points).length > 0;
  const scale = hasGroups ? null : valueScale(data.points, undefined);
  const parts = splitIslands(data.points);
  const { main, inset } = boxes(element, parts, scale !== null);
  const series = [areaSeries(parts.main, features, 0, data, main)];
  if (parts.far.length) series.push(areaSeries(parts.far, features, 1, data, inset));
  const border = { ...inset, show: parts.far.length > 0, borderColor: "#767f8c" };
  return {
    ...BASE,
    grid: border,
    xAxis: { show: false },
    yAxis: { show: false },
    tooltip: tooltip(legend),
    ...(scale ? { visualMap: scale } : {}),
    series,
  };
}

async function boundaries(url: string | null | undefined): Promise<Feature[] | null> {
  if (!isOurs(url)) return null;
  const answer = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) return null;
  const { features } = (await answer.json()) as { features?: Feature[] };
  return features?.length ? features : null;
}

function listItem(point: Point, legend: Legend): HTMLLIElement {
  const item = document.createElement("li");
  const value = "value" in point && point.value !== null ? `: ${valueText(point, legend)}` : "";
  if (isOurs(point.url)) {
    const link = document.createElement("a");
    link.href = point.url;
    link.textContent = point.name;
    item.append(link, value);
  } else item.textContent = `${point.name}${value}`;
  return item;
}

/** The same places as a list of links, for those who do not see or point. */
function alternative(element: HTMLElement, points: Point[], legend: Legend): void {
  if (element.nextElementSibling?.classList.contains("figure-alternative")) return;
  const details = document.createElement("details");
  details.className = "figure-alternative";
  const summary = document.createElement("summary");
  summary.textContent = `${word("places")} (${points.length.toLocaleString(language())})`;
  const list = document.createElement("ul");
  list.className = "map-list";
  const sorted = [...points].sort((a, b) => a.name.localeCompare(b.name, language()));
  list.append(...sorted.map((point) => listItem(point, legend)));
  details.append(summary, list);
  element.after(details);
}

function groupKey(element: HTMLElement, data: MapData, legend: Legend): void {
  const list = document.createElement("ul");
  list.className = "map-key";
  groupsOf(data.points).forEach((key, index) => {
    const item = document.createElement("li");
    const swatch = document.createElement("span");
    swatch.style.backgroundColor = groupColour(legend, key, index);
    item.append(swatch, groupLabel(legend, key));
    list.append(item);
  });
  if (list.childElementCount) element.before(list);
}

async function drawMap(element: HTMLElement, data: MapData): Promise<void> {
  const legend = data.legend ?? {};
  const features = await boundaries(data.boundaries_url).catch(() => null);
  const option = () => (features ? areas(data, legend, element, features) : circles(data, legend, element));
  if (features) groupKey(element, data, legend);
  const chart: ECharts = draw(element, option());
  new ResizeObserver(() => chart.setOption({ ...option(), animation: false })).observe(element);
  chart.on("click", (event) => {
    const url = (event.data as { point?: Point } | undefined)?.point?.url;
    if (isOurs(url)) window.location.assign(url);
  });
}

/** Draw every map below `root` that is not drawn yet. */
export function maps(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-map]:not([data-drawn])")) {
    const data = pageData<MapData>(element.dataset.map);
    if (!data?.points.length) continue;
    element.dataset.drawn = "";
    if (data.points.length === 1) element.classList.add("map-sm");
    const legend = data.legend ?? {};
    if (!element.hasAttribute("role")) element.setAttribute("role", "img");
    if (!element.hasAttribute("aria-label"))
      element.setAttribute("aria-label", legend.title ?? word("places"));
    alternative(element, data.points, legend);
    void drawMap(element, data);
  }
}
