import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, decodeRlp, encodeRlp, keccak256, SigningKey, toBeHex, type RlpStructuredDataish } from "ethers";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import { decodeTransaction } from "../../../src/ground/transaction/decode-transaction.ts";

const rules = chainRules(271);
const KEY = new SigningKey(`0x${"11".repeat(32)}`);
const TO = `0x${"22".repeat(20)}`;
const WORD = `0x${"33".repeat(32)}`;
const number = (value: bigint): string => (value === 0n ? "0x" : toBeHex(value));
const DATA = "0xaabb";
const AUTHORIZATION = ["0x010f", TO, "0x05", "0x01", WORD, WORD];

type Fields = RlpStructuredDataish[];
type Path = readonly number[];

/** Unsigned fields of each type, in the order of its EIP; each list has one entry. */
const TYPES: readonly (readonly [number, Fields])[] = [
  [1, ["0x010f", "0x07", "0x0b", "0x0186a0", TO, "0x09", DATA, [[TO, [WORD]]]]],
  [2, ["0x010f", "0x07", "0x01", "0x0b", "0x0186a0", TO, "0x09", DATA, [[TO, [WORD]]]]],
  [4, ["0x010f", "0x07", "0x01", "0x0b", "0x0186a0", TO, "0x09", DATA, [[TO, [WORD]]], [AUTHORIZATION]]],
];
const LEGACY: Fields = ["0x07", "0x0b", "0x0186a0", TO, "0x09", DATA];

/** Signs the fields unchanged, and encodes them with the signature. */
function signed(type: number, fields: Fields): string {
  const encode = (all: Fields): string => (type === 0 ? encodeRlp(all) : concat([toBeHex(type), encodeRlp(all)]));
  const { r, s, yParity } = KEY.sign(keccak256(encode(type === 0 ? [...fields, "0x010f", "0x", "0x"] : fields)));
  const v = type === 0 ? 271n * 2n + 35n + BigInt(yParity) : BigInt(yParity);
  return encode([...fields, number(v), number(BigInt(r)), number(BigInt(s))]);
}

/** Path of each field and of each list. */
function pathsIn(fields: Fields): Path[] {
  return fields.flatMap((field, i) => [[i], ...(Array.isArray(field) ? pathsIn(field).map((path) => [i, ...path]) : [])]);
}

function replaced(fields: Fields, [first = 0, ...rest]: Path, by: (field: RlpStructuredDataish) => RlpStructuredDataish): Fields {
  return fields.map((field, i) => (i !== first ? field : rest.length === 0 ? by(field) : replaced(field as Fields, rest, by)));
}

/** Other forms of a field: a text as a list or with a zero before it, a list as a text or of texts. */
const FORMS: readonly ((field: RlpStructuredDataish) => RlpStructuredDataish)[] = [
  (field) => (Array.isArray(field) ? "0x" : []),
  (field) => (Array.isArray(field) ? "0x11" : [field]),
  (field) => (Array.isArray(field) ? ["0x11"] : concat(["0x00", field as string])),
];

const decode = (raw: string) => decodeTransaction(raw, rules, { replayProtection: "required" });
const isRefusal = (error: Error): boolean => error.name === "TransactionFormatError" && "code" in error;

describe("a transaction has one encoding", () => {
  it("A155: any other form of a field is refused by name, in the form that is signed", () => {
    for (const [type, fields] of [[0, LEGACY] as const, ...TYPES]) {
      assert.equal(decode(signed(type, fields)).from, `0x${keccak256(`0x${KEY.publicKey.slice(4)}`).slice(-40)}`);
      // Data may begin with zeros.
      const data = fields.indexOf(DATA);
      for (const path of pathsIn(fields))
        for (const form of FORMS) {
          const other = replaced(fields, path, form);
          if (path.length === 1 && path[0] === data && typeof other[data] === "string") continue;
          assert.throws(() => decode(signed(type, other)), isRefusal, `type ${type}, field ${path.join(".")}: ${String(form)}`);
        }
    }
  });

  it("A156: a third account encodes a signed transaction with zeros before the chain's id: it is refused", () => {
    for (const [type, fields] of TYPES) {
      const [, ...others] = decodeRlp(`0x${signed(type, fields).slice(4)}`) as unknown as Fields;
      assert.throws(() => decode(concat([toBeHex(type), encodeRlp(["0x00010f", ...others])])), isRefusal);
    }
  });
});
