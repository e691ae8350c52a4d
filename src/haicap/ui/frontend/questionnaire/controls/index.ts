// One view per node of the engine.
import type {
  AnyNode,
  InputNode,
  RangeNode,
  RankNode,
  SelectNode,
  TriggerNode,
  UploadNode,
} from "@getodk/xforms-engine";
import { selectView } from "./choice";
import { uploadView } from "./file";
import type { Host, View } from "./frame";
import { geoView } from "./geo";
import { rangeView, rankView } from "./order";
import { noteView, otherView, triggerView } from "./simple";
import { inputView } from "./text";

export type { Host, View } from "./frame";
export { appears, valueOf } from "./frame";

const GEO = ["geopoint", "geotrace", "geoshape"];

/** Returns the view of a question; null for what is only reckoned and never shown. */
export function viewOf(node: AnyNode, host: Host): View | null {
  const special = host.special(node);
  if (special !== undefined) return special;
  switch (node.nodeType) {
    case "model-value":
      return null;
    case "input":
      return GEO.includes(node.valueType)
        ? geoView(node as InputNode, host)
        : inputView(node as InputNode, host);
    case "select":
      return selectView(node as SelectNode, host);
    case "rank":
      return rankView(node as RankNode, host);
    case "range":
      return rangeView(node as RangeNode, host);
    case "trigger":
      return triggerView(node as TriggerNode, host);
    case "note":
      return noteView(node, host);
    case "upload":
      return uploadView(node as UploadNode, host);
    default:
      return otherView(node, host);
  }
}
