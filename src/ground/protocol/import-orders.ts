import { ImportKind, importKindOf } from "./import-kinds.ts";
import type { ImportedRoot } from "./rolling-hash.ts";

/** Orders of a batch's imports that a rebuild from L1 tries, in some seconds. */
export const MAX_IMPORT_ORDERS = 400_000;
/** Maximum number of orders after an import of a statement. One root may follow. */
const MAX_ORDERS_WITH_STATEMENT = 50_000;

/**
 * Number of orders of imports. Roots have one order among themselves, facts and links have one, and statements have any.
 */
export function importOrders(imports: readonly Pick<ImportedRoot, "registryIndex">[]): number {
  const count = (...kinds: readonly number[]): number =>
    imports.filter(({ registryIndex }) => kinds.includes(importKindOf(registryIndex))).length;
  const [roots, statements] = [count(ImportKind.root), count(ImportKind.statement)];
  return factorial(imports.length) / (factorial(roots) * factorial(imports.length - roots - statements));
}

/** True if a rebuild finds the order of an open batch's imports after one more statement. */
export function hasOrderForStatement(imports: readonly Pick<ImportedRoot, "registryIndex">[]): boolean {
  const statement = { registryIndex: BigInt(ImportKind.statement) << 254n };
  return importOrders([...imports, statement]) <= MAX_ORDERS_WITH_STATEMENT;
}

/** Floating-point factorial, exact up to 18. */
function factorial(count: number): number {
  let product = 1;
  for (let factor = 2; factor <= count; factor++) product *= factor;
  return product;
}
