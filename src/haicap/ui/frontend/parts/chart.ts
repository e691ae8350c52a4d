// <div class="chart" data-chart="id of a json_script with an ECharts option">
import type { EChartsCoreOption } from "echarts/core";
import { BASE, draw, TOOLTIP } from "./echarts";
import { language, pageData } from "./words";

type Loose = Record<string, unknown>;

function number(value: unknown): string {
  return typeof value === "number" ? value.toLocaleString(language()) : String(value ?? "–");
}

function formatted(axis: unknown): unknown {
  if (Array.isArray(axis)) return axis.map(formatted);
  if (!axis || (axis as Loose).type === "category") return axis;
  const given = axis as Loose;
  return { ...given, axisLabel: { formatter: number, ...(given.axisLabel as Loose | undefined) } };
}

function complete(option: Loose): EChartsCoreOption {
  const xAxis = formatted(option.xAxis);
  const yAxis = formatted(option.yAxis);
  return {
    ...BASE,
    ...(xAxis ? { grid: { left: 8, right: 16, top: 40, bottom: 8, containLabel: true } } : {}),
    ...option,
    ...(xAxis ? { xAxis } : {}),
    ...(yAxis ? { yAxis } : {}),
    tooltip: { valueFormatter: number, ...(option.tooltip as Loose | undefined), ...TOOLTIP },
  };
}

function follow(value: unknown): void {
  const url = (value as { url?: unknown } | null)?.url;
  if (typeof url === "string" && url.startsWith("/") && !url.startsWith("//")) window.location.assign(url);
}

/** Draw every chart below `root` that is not drawn yet; a datum with a `url` leads there when clicked. */
export function charts(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-chart]:not([data-drawn])")) {
    const option = pageData<Loose>(element.dataset.chart);
    if (!option) continue;
    element.dataset.drawn = "";
    draw(element, complete(option)).on("click", (event) => follow(event.data));
  }
}
