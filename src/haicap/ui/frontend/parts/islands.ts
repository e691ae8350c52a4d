// Far islands would shrink the mainland to a speck: they are drawn in a box of their own, as printed maps do.
export interface Located {
  lat: number;
  lon: number;
}

const LINK = 0.5; // degrees; places nearer than this hang together
const MOST_PLACES = 1000; // beyond that the map is one of the whole country and needs no box

function reachable(points: readonly Located[], start: number, seen: Set<number>): number[] {
  const found = [start];
  seen.add(start);
  for (const index of found) {
    const here = points[index] as Located;
    points.forEach((other, next) => {
      if (!seen.has(next) && Math.hypot(other.lat - here.lat, other.lon - here.lon) < LINK) {
        seen.add(next);
        found.push(next);
      }
    });
  }
  return found;
}

/** Split `points` into the main body and one far group; the far group is empty where there is none or several. */
export function splitIslands<P extends Located>(points: readonly P[]): { main: P[]; far: P[] } {
  const whole = { main: [...points], far: [] };
  if (points.length < 3 || points.length > MOST_PLACES) return whole;
  const seen = new Set<number>();
  const parts: number[][] = [];
  points.forEach((_, index) => {
    if (!seen.has(index)) parts.push(reachable(points, index, seen));
  });
  parts.sort((a, b) => b.length - a.length);
  const [body, island] = parts;
  if (parts.length !== 2 || !body || !island || island.length > points.length / 4) return whole;
  const pick = (indexes: number[]) => indexes.map((index) => points[index] as P);
  return { main: pick(body), far: pick(island) };
}
