import { Interface, type ErrorDescription } from "ethers";
import { contractErrorsAbi } from "../abi/contract-errors.ts";
import { shortData } from "../errors/short-data.ts";
import { decodedValues } from "../protocol/decoded-values.ts";
import { printable } from "../runtime/printable.ts";

const contractErrors = new Interface(contractErrorsAbi);
/** Clients wrap a node's error differently; this many layers are looked through. */
const MAX_LAYERS = 8;
/** Of a whole description, and of one argument of an error: clients repeat the transaction, whose proofs take kilobytes. */
const MAX_CHARACTERS = 400;
const MAX_ARGUMENT_CHARACTERS = 80;

/** Why a delivery was refused, in a line: the contract's error by name, else what the node said, or the client. */
export function describeRefusal(error: unknown): string {
  const layers = layersOf(error);
  const named = contractErrorIn(layers);
  if (named !== undefined) return describeError(named);
  // The innermost: the node's own words, which clients repeat with the transaction around them.
  const said = layers
    .map((layer) => layer["shortMessage"] ?? layer["message"])
    .filter((text): text is string => typeof text === "string");
  return cut(said.at(-1) ?? String(error), MAX_CHARACTERS);
}

/** The error of one of the chains' contracts with which a call was refused; undefined for any other refusal. */
export function contractErrorOf(error: unknown): ErrorDescription | undefined {
  return contractErrorIn(layersOf(error));
}

/** Why a contract reverted, in a line: its own words, an error that is known here by name, or the data. */
export function describeRevert(data: string): string {
  if (data === "0x") return "without a reason";
  const named = parse(data);
  if (named === undefined) return shortData(data);
  return named.name === "Error" ? cut(String(decodedValues(named.args)[0]), MAX_CHARACTERS) : describeError(named);
}

function contractErrorIn(layers: readonly Readonly<Record<string, unknown>>[]): ErrorDescription | undefined {
  const data = layers
    .map((layer) => layer["data"])
    .find((value): value is string => typeof value === "string" && /^0x[0-9a-f]{8}/i.test(value));
  return data === undefined ? undefined : parse(data);
}

function parse(data: string): ErrorDescription | undefined {
  try {
    return contractErrors.parseError(data) ?? undefined;
  } catch {
    // A contract reverts with any bytes, also with a selector alone.
    return undefined;
  }
}

function describeError({ name, args }: ErrorDescription): string {
  return cut(
    `${name}(${decodedValues(args)
      .map((value) => cut(String(value), MAX_ARGUMENT_CHARACTERS))
      .join(", ")})`,
    MAX_CHARACTERS,
  );
}

/** The error and the errors inside it, outermost first. */
function layersOf(error: unknown): readonly Readonly<Record<string, unknown>>[] {
  const layers: Readonly<Record<string, unknown>>[] = [];
  let next: unknown = error;
  while (typeof next === "object" && next !== null && layers.length < MAX_LAYERS) {
    const layer = next as Readonly<Record<string, unknown>>;
    layers.push(layer);
    next = layer["error"] ?? layer["info"] ?? layer["cause"];
  }
  return layers;
}

/** Every text that a contract or a node chose passes here. */
function cut(text: string, most: number): string {
  const shown = shortData(printable(text));
  return shown.length <= most ? shown : `${shown.slice(0, most)}…`;
}
