// ECharts with only what the house draws, and the house palette.
import { BarChart, HeatmapChart, LineChart, MapChart, PieChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  DatasetComponent,
  DataZoomComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  DatasetComponent,
  DataZoomComponent,
  GeoComponent,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MapChart,
  MarkLineComponent,
  PieChart,
  ScatterChart,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
]);

// Okabe and Ito's palette for colour-blind readers, its yellow left out for want of contrast on white.
export const PALETTE = ["#12508f", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#8a5a00", "#4c5867"];
export const RAMP = ["#cfe0f1", "#a9c8e6", "#5f9bcf", "#256fae", "#0b3b6f"];

const TEXT = { fontFamily: '"Inter Variable", "Segoe UI", sans-serif', color: "#1b2430", fontSize: 13 };

export const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** What every figure has. Tooltips are drawn on the canvas: HTML ones need inline styles, which the site forbids. */
export const BASE = {
  color: PALETTE,
  textStyle: TEXT,
  animation: !calm,
  animationDuration: 350,
  aria: { enabled: false },
};

export const TOOLTIP = {
  renderMode: "richText",
  confine: true,
  backgroundColor: "#ffffff",
  borderColor: "#767f8c",
  textStyle: TEXT,
} as const;

/** Draw `option` in `element` and keep its size; an older drawing in the same element is replaced. */
export function draw(element: HTMLElement, option: echarts.EChartsCoreOption): echarts.ECharts {
  echarts.getInstanceByDom(element)?.dispose();
  const chart = echarts.init(element, null, { renderer: "canvas" });
  chart.setOption(option);
  const observer = new ResizeObserver(() => {
    if (element.isConnected) chart.resize();
    else observer.disconnect();
  });
  observer.observe(element);
  return chart;
}

export { echarts };
