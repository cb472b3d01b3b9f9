import { posix } from "node:path";
import { circlesOf } from "./import-rules.ts";
import { referencesOf, type SourceTree } from "./source-tree.ts";

/** Folders whose files import each other in a circle, types included; a folder and one in it are two. */
export function folderCircles(tree: SourceTree): string[] {
  const edges = new Map<string, Set<string>>();
  for (const [path, text] of tree) {
    const folder = posix.dirname(path);
    const imported = edges.get(folder) ?? new Set<string>();
    edges.set(folder, imported);
    for (const { target } of referencesOf(path, text))
      if (target !== undefined && tree.has(target) && posix.dirname(target) !== folder) imported.add(posix.dirname(target));
  }
  const circles = circlesOf(new Map([...edges].map(([folder, imported]) => [folder, [...imported]])));
  return circles.map((circle) => `circle of folders: ${circle.join(", ")}`);
}
