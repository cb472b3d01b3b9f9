import type { Columns, StackOperations } from "../../backend.ts";
import { stackOperations } from "../../reference/stack.ts";
import { LOG_PARTS } from "../../stack-layout.ts";
import type { Device } from "../device/device.ts";
import { combineParts, evaluateParts, layOut, layProgressions, LOG_VECTOR } from "./stack-columns.ts";
import { foldNeighbours, roundSums } from "./stack-rounds.ts";

/**
 * The operations on stacks: on threads where every run of rows is at least a vector, else by the reference's code on copies of
 * the columns, which are tiny then.
 */
export function wasmStackOperations(
  device: () => Device,
  hold: (data: readonly Uint32Array[], logRows: number) => Columns,
  dataOf: (handle: Columns) => readonly Uint32Array[],
): StackOperations {
  const reference = stackOperations(hold, dataOf);
  const pairRows = ({ logRows }: Columns, neighbours: "columns" | "rows"): number => logRows - (neighbours === "rows" ? 1 : 0);
  return {
    layOut: async (request) => layOut(device(), request),
    evaluateParts: async (parts, columns, point) =>
      columns.logRows - LOG_PARTS < LOG_VECTOR
        ? reference.evaluateParts(parts, columns, point)
        : evaluateParts(device(), parts, columns, point),
    combineParts: async (blocks, weights, width) =>
      blocks.some((block) => block.logRows < LOG_VECTOR)
        ? reference.combineParts(blocks, weights, width)
        : combineParts(device(), blocks, weights, width),
    layProgressions: async (request) =>
      request.progressions.some(({ logLength }) => logLength < LOG_VECTOR)
        ? reference.layProgressions(request)
        : layProgressions(device(), request),
    roundSums: async (a, b, neighbours, degree) =>
      pairRows(a, neighbours) < LOG_VECTOR
        ? reference.roundSums(a, b, neighbours, degree)
        : roundSums(device(), a, b, neighbours, degree),
    foldNeighbours: async (columns, neighbours, challenge) =>
      pairRows(columns, neighbours) < LOG_VECTOR
        ? reference.foldNeighbours(columns, neighbours, challenge)
        : foldNeighbours(device(), columns, neighbours, challenge),
  };
}
