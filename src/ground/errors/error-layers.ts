/** An error, or an error inside another one. */
export type ErrorLayer = Readonly<Record<string, unknown>>;

/** Maximum depth of errors inside errors: clients wrap a node's error in different numbers of layers. */
const MAX_DEPTH = 8;
/** Fields of the wrapped error in errors of ethers, viem, Hardhat and plain JSON-RPC clients. */
const WRAPPING_FIELDS = ["error", "info", "cause"] as const;

/**
 * Lists an error and all errors inside it, each before those that it wraps. `fields` may contain an error. Empty if the value is
 * not an object.
 */
export function errorLayers(
  error: unknown,
  fields: readonly string[] = WRAPPING_FIELDS,
  depth = MAX_DEPTH,
): readonly ErrorLayer[] {
  if (typeof error !== "object" || error === null || depth === 0) return [];
  const layer = error as ErrorLayer;
  return [layer, ...fields.flatMap((field) => errorLayers(layer[field], fields, depth - 1))];
}

/** Lists an error and all errors inside it, including those in the data of a node. */
export function errorLayersWithData(error: unknown): readonly ErrorLayer[] {
  return errorLayers(error, ["data", ...WRAPPING_FIELDS]);
}
