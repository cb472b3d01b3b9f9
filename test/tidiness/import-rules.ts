import { referencesOf, type SourceTree } from "./source-tree.ts";

/** A room is a file or a folder (ending in a slash) of src; the longest name that fits a file is its room. */
export type Rooms = Readonly<Record<string, readonly string[]>>;

/** Imports that the map of rooms does not allow, each as `file:line …`. */
export function importViolations(tree: SourceTree, rooms: Rooms): string[] {
  const names = Object.keys(rooms).sort((a, b) => b.length - a.length);
  const roomOf = (path: string): string | undefined =>
    names.find((name) => (name.endsWith("/") ? path.startsWith(name) : path === name));
  const violations: string[] = [];
  for (const [path, text] of tree) {
    const room = roomOf(path);
    if (room === undefined) violations.push(`${path}: no room of the map holds it`);
    for (const { line, target } of referencesOf(path, text)) {
      if (target === undefined) violations.push(`${path}:${line} names a file that is computed, so its room cannot be checked`);
      if (target === undefined || room === undefined || !target.startsWith("src/")) continue;
      const other = roomOf(target);
      if (other === room || (other !== undefined && rooms[room]?.includes(other))) continue;
      violations.push(`${path}:${line} imports ${target}: ${room} may not import ${other ?? "what has no room"}`);
    }
  }
  return violations;
}

/**
 * Files of folders other than floors, and imports from a floor to one above it. Floors are folders, the lowest first; files directly
 * in `src` are above all.
 */
export function floorViolations(tree: SourceTree, floors: readonly string[]): string[] {
  const floorOf = (path: string): number => {
    const floor = floors.findIndex((each) => path.startsWith(each));
    return floor === -1 ? floors.length : floor;
  };
  return [...tree].flatMap(([path, text]) => [
    ...(floorOf(path) === floors.length && path.split("/").length > 2 ? [`${path} is on no floor`] : []),
    ...referencesOf(path, text).flatMap(({ line, target }) =>
      target?.startsWith("src/") && floorOf(target) > floorOf(path)
        ? [`${path}:${line} imports ${target} from a floor above`]
        : [],
    ),
  ]);
}

/** Rooms that the map itself lets import each other in a circle, and names in it that no room has. */
export function mapFaults(rooms: Rooms): string[] {
  const unknown = Object.entries(rooms).flatMap(([room, allowed]) =>
    allowed.filter((other) => !(other in rooms)).map((other) => `${room} allows ${other}, which is not a room`),
  );
  const circles = circlesOf(new Map(Object.entries(rooms))).map((circle) => `the map allows a circle: ${circle.join(", ")}`);
  return [...unknown, ...circles];
}

/** Files that import each other in a circle, types included. */
export function fileCircles(tree: SourceTree): string[] {
  const edges = new Map<string, string[]>();
  for (const [path, text] of tree) {
    edges.set(
      path,
      referencesOf(path, text).flatMap(({ target }) => (target !== undefined && tree.has(target) ? [target] : [])),
    );
  }
  return circlesOf(edges).map((circle) => `circle of imports: ${circle.join(", ")}`);
}

/** The strongly connected parts of more than one node, sorted (Tarjan 1972). */
export function circlesOf(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.get(node) ?? 0);
    open.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      else if (!open.includes(next)) continue;
      lowest.set(node, Math.min(lowest.get(node) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(node) !== order.get(node)) return;
    const part = open.splice(open.indexOf(node));
    if (part.length > 1) circles.push(part.sort());
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return circles;
}
