import { concat, keccak256, TypedDataEncoder, type TypedDataField } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { record } from "../request/call-request.ts";
import { RpcCode, RpcError } from "../request/json-rpc.ts";

const DOMAIN = "EIP712Domain";
/** Types that a message's signing hash may be made of. */
const MAX_TYPES = 100;
/** Maximum length of a field's type, including the brackets of its arrays. */
const MAX_TYPE_CHARACTERS = 256;
/** Ways from a type to those below it: the encoder goes each of them, and without a bound they double with every two types. */
const MAX_WAYS = 10_000;

/** The signing hash of typed data (EIP-712), given as an object or as its JSON, as clients send either. Throws RpcError. */
export function typedDataHash(value: unknown): Hex {
  const { types, primaryType, domain, message } = record(typeof value === "string" ? parseJson(value) : value, "the typed data");
  const declared = record(types, "the typed data's types") as Readonly<Record<string, TypedDataField[]>>;
  if (typeof primaryType !== "string" || !Object.hasOwn(declared, primaryType))
    throw invalid(`primaryType is ${JSON.stringify(primaryType)}, which types does not have`);
  if (!Object.hasOwn(declared, DOMAIN)) throw invalid(`types has no ${DOMAIN}`);
  if (Object.keys(declared).length > MAX_TYPES) throw invalid(`types has more than ${MAX_TYPES} entries`);
  try {
    const separator = structHash(DOMAIN, declared, record(domain, "the domain"));
    // EIP-712: typed data whose primary type is the domain consists of the domain alone.
    const parts =
      primaryType === DOMAIN ? [separator] : [separator, structHash(primaryType, declared, record(message, "the message"))];
    return keccak256(concat(["0x1901", ...parts])) as Hex;
  } catch (error) {
    if (error instanceof RpcError) throw error;
    throw invalid(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function structHash(
  type: string,
  types: Readonly<Record<string, TypedDataField[]>>,
  value: Readonly<Record<string, unknown>>,
): string {
  // The encoder takes exactly the types that the struct is made of.
  const needed = reachable(type, types);
  if (waysFrom(type, needed, new Map()) > MAX_WAYS)
    throw invalid(`more than ${MAX_WAYS} ways lead through its types; name each type in fewer others`);
  return new TypedDataEncoder(needed).hashStruct(type, value);
}

/** The type with those that its fields name, and theirs. */
function reachable(type: string, types: Readonly<Record<string, TypedDataField[]>>): Record<string, TypedDataField[]> {
  const found: Record<string, TypedDataField[]> = {};
  const waiting = [type];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const fields = Object.hasOwn(types, next) && !Object.hasOwn(found, next) ? types[next] : undefined;
    if (fields === undefined) continue;
    if (!Array.isArray(fields)) throw invalid(`the type ${next} is not a list of fields`);
    found[next] = fields;
    waiting.push(...fields.map(elementType));
  }
  return found;
}

/** The type of a field, or of its arrays' elements. */
function elementType(field: TypedDataField): string {
  const type = String(field.type);
  if (type.length > MAX_TYPE_CHARACTERS) throw invalid(`a field's type has more than ${MAX_TYPE_CHARACTERS} characters`);
  return type.replace(/(\[\d*\])+$/, "");
}

/**
 * Ways from a type to all below it, itself counted. `memo`: those of types that were counted; undefined for one that is
 * being counted.
 */
function waysFrom(
  type: string,
  types: Readonly<Record<string, TypedDataField[]>>,
  memo: Map<string, number | undefined>,
): number {
  if (memo.has(type)) {
    const ways = memo.get(type);
    if (ways === undefined) throw invalid(`the type ${type} contains itself`);
    return ways;
  }
  memo.set(type, undefined);
  const parts = new Set((types[type] ?? []).map(elementType).filter((part) => Object.hasOwn(types, part)));
  const ways = [...parts].reduce((sum, part) => sum + waysFrom(part, types, memo), 1);
  memo.set(type, ways);
  return ways;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid("it is not valid JSON", { cause: error });
  }
}

function invalid(reason: string, options?: ErrorOptions): RpcError {
  return new RpcError(RpcCode.invalidParams, `the typed data cannot be signed: ${reason.slice(0, 300)}`, undefined, options);
}
